// The head of the panel: its title, the unread count, the actions for all, and the filters. In the history only the button
// back.
import { html, nothing, type TemplateResult } from 'lit';
import type { InboxHost } from './host.ts';
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
      ${iconButton('checks', words.text('markAllRead'), () => host.markAllRead(host.filter.group ?? undefined), unreadCount === 0)}
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
  return (feed?.items.length ?? 0) > 0 || filter.unreadOnly || filter.group !== null;
}

function filters(host: InboxHost): TemplateResult {
  const { words, filter, groups } = host;
  const choice = (unreadOnly: boolean, label: string): TemplateResult => html`<button type="button"
    aria-pressed=${filter.unreadOnly === unreadOnly ? 'true' : 'false'}
    @click=${() => host.filterBy({ unreadOnly })}>${label}</button>`;
  return html`<div class="filters" part="filters">
    <div class="segments" role="group" aria-label=${words.text('filter')}>
      ${choice(false, words.text('filterAll'))}${choice(true, words.text('filterUnread'))}
    </div>
    ${groups.length > 0 ? groupSelect(host) : nothing}
  </div>`;
}

function groupSelect(host: InboxHost): TemplateResult {
  const { words, filter, groups } = host;
  const choose = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const { value } = event.target;
    host.filterBy({ group: value === '' ? null : value.slice(1) });
  };
  return html`<label class="select ${filter.group === null ? '' : 'chosen'}"><span class="hidden">${words.text('group')}</span>
    <select @change=${choose} .value=${filter.group === null ? '' : `=${filter.group}`}>
      <option value="" ?selected=${filter.group === null}>${words.text('groupAll')}</option>
      ${groups.map((name) => html`<option value=${`=${name}`} ?selected=${filter.group === name}>${name}</option>`)}
    </select>${icons.chevron}</label>`;
}
