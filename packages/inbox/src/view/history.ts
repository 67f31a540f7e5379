// The history: everything that has not expired, handled or not, page by page as the user scrolls. It comes from the hub, so it
// can fail where the inbox can't.
import { html, nothing, type TemplateResult } from 'lit';
import { renderLoading, renderPlace } from './empty.ts';
import type { InboxHost } from './host.ts';
import { renderList } from './list.ts';

export function renderHistory(host: InboxHost): TemplateResult {
  const { history, words } = host;
  if (history.items.length > 0) return renderList(host, pageEnd(host));
  if (history.phase === 'loading') return renderLoading(host);
  if (history.phase === 'ready') {
    return renderPlace({
      picture: 'history',
      title: words.text('noHistoryTitle'),
      text: words.text('noHistoryText'),
    });
  }
  return renderPlace({
    picture: 'error',
    title: words.text('historyErrorTitle'),
    text: words.text('historyErrorText'),
    action: { label: words.text('retry'), run: () => void history.more() },
  });
}

function pageEnd({ history, words }: InboxHost): TemplateResult | typeof nothing {
  if (history.phase === 'loading') return html`<p class="end" role="status">${words.text('loading')}</p>`;
  if (!history.hasMore) return html`<p class="end">${words.text('historyEnd')}</p>`;
  const isFailed = history.phase === 'failed';
  return html`<p class="end">
    ${isFailed ? html`<span role="alert">${words.text('historyErrorTitle')}</span>` : nothing}
    <button class="link" type="button" @click=${() => void history.more()}>
      ${words.text(isFailed ? 'retry' : 'loadMore')}
    </button>
  </p>`;
}
