// The phases of one exchange between the worker and the hub, as a complete table: the compiler refuses a phase or an input
// without its line. `./exchange.ts` runs it.

/**
 * - `opening`: a token is read, another user's record is removed, the push registration is renewed when that is due
 * - `sending`: the outbox goes to the hub
 * - `reading`: the changes since the worker's cursor are read
 * - `showing`: what they show and close is put on the screen and recorded
 * - `confirming`: the receipts of what was shown go to the hub
 */
export type ActivePhase = 'opening' | 'sending' | 'reading' | 'showing' | 'confirming';
/** `signedOut`: there is no token. `failed`: the hub was not reached, or it refused; the outbox stays. */
export type ExchangeEnd = 'done' | 'signedOut' | 'failed';
export type ExchangePhase = ActivePhase | ExchangeEnd;

/** `complete`: nothing more was asked for. `deviceRefused`: the hub no longer has the subscription of this device. */
export type ExchangeInput = 'next' | 'complete' | 'deviceRefused' | 'signedOut' | 'failed';

type Row = Readonly<Record<ExchangeInput, ExchangePhase>>;

const ends = { complete: 'done', signedOut: 'signedOut', failed: 'failed' } as const;
/** Without the subscription it starts over: nothing that the user did depends on it. */
const startsOver = { deviceRefused: 'opening' } as const;

const table: Readonly<Record<ActivePhase, Row>> = {
  opening: { ...ends, ...startsOver, next: 'sending' },
  sending: { ...ends, ...startsOver, next: 'reading' },
  reading: { ...ends, ...startsOver, next: 'showing' },
  showing: { ...ends, ...startsOver, next: 'confirming' },
  confirming: { ...ends, ...startsOver, next: 'done' },
};

export function nextPhase(phase: ActivePhase, input: ExchangeInput): ExchangePhase {
  return table[phase][input];
}
