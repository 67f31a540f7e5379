// The bell: a button with the number of unread notifications, which is also in its label. The panel hangs on it.
// A bell alone says what there is; the words are in the panel.
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
