// One-time tickets for a browser that can't set headers on a stream: the caller's identity, sealed for 60 seconds and
// spent once across all processes of the store. The token itself never stands in a URL.
import { randomBytes } from 'node:crypto';
import { limits } from '@carillon/protocol';
import type { Clock } from '../lib/clock.ts';
import { openSeal } from '../lib/seal.ts';
import { HubError } from '../model/errors.ts';
import type { SpentTickets } from '../store/registry.ts';
import type { Identity } from './authenticate.ts';
import type { RevokedTokens } from './revoked-tokens.ts';

interface Ticket {
  readonly identity: Identity;
  /** The acting subscription it was asked with. */
  readonly unsId: string | null;
}

export interface Tickets {
  issue(ticket: Ticket): string;
  /** Throws `invalidToken` for one that is forged, over, or spent. */
  spend(text: string): Promise<Ticket>;
}

interface Sealed extends Ticket {
  readonly id: string;
  readonly until: number;
}

export interface TicketsOptions {
  readonly secret: Buffer;
  readonly spent: SpentTickets;
  readonly clock: Clock;
  readonly revoked: Pick<RevokedTokens, 'has'>;
}

export function openTickets({ secret, spent, clock, revoked }: TicketsOptions): Tickets {
  const seal = openSeal(secret, 'stream ticket');
  return {
    issue(ticket) {
      const until = clock.now() + limits.ticketSeconds * 1000;
      const sealed: Sealed = { ...ticket, id: randomBytes(16).toString('base64url'), until };
      return seal.seal(Buffer.from(JSON.stringify(sealed)));
    },
    async spend(text) {
      const plain = seal.open(text);
      const sealed: Sealed | null = plain && JSON.parse(plain.toString());
      const now = clock.now();
      if (!sealed || sealed.until <= now || !(await spent.spend(sealed.id, sealed.until, now))) {
        throw new HubError(
          'invalidToken',
          'The ticket is not valid, has expired, or was used before: get a new one.',
        );
      }
      if (revoked.has(sealed.identity))
        throw new HubError('invalidToken', 'The token of the ticket was revoked: sign in again.');
      return { identity: sealed.identity, unsId: sealed.unsId };
    },
  };
}
