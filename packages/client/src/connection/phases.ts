// The phases of a connection, as a complete table: the compiler refuses a phase or an input without its line.
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

type Row = Readonly<Record<PhaseInput, FeedPhase>>;

const stays = (phase: FeedPhase): Row => ({
  behind: phase,
  caughtUp: phase,
  opened: phase,
  lost: phase,
  resync: phase,
  retried: phase,
  signedOut: phase,
  ended: phase,
});

const ends = { signedOut: 'signedOut', ended: 'closed' } as const;
const reads = { behind: 'catchingUp', lost: 'offline', resync: 'catchingUp' } as const;

const table: Readonly<Record<FeedPhase, Row>> = {
  connecting: { ...stays('connecting'), ...reads, ...ends, opened: 'live' },
  catchingUp: { ...stays('catchingUp'), ...reads, ...ends, caughtUp: 'connecting' },
  live: { ...stays('live'), ...reads, ...ends },
  offline: { ...stays('offline'), ...ends, retried: 'connecting' },
  signedOut: { ...stays('signedOut'), ended: 'closed' },
  closed: stays('closed'),
};

export function nextPhase(phase: FeedPhase, input: PhaseInput): FeedPhase {
  return table[phase][input];
}
