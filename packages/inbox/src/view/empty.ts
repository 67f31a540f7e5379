// The places without a list: nothing yet, nothing to show, or why nothing can be shown, each in words and with an action.
// While the feed loads, skeletons of rows.
import { html, nothing, type TemplateResult } from 'lit';
import { type InboxHost, noFilter } from './host.ts';
import { pictures } from './icons.ts';

interface Place {
  readonly picture: keyof typeof pictures;
  readonly title: string;
  readonly text: string;
  /** The feed's reason. */
  readonly reason?: string | null;
  readonly action?: { readonly label: string; readonly run: () => void };
}

function renderPlace({ picture, title, text, reason, action }: Place): TemplateResult {
  return html`<div class="place" part="empty" tabindex="-1">
    ${pictures[picture]}
    <p class="place-title">${title}</p>
    <p class="place-text">${text}</p>
    ${reason ? html`<p class="place-reason" dir="auto">${reason}</p>` : nothing}
    ${action ? html`<button class="primary" type="button" @click=${action.run}>${action.label}</button>` : nothing}
  </div>`;
}

const skeletonRows = [72, 54, 88, 63, 80, 46];

function renderLoading({ words }: InboxHost): TemplateResult {
  return html`<div class="loading" part="loading" role="status" tabindex="-1">
    <span class="hidden">${words.text('loading')}</span>
    ${skeletonRows.map(
      (width) => html`<div class="skeleton" aria-hidden="true"><i class="box"></i>
        <span>${[34, width, width - 20].map((each) => html`<i .style=${`inline-size:${each}%`}></i>`)}</span></div>`,
    )}
  </div>`;
}

/** What is shown in place of the list; null when there is a list. */
export function renderInsteadOfList(host: InboxHost): TemplateResult | null {
  const { feed, words, listening } = host;
  if (host.list.total > 0) return null;
  if (feed?.status.phase === 'signedOut') return signedOut(host);
  if (listening.readiness === 'failed') {
    return renderPlace({ picture: 'error', title: words.text('errorTitle'), text: words.text('errorText') });
  }
  const isKnown = feed?.status.complete === true || (feed?.all.length ?? 0) > 0;
  if (isKnown) return nothingToShow(host);
  if (feed?.status.phase === 'offline') return offline(host);
  return renderLoading(host);
}

function signedOut(host: InboxHost): TemplateResult {
  const { words, feed } = host;
  return renderPlace({
    picture: 'signedOut',
    title: words.text('signedOutTitle'),
    text: words.text('signedOutText'),
    reason: feed?.status.reason ?? null,
    action: { label: words.text('signIn'), run: () => host.signIn() },
  });
}

function offline({ words, feed }: InboxHost): TemplateResult {
  return renderPlace({
    picture: 'offline',
    title: words.text('offlineTitle'),
    text: words.text('offlineText'),
    reason: feed?.status.reason ?? null,
  });
}

function nothingToShow(host: InboxHost): TemplateResult {
  const { words, filter, view } = host;
  if (filter.show !== 'all' || filter.group !== null || filter.text !== '') {
    return renderPlace({
      picture: 'filtered',
      title: words.text('noUnreadTitle'),
      text: words.text('noUnreadText'),
      action: { label: words.text('showAll'), run: () => host.filterBy(noFilter) },
    });
  }
  if (view === 'history') {
    const text = words.text('noHistoryText');
    return renderPlace({ picture: 'history', title: words.text('noHistoryTitle'), text });
  }
  return renderPlace({ picture: 'empty', title: words.text('emptyTitle'), text: words.text('emptyText') });
}
