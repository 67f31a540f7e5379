// The bell: a button with the number of notifications that came since its panel was last open; its label has that of the unread
// ones too. The panel opens at it.
import { html, nothing, type TemplateResult } from 'lit';
import type { InboxHost } from './host.ts';
import { icons } from './icons.ts';

const mostShown = 99;

export function renderBell(host: InboxHost): TemplateResult {
  const { unreadCount, unseenCount, words, open } = host;
  const said = [
    unreadCount > 0 ? words.count('bell', unreadCount) : words.text('title'),
    ...(unseenCount > 0 ? [words.count('announced', unseenCount)] : []),
  ];
  const label = said.join(', ');
  return html`<button class="bell" part="bell" type="button" aria-haspopup="dialog" aria-expanded=${open ? 'true' : 'false'}
    aria-label=${label} @click=${() => host.togglePanel()}>
    ${icons.bell}${badge(host)}
  </button>`;
}

/** A number of what is new; a dot for what was seen and is still unread. */
function badge({ unreadCount, unseenCount, words }: InboxHost): TemplateResult | typeof nothing {
  if (unreadCount === 0) return nothing;
  const most = `${words.number(mostShown)}+`;
  const shown = unseenCount > mostShown ? most : words.number(unseenCount);
  return unseenCount > 0
    ? html`<span class="badge" part="badge" aria-hidden="true">${shown}</span>`
    : html`<span class="badge quiet" part="badge" aria-hidden="true"></span>`;
}
