// The bell: a button with the number of unread notifications, which its label has too. The panel opens at it.
// The bell alone shows the count; the panel has the text.
import { html, nothing, type TemplateResult } from 'lit';
import type { InboxHost } from './host.ts';
import { icons } from './icons.ts';

const mostShown = 99;

export function renderBell(host: InboxHost): TemplateResult {
  const { unreadCount, words, open } = host;
  const label = unreadCount > 0 ? words.count('bell', unreadCount) : words.text('title');
  const shown = unreadCount > mostShown ? `${words.number(mostShown)}+` : words.number(unreadCount);
  return html`<button class="bell" part="bell" type="button" aria-haspopup="dialog" aria-expanded=${open ? 'true' : 'false'}
    aria-label=${label} @click=${() => host.togglePanel()}>
    ${icons.bell}${unreadCount > 0 ? html`<span class="badge" part="badge" aria-hidden="true">${shown}</span>` : nothing}
  </button>`;
}
