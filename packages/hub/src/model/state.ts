// The rules of state: how what a user did on one device merges into a notification. Pure; the order of commits
// decides (the last committed writer wins), never a clock.
import type { ReadState, UserActionState } from '@carillon/protocol';
import { invalid } from './errors.ts';

export interface State {
  readonly readState: ReadState;
  readonly userActionState: UserActionState;
  readonly snoozeUntil: number | null;
}

/** What a device asks for; at least one member. */
export interface StateChange {
  readonly readState?: ReadState;
  readonly userActionState?: UserActionState;
  readonly snoozeUntil?: number;
}

export const freshState: State = { readState: 'unread', userActionState: 'noInteraction', snoozeUntil: null };

/** Refuses what can never make sense, whatever the notification's state. */
export function checkStateChange(change: StateChange): void {
  const { readState, userActionState, snoozeUntil } = change;
  if (readState === undefined && userActionState === undefined) {
    if (snoozeUntil !== undefined) {
      throw invalid('snoozeUntilDateTime needs userActionState "snoozed" beside it.', 'snoozeUntilDateTime');
    }
    throw invalid('Nothing to change: send readState or userActionState.', 'readState');
  }
  if (readState === 'unread' && userActionState !== undefined && userActionState !== 'noInteraction') {
    throw invalid(
      `readState "unread" contradicts userActionState "${userActionState}", which sets read: send one of the two.`,
      'readState',
    );
  }
  if (userActionState === 'snoozed' && snoozeUntil === undefined) {
    throw invalid('userActionState "snoozed" needs snoozeUntilDateTime.', 'snoozeUntilDateTime');
  }
  if (userActionState !== 'snoozed' && snoozeUntil !== undefined) {
    throw invalid('snoozeUntilDateTime goes only with userActionState "snoozed".', 'snoozeUntilDateTime');
  }
}

/** The state after the change; the same object when nothing changes. */
export function mergeState(state: State, change: StateChange): State {
  const next = applied(state, change);
  const same =
    next.readState === state.readState &&
    next.userActionState === state.userActionState &&
    next.snoozeUntil === state.snoozeUntil;
  return same ? state : next;
}

function applied(state: State, change: StateChange): State {
  if (change.readState === 'unread') return freshState;
  const action = change.userActionState;
  if (action === undefined) return { ...state, readState: 'read' };
  const readState = action === 'noInteraction' ? (change.readState ?? state.readState) : 'read';
  return {
    readState,
    userActionState: action,
    snoozeUntil: action === 'snoozed' ? (change.snoozeUntil ?? null) : null,
  };
}
