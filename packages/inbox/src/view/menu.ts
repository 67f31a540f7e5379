// The menu of a row: all actions on touch, else the snooze times; its last page has a date and time. It follows the menu
// pattern of WAI-ARIA: arrows move, Escape returns to the row.
import { html, nothing, type TemplateResult } from 'lit';
import { inputTime, snoozeChoices } from '../time/snooze-choices.ts';
import { actsOf } from './acts.ts';
import type { InboxHost, OpenMenu } from './host.ts';
import { icons } from './icons.ts';

interface Entry {
  readonly icon: keyof typeof icons;
  readonly label: string;
  readonly hint: string;
  readonly run: () => void;
}

export function renderMenu(host: InboxHost): TemplateResult | typeof nothing {
  const { menu } = host;
  if (!menu) return nothing;
  return html`<div class="menu" part="menu" popover="manual" @keydown=${(event: KeyboardEvent) => menuKeys(host, event)}>
    ${menu.page === 'pick' ? picker(host, menu) : entryList(host, menu)}
  </div>`;
}

function entryList(host: InboxHost, menu: OpenMenu): TemplateResult {
  const entries = menu.page === 'actions' ? rowEntries(host, menu) : snoozeEntries(host, menu);
  const label = host.words.text(menu.page === 'actions' ? 'more' : 'snooze');
  return html`<div role="menu" aria-label=${label}>
    ${entries.map(
      ({
        icon,
        label: name,
        hint,
        run,
      }) => html`<button class="entry" role="menuitem" type="button" tabindex="-1" @click=${run}>
        ${icons[icon]}<span>${name}</span>${hint === '' ? nothing : html`<span class="hint">${hint}</span>`}
      </button>`,
    )}
  </div>`;
}

function rowEntries(host: InboxHost, { item }: OpenMenu): Entry[] {
  const { words } = host;
  const closing = (run: () => void) => () => {
    host.closeMenu();
    run();
  };
  return actsOf(host, item).map(({ icon, label, run }) => ({
    icon,
    label: words.text(label),
    hint: '',
    // Snoozing goes on in this menu.
    run: icon === 'snooze' ? run : closing(run),
  }));
}

function snoozeEntries(host: InboxHost, { item }: OpenMenu): Entry[] {
  const { words, now } = host;
  // A snooze must end before the notification expires.
  const offered = snoozeChoices(now).filter(({ until }) => until < Date.parse(item.expirationDateTime));
  const times = offered.map(({ choice, until }): Entry => {
    const isToday = choice === 'snoozeHour' || choice === 'snoozeEvening';
    return {
      icon: 'snooze',
      label: words.text(choice),
      hint: isToday ? words.clockTime(until) : words.moment(until),
      run: () => host.actions.snooze(item, until),
    };
  });
  const pick = () => host.openMenu(item, 'pick');
  return [...times, { icon: 'calendar', label: words.text('snoozePick'), hint: '', run: pick }];
}

function picker(host: InboxHost, { item }: OpenMenu): TemplateResult {
  const { words, now } = host;
  const expires = Date.parse(item.expirationDateTime);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const input = form instanceof HTMLFormElement ? form.querySelector('input') : null;
    const until = Date.parse(input?.value ?? '');
    if (until > host.now) host.actions.snooze(item, until);
  };
  return html`<form class="picker" @submit=${submit}>
    <label for="until">${words.text('snoozeUntil')}</label>
    <input id="until" type="datetime-local" required min=${inputTime(now + 60_000)} max=${inputTime(expires - 60_000)}
      value=${inputTime(Math.min(now + 86_400_000, expires - 60_000))}>
    <button class="primary" type="submit">${words.text('snooze')}</button>
  </form>`;
}

function menuKeys(host: InboxHost, event: KeyboardEvent): void {
  if (event.key === 'Escape' || event.key === 'Tab') {
    host.closeMenu();
  } else {
    const menu = event.currentTarget;
    const entries = menu instanceof HTMLElement ? [...menu.querySelectorAll<HTMLElement>('.entry')] : [];
    const next = nextEntry(
      event.key,
      entries.findIndex((each) => each.matches(':focus')),
      entries.length,
    );
    if (next === null || entries.length === 0) return;
    entries[next]?.focus();
  }
  event.preventDefault();
  event.stopPropagation();
}

function nextEntry(key: string, at: number, count: number): number | null {
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}
