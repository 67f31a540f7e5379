// Sends one change, and turns the answer into its outcome. Failures that may pass (no network, a busy hub) are thrown. What few changes need
// is loaded when one of them is sent, which needs the network anyway.
import type { FeedView, Outcome } from '../feed/feed-view.ts';
import type { Mutation } from '../feed/local-change.ts';
import { isFinal } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import type { SentAnswer } from './send-answer.ts';

/** All that waits for one notification. */
export interface UnsentChange {
  readonly id: string;
  readonly keys: readonly string[];
  readonly mutation: Mutation;
  readonly contentVersion: number | null;
}

export async function sendOne(
  requests: Requests,
  view: FeedView,
  { id, keys, mutation, contentVersion }: UnsentChange,
): Promise<Outcome> {
  try {
    const { isLate, item: answer } = await request(requests, { id, mutation, contentVersion });
    if (isLate) return { id, keys, result: 'decided', item: answer };
    const isStale = answer !== null && contentVersion !== null && answer.contentVersion > contentVersion;
    if (isStale) return { id, keys, result: 'refused' };
    return { id, keys, result: view.hasSeen(id, answer) ? 'confirmed' : 'acknowledged' };
  } catch (error) {
    if (!isFinal(error)) throw error;
    if (error.kind === 'notFound') return { id, keys, result: 'gone' };
    return { id, keys, result: 'refused', reason: error.message };
  }
}

async function request(
  requests: Requests,
  { id, mutation, contentVersion }: Omit<UnsentChange, 'keys'>,
): Promise<Partial<SentAnswer> & Pick<SentAnswer, 'item'>> {
  const version = contentVersion === null ? {} : { contentVersion };
  if (mutation?.response) {
    const { actionId, text } = mutation.response;
    const { sendAnswer } = await import('./send-answer.ts');
    return sendAnswer(requests, id, { actionId, text, ...version });
  }
  if (mutation) return { item: await requests.updateState(id, { ...mutation, ...version }) };
  if (contentVersion === null) return { item: await requests.delete(id) };
  const { deleteContent } = await import('./delete-content.ts');
  return { item: await deleteContent(requests, id, contentVersion) };
}
