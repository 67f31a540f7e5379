// Which changes go to the hub in one request: those with the same state. Pages and workers group alike.
// A request of 1 000 ids is about 80 KiB, within the 256 KiB that the hub takes.
import type { Mutation } from '../feed/local-change.ts';

/** The hub's bound. */
export const togetherMax = 1000;

export type State = NonNullable<Mutation>;

/** Null deletes. */
export function isSameState(one: State | null, other: State | null): boolean {
  return (
    one?.readState === other?.readState &&
    one?.userActionState === other?.userActionState &&
    one?.snoozeUntilDateTime === other?.snoozeUntilDateTime &&
    one?.response === other?.response &&
    (one === null) === (other === null)
  );
}
