// Tickets for a browser that can't set headers on a stream: the caller's identity, sealed for 60 seconds. A ticket opens one
// stream across all processes of the store, and the same stream again while it was away for less than a minute: a native
// EventSource comes back with the URL that it began with. The token itself never stands in a URL.
import { randomBytes } from 'node:crypto';
import { limits } from '@carillon/protocol';
import type { Clock, Timer } from '../lib/clock.ts';
import { openSeal, type Secrets } from '../lib/seal.ts';
import { HubError } from '../model/errors.ts';
import type { SpentTickets } from '../store/registry.ts';
import type { Identity } from './authenticate.ts';
import type { RevokedTokens } from './revoked-tokens.ts';

interface Ticket {
  readonly identity: Identity;
  /** The acting subscription it was asked with. */
  readonly unsId: string | null;
}

interface SpentTicket extends Ticket {
  /** To be called once, when its stream has ended. */
  release(): void;
}

export interface Tickets {
  issue(ticket: Ticket): string;
  /** Throws `invalidToken` for one that is forged, over, or spent. `comesBack`: whether the caller knows the stream. */
  spend(text: string, comesBack: (identity: Identity) => boolean): Promise<SpentTicket>;
  close(): void;
}

interface Sealed extends Ticket {
  readonly id: string;
  readonly until: number;
}

export interface TicketsOptions {
  readonly secret: Buffer | Secrets;
  readonly spent: SpentTickets;
  readonly clock: Clock;
  readonly revoked: Pick<RevokedTokens, 'has'>;
}

const lookForLostMs = 30_000;
const toleranceMs = limits.clockToleranceSeconds * 1000;
/** A stream ends with its token, at the latest at the next turn of its heartbeats. */
const heldLongerMs = toleranceMs + (limits.heartbeatSeconds + limits.ticketAwaySeconds) * 1000;

export function openTickets({ secret, spent, clock, revoked }: TicketsOptions): Tickets {
  const seal = openSeal(secret, 'stream ticket');
  // While the registry is away nobody can spend any.
  const releaseLost = (): void => void spent.releaseLost(clock.now()).catch(() => {});
  const timer: Timer = clock.every(lookForLostMs, releaseLost);
  releaseLost();

  function read(text: string): Sealed {
    const plain = seal.open(text);
    if (!plain) throw notValid();
    return JSON.parse(plain.toString());
  }

  return {
    issue(ticket) {
      const until = clock.now() + limits.ticketSeconds * 1000;
      const sealed: Sealed = { ...ticket, id: randomBytes(16).toString('base64url'), until };
      return seal.seal(Buffer.from(JSON.stringify(sealed)));
    },
    async spend(text, knowsStream) {
      const { id, until, identity, unsId } = read(text);
      const now = clock.now();
      const comesBack = knowsStream(identity);
      if (until <= now && !comesBack) throw notValid();
      if (revoked.has(identity))
        throw new HubError('invalidToken', 'The token of the ticket was revoked: sign in again.');
      if (identity.expiresAt + toleranceMs <= now)
        throw new HubError('invalidToken', 'The token of the ticket has expired: get a new one.');
      const heldUntil = identity.expiresAt + heldLongerMs;
      const how = await spent.spend({ id, opensUntil: until, heldUntil, comesBack }, now);
      if (how === null) throw notValid();
      return { identity, unsId, release: () => spent.release(id, clock.now()) };
    },
    close: () => timer.stop(),
  };
}

function notValid(): HubError {
  return new HubError(
    'invalidToken',
    'The ticket is not valid, has expired, or was used before: get a new one.',
  );
}
