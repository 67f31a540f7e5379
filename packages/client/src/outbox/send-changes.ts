// Sends one change, or many of one state, and turns the answer into an outcome for each. Failures that may pass (no network,
// a busy hub) are thrown.
import type { Notification, StateUpdateResult } from '@carillon/protocol';
import type { FeedView, Outcome } from '../feed/feed-view.ts';
import type { Mutation } from '../feed/local-change.ts';
import { isFinal, offline } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import type { State } from './state-group.ts';

/** All that waits for one notification. */
export interface UnsentChange {
  readonly id: string;
  readonly keys: readonly string[];
  readonly mutation: Mutation;
  readonly contentVersion: number | null;
}

export const replacedReason = 'It was replaced by newer content.';

export async function sendOne(
  requests: Requests,
  view: FeedView,
  { id, keys, mutation, contentVersion }: UnsentChange,
): Promise<Outcome> {
  try {
    const answer = await request(requests, { id, mutation, contentVersion });
    const isStale = answer !== null && contentVersion !== null && answer.contentVersion > contentVersion;
    if (isStale) return { id, keys, result: 'refused', reason: replacedReason };
    return { id, keys, result: view.hasSeen(id, answer) ? 'confirmed' : 'acknowledged' };
  } catch (error) {
    if (!isFinal(error)) throw error;
    if (error.kind === 'notFound') return { id, keys, result: 'gone' };
    return { id, keys, result: 'refused', reason: error.message };
  }
}

/** Null when the hub refused the request as a whole, and changed nothing. */
export async function sendMany(
  requests: Requests,
  view: FeedView,
  state: State,
  group: readonly UnsentChange[],
): Promise<readonly Outcome[] | null> {
  try {
    const changes = group.map(({ id, contentVersion }) => ({ id, ...versionOf(contentVersion) }));
    const { results } = await requests.updateStates({ ...state, changes });
    const byId = new Map(results.map(({ id, result }) => [id, result]));
    return group.map((change) => outcomeOf(view, change, byId.get(change.id)));
  } catch (error) {
    if (isFinal(error)) return null;
    throw error;
  }
}

function outcomeOf(
  view: FeedView,
  { id, keys, mutation }: UnsentChange,
  result: StateUpdateResult | undefined,
): Outcome {
  switch (result) {
    case 'updated':
    case 'unchanged': {
      const hasEffect = view.hasEffect(id, mutation, { isNew: result === 'updated' });
      return { id, keys, result: hasEffect ? 'confirmed' : 'acknowledged' };
    }
    case 'stale':
      return { id, keys, result: 'refused', reason: replacedReason };
    case 'notFound':
      return { id, keys, result: 'gone' };
    case undefined:
      throw offline(null);
    default:
      return result satisfies never;
  }
}

function request(
  requests: Requests,
  { id, mutation, contentVersion }: Omit<UnsentChange, 'keys'>,
): Promise<Notification | null> {
  if (mutation) return requests.updateState(id, { ...mutation, ...versionOf(contentVersion) });
  return contentVersion === null ? requests.delete(id) : requests.deleteContent(id, contentVersion);
}

function versionOf(contentVersion: number | null): { contentVersion?: number } {
  return contentVersion === null ? {} : { contentVersion };
}
