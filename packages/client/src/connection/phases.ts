// The phases of a connection, as a table: the compiler refuses a phase without its row, and an input that there is not.
//   connecting  the stream is being opened, from the view's position
//   catchingUp  pages of changes are read: the view is far behind, empty, or must start over
//   live        every change arrives as it is committed (over polling: with the next poll)
//   offline     the next try waits for its time, or for an event of the browser
//   signedOut   the hub accepts no token, and nothing is tried; only `closed`, the end, follows
import type { FeedPhase } from '../feed/feed.ts';

export type PhaseInput =
  | 'behind'
  | 'caughtUp'
  | 'opened'
  | 'lost'
  | 'resync'
  | 'retried'
  | 'signedOut'
  | 'ended';

/** What it has not leaves the phase as it is. */
type Row = Readonly<Partial<Record<PhaseInput, FeedPhase>>>;

const ends = { signedOut: 'signedOut', ended: 'closed' } as const;
const reads = { behind: 'catchingUp', lost: 'offline', resync: 'catchingUp' } as const;

const table: Readonly<Record<FeedPhase, Row>> = {
  connecting: { ...reads, ...ends, opened: 'live' },
  catchingUp: { ...reads, ...ends, caughtUp: 'connecting' },
  live: { ...reads, ...ends },
  offline: { ...ends, retried: 'connecting' },
  signedOut: { ended: 'closed' },
  closed: {},
};

export function nextPhase(phase: FeedPhase, input: PhaseInput): FeedPhase {
  return table[phase][input] ?? phase;
}
