// A change that the user made here and the hub has not confirmed, and its merges: into a notification by the hub's rules of
// state, and into another change of the same notification, so that the queue holds one for each. Pure.
import type { Notification, NotificationResponse, StatePatch } from '@carillon/protocol';

type UserResponse = NotificationResponse & { readonly actionId: string };

/** What a change does to the state; null deletes. One with a response answers a question. */
export type Mutation = (Omit<StatePatch, 'contentVersion'> & { readonly response?: UserResponse }) | null;

export interface LocalChange {
  /** Unique among all tabs and sessions of the account. */
  readonly key: string;
  /** The notification. */
  readonly id: string;
  readonly mutation: Mutation;
  /** The content that was on the screen; null when the notification was not held here. */
  readonly contentVersion: number | null;
  /** Keys of earlier changes that this one contains. */
  readonly replaces: readonly string[];
}

/** The notification as it is once `mutation` is committed; null when deleted. The same object when nothing changes. */
export function applyMutation(item: Notification, mutation: Mutation): Notification | null {
  if (mutation === null) return null;
  const { response } = mutation;
  // The first answer counts, whoever gave it.
  if (response && item.response !== null) return item;
  const { readState, userActionState, snoozeUntilDateTime = null } = stateAfter(item, mutation);
  const isSame =
    !response &&
    readState === item.readState &&
    userActionState === item.userActionState &&
    snoozeUntilDateTime === item.snoozeUntilDateTime;
  return isSame
    ? item
    : { ...item, readState, userActionState, snoozeUntilDateTime, ...(response && { response }) };
}

type State = Pick<Notification, 'readState' | 'userActionState' | 'snoozeUntilDateTime'>;

function stateAfter(state: State, mutation: NonNullable<Mutation>): State {
  const { readState, userActionState, snoozeUntilDateTime = null } = mutation;
  if (readState === 'unread') return fresh;
  if (userActionState === undefined) return { ...state, readState: 'read' };
  if (userActionState === 'noInteraction')
    return { readState: readState ?? state.readState, userActionState, snoozeUntilDateTime: null };
  return { readState: 'read', userActionState, snoozeUntilDateTime };
}

const fresh: State = { readState: 'unread', userActionState: 'noInteraction', snoozeUntilDateTime: null };

/** What an answer of the user does here; it is sent by itself. */
export function answerWith(actionId: string, text: string | null, now: number): NonNullable<Mutation> {
  const respondedDateTime = new Date(now).toISOString();
  return {
    userActionState: 'activated',
    response: { actionId, text, respondedDateTime, respondedBy: 'user' },
  };
}

/** One mutation with the effect of both, whatever the state they meet. */
export function composeMutations(first: Mutation, then: Mutation): Mutation {
  if (first === null || then === null) return null;
  // Only "read" keeps the rest of the state; every other mutation sets all of it.
  if (then.readState !== 'read' || then.userActionState !== undefined) return then;
  if (first.readState === 'unread') return { readState: 'read', userActionState: 'noInteraction' };
  return first;
}

/** The mutation that gives a notification the state of this one. */
export function mutationTo({ readState, userActionState, snoozeUntilDateTime }: Notification): Mutation {
  if (readState === 'unread') return { readState };
  if (userActionState === 'noInteraction') return { readState, userActionState };
  return snoozeUntilDateTime === null ? { userActionState } : { userActionState, snoozeUntilDateTime };
}

/** A snooze that ended before it was sent is sent as what waking makes of it. */
export function mutationAt(mutation: Mutation, now: number): Mutation {
  const until = mutation?.snoozeUntilDateTime;
  return until && Date.parse(until) <= now ? { readState: 'unread' } : mutation;
}
