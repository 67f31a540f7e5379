// The head of the panel: its title, the unread count, the actions for all, and the filters. In the history the way back, and
// a search.
import { html, nothing, type TemplateResult } from 'lit';
import type { InboxHost, Shown } from './host.ts';
import { icons } from './icons.ts';

export function renderHeader(host: InboxHost): TemplateResult {
  return host.view === 'history' ? historyHeader(host) : inboxHeader(host);
}

function inboxHeader(host: InboxHost): TemplateResult {
  const { words, unreadCount } = host;
  return html`<div class="head" part="header">
    <div class="bar">
      <h2 id="title" part="title">${words.text('title')}</h2>
      ${unreadCount > 0 ? html`<span class="count" part="count">${words.count('unread', unreadCount)}</span>` : nothing}
      <span class="gap"></span>
      ${iconButton('checks', words.text('markAllRead'), () => host.actions.markAllRead(host.filter.group ?? undefined), unreadCount === 0)}
      ${iconButton('history', words.text('history'), () => host.showView('history'))}
      ${closeButton(host)}
    </div>
    ${hasFilters(host) ? filters(host) : nothing}
  </div>`;
}

function historyHeader(host: InboxHost): TemplateResult {
  const { words } = host;
  return html`<div class="head" part="header">
    <div class="bar">
      ${iconButton('back', words.text('back'), () => host.showView('inbox'))}
      <h2 id="title" part="title">${words.text('history')}</h2>
      <span class="gap"></span>
      ${closeButton(host)}
    </div>
    ${hasFilters(host) ? historyFilters(host) : nothing}
  </div>`;
}

function closeButton(host: InboxHost): TemplateResult | typeof nothing {
  if (host.inline) return nothing;
  return iconButton('close', host.words.text('close'), () => host.close());
}

function iconButton(icon: keyof typeof icons, label: string, run: () => void, isOff = false): TemplateResult {
  // aria-disabled and not disabled: the focus stays on it after it did its work.
  return html`<button class="tool ${icon}" part="tool" type="button" aria-label=${label} title=${label}
    aria-disabled=${isOff ? 'true' : 'false'} @click=${() => isOff || run()}>${icons[icon]}</button>`;
}

/** There is nothing to choose from before there is something. */
function hasFilters({ feed, filter }: InboxHost): boolean {
  return (feed?.all.length ?? 0) > 0 || filter.show !== 'all' || filter.group !== null || filter.text !== '';
}

const inboxChoices = ['all', 'unread', 'snoozed'] as const;
const historyChoices = ['all', 'unread', 'read', 'activated', 'dismissed', 'snoozed'] as const;
const choiceWords = {
  all: 'filterAll',
  unread: 'filterUnread',
  read: 'filterRead',
  activated: 'activated',
  dismissed: 'handled',
  snoozed: 'filterSnoozed',
} as const;

function filters(host: InboxHost): TemplateResult {
  const { words, filter, groups } = host;
  const choice = (show: Shown): TemplateResult => html`<button type="button"
    aria-pressed=${filter.show === show ? 'true' : 'false'}
    @click=${() => host.filterBy({ show })}>${words.text(choiceWords[show])}</button>`;
  return html`<div class="filters" part="filters">
    <div class="segments" role="group" aria-label=${words.text('filter')}>${inboxChoices.map(choice)}</div>
    ${groups.length > 0 ? groupSelect(host) : nothing}
  </div>`;
}

function historyFilters(host: InboxHost): TemplateResult {
  const { words, filter, groups, list } = host;
  const search = (event: InputEvent): void => {
    if (event.target instanceof HTMLInputElement) host.filterBy({ text: event.target.value });
  };
  const isNarrow = filter.text !== '' || filter.show !== 'all';
  return html`<div class="filters wide" part="filters">
    <label class="search">${icons.search}<span class="hidden">${words.text('search')}</span>
      <input type="search" maxlength="200" enterkeyhint="search" placeholder=${words.text('search')} .value=${filter.text} @input=${search}></label>
    ${select(
      words.text('filter'),
      filter.show,
      historyChoices.map((show) => [show, words.text(choiceWords[show])]),
      (value) => host.filterBy({ show: historyChoices.find((each) => each === value) ?? 'all' }),
    )}
    ${groups.length > 0 ? groupSelect(host) : nothing}
    <span class="hidden" role="status">${isNarrow ? words.text('found', { count: words.number(list.total) }) : ''}</span>
  </div>`;
}

function groupSelect(host: InboxHost): TemplateResult {
  const { words, filter, groups } = host;
  const all: readonly [string, string] = ['', words.text('groupAll')];
  return select(
    words.text('group'),
    filter.group === null ? '' : `=${filter.group}`,
    [all, ...groups.map((name) => [`=${name}`, name] as const)],
    (value) => host.filterBy({ group: value === '' ? null : value.slice(1) }),
  );
}

function select(
  label: string,
  value: string,
  options: readonly (readonly [value: string, words: string])[],
  choose: (value: string) => void,
): TemplateResult {
  const changed = (event: Event): void => {
    if (event.target instanceof HTMLSelectElement) choose(event.target.value);
  };
  return html`<label class="select ${value === options[0]?.[0] ? '' : 'chosen'}"><span class="hidden">${label}</span>
    <select @change=${changed} .value=${value}>
      ${options.map(([each, words]) => html`<option value=${each} ?selected=${each === value}>${words}</option>`)}
    </select>${icons.chevron}</label>`;
}
