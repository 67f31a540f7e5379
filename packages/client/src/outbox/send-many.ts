// Sends many changes of one state, and turns the answer into an outcome for each. It is loaded with the first group that is sent, which needs
// the network anyway. Failures that may pass are thrown.
import type { StateUpdateResult } from '@carillon/protocol';
import type { FeedView, Outcome } from '../feed/feed-view.ts';
import type { Requests } from '../requests/requests.ts';
import type { UnsentChange } from './send-changes.ts';
import type { State } from './state-group.ts';

export interface Many {
  readonly requests: Requests;
  readonly view: FeedView;
  readonly state: State;
  readonly group: readonly UnsentChange[];
  /** Given, so that this file needs no other. */
  readonly isFinal: (error: unknown) => boolean;
}

/** Null when the hub refused the request as a whole, and changed nothing. */
export async function sendMany({ requests, view, state, group, isFinal }: Many): Promise<Outcome[] | null> {
  try {
    const changes = group.map(({ id, contentVersion }) => ({
      id,
      ...(contentVersion === null ? {} : { contentVersion }),
    }));
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
      return { id, keys, result: 'refused' };
    case 'notFound':
      return { id, keys, result: 'gone' };
    case undefined:
      throw new Error('The hub gave no result.');
    default:
      return result satisfies never;
  }
}
