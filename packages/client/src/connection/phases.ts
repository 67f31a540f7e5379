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

const table: Readonly<Record<FeedPhase, Row>> = {
  connecting: {
    behind: 'catchingUp',
    caughtUp: 'connecting',
    opened: 'live',
    lost: 'offline',
    resync: 'catchingUp',
    retried: 'connecting',
    signedOut: 'signedOut',
    ended: 'closed',
  },
  catchingUp: {
    behind: 'catchingUp',
    caughtUp: 'connecting',
    opened: 'catchingUp',
    lost: 'offline',
    resync: 'catchingUp',
    retried: 'catchingUp',
    signedOut: 'signedOut',
    ended: 'closed',
  },
  live: {
    behind: 'catchingUp',
    caughtUp: 'live',
    opened: 'live',
    lost: 'offline',
    resync: 'catchingUp',
    retried: 'live',
    signedOut: 'signedOut',
    ended: 'closed',
  },
  offline: {
    behind: 'offline',
    caughtUp: 'offline',
    opened: 'offline',
    lost: 'offline',
    resync: 'offline',
    retried: 'connecting',
    signedOut: 'signedOut',
    ended: 'closed',
  },
  signedOut: { ...stays('signedOut'), ended: 'closed' },
  closed: stays('closed'),
};

export function nextPhase(phase: FeedPhase, input: PhaseInput): FeedPhase {
  return table[phase][input];
}
