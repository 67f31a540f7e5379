// The part below the list: the state of the connection while it is not live, the changes that wait, the hub's refusal, and the
// undo button.
import { html, nothing, type TemplateResult } from 'lit';
import { lateWords } from '../visual/decision.ts';
import type { InboxHost } from './host.ts';
import { icons } from './icons.ts';

export function renderFoot(host: InboxHost): TemplateResult {
  return html`<div class="snacks" role="status">${refusalBar(host)}${undoBar(host)}</div>${statusLine(host)}`;
}

/** Stays until it was read, whatever is done meanwhile. */
function refusalBar({ listening, words }: InboxHost): TemplateResult | typeof nothing {
  const { refusal: reason, late } = listening;
  if (reason === null && !late) return nothing;
  return html`<div class="snack" part="refusal">
    <span>${late ? lateWords(words, late.item) : words.text('refused', { reason: reason ?? '' })}</span>
    <button class="undo" type="button" @click=${() => listening.forgetRefusal()}>${words.text('close')}</button>
  </div>`;
}

function undoBar(host: InboxHost): TemplateResult | typeof nothing {
  const { undoing, words } = host;
  if (undoing.done === null) return nothing;
  return html`<div class="snack" part="undo" @pointerenter=${() => undoing.pause()} @pointerleave=${() => undoing.resume()}
    @focusin=${() => undoing.pause()} @focusout=${() => undoing.resume()}>
    <span>${doneWords(host)}</span>
    <button class="undo" type="button" @click=${() => host.actions.undo()}>${words.text('undo')}</button>
  </div>`;
}

function doneWords({ undoing, words }: InboxHost): string {
  const { done } = undoing;
  if (!done) return '';
  if (done.kind === 'snoozed') return words.text('snoozedUntil', { time: words.shortTime(done.until) });
  return words.text(doneTexts[done.kind], { count: words.number(done.ids.length) });
}

const doneTexts = {
  dismissed: 'dismissed',
  deleted: 'deleted',
  restored: 'restored',
  unsnoozed: 'unsnoozed',
  read: 'markedRead',
  unread: 'markedUnread',
} as const;

function statusLine(host: InboxHost): TemplateResult {
  const { feed, words } = host;
  const parts = [
    connectionWords(host),
    feed && feed.status.pending > 0 ? words.count('pending', feed.status.pending) : null,
  ];
  const said = parts.filter((part) => part !== null);
  const isOffline = feed?.status.phase === 'offline' || feed?.status.phase === 'closed';
  return html`<div class="status ${isOffline ? 'offline' : ''}" part="status" role="status">
    ${said.length > 0 ? html`<p>${isOffline ? icons.offline : html`<span class="pulse"></span>`}<span>${said.join(' · ')}</span></p>` : nothing}
  </div>`;
}

function connectionWords({ feed, words, list }: InboxHost): string | null {
  // An empty list shows it in full already.
  if (!feed || list.total === 0) return null;
  const { phase } = feed.status;
  if (phase === 'offline') return words.text('offlineLine');
  if (phase === 'signedOut') return words.text('signedOutTitle');
  if (phase === 'closed') return words.text('closedLine');
  if (phase === 'connecting') return words.text('connecting');
  return phase === 'catchingUp' ? words.text('catchingUp') : null;
}
