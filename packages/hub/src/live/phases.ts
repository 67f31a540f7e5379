// The phases of a stream, as a complete table: the compiler refuses a phase or an input without its line.
//   catchingUp  pages are read from the store, from what was sent last
//   live        the next change of the sequence is written as it is published
//   waiting     the connection did not take more; nothing is buffered, the store is the queue
//   closed      the end
// Joining, a jump in the sequence and a connection that drained all mean the same: catching up.

export type Phase = 'catchingUp' | 'live' | 'waiting' | 'closed';
export type PhaseInput = 'caughtUp' | 'jumped' | 'blocked' | 'drained' | 'ended';

const table: Readonly<Record<Phase, Readonly<Record<PhaseInput, Phase>>>> = {
  catchingUp: {
    caughtUp: 'live',
    jumped: 'catchingUp',
    blocked: 'waiting',
    drained: 'catchingUp',
    ended: 'closed',
  },
  live: { caughtUp: 'live', jumped: 'catchingUp', blocked: 'waiting', drained: 'live', ended: 'closed' },
  waiting: {
    caughtUp: 'waiting',
    jumped: 'waiting',
    blocked: 'waiting',
    drained: 'catchingUp',
    ended: 'closed',
  },
  closed: { caughtUp: 'closed', jumped: 'closed', blocked: 'closed', drained: 'closed', ended: 'closed' },
};

export function nextPhase(phase: Phase, input: PhaseInput): Phase {
  return table[phase][input];
}
