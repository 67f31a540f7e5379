// The first steps of every request: an address with too many failures is throttled, then a token or a ticket becomes a
// verified identity. A cached token answers synchronously, so that the hot path waits for nothing.
import type { Authenticator, Identity } from '../../auth/authenticate.ts';
import type { Tickets } from '../../auth/tickets.ts';
import { HubError } from '../../model/errors.ts';
import type { Throttle } from '../../throttle/throttle.ts';

/** The credentials of a request. */
export interface Knock {
  /** The bearer token, if there is one. */
  readonly token: string | null;
  readonly ticket: string | null;
  readonly unsId: string | null;
  /** Where the request comes from. */
  readonly address: string;
}

export interface Door {
  /** `allow` decides about an identity; what it throws is answered. */
  enter<T>(knock: Knock, allow: (identity: Identity, unsId: string | null) => T): T | Promise<T>;
}

export interface DoorOptions {
  readonly authenticator: Authenticator;
  readonly throttle: Throttle;
  readonly tickets: Tickets;
}

export function openDoor({ authenticator, throttle, tickets }: DoorOptions): Door {
  async function verify<T>(
    { token, ticket, unsId, address }: Knock,
    allow: (identity: Identity, unsId: string | null) => T,
  ): Promise<T> {
    throttle.checkAddress(address);
    try {
      if (ticket !== null) {
        const spent = await tickets.spend(ticket);
        return allow(spent.identity, spent.unsId);
      }
      if (token === null)
        throw new HubError('invalidToken', 'Send an Authorization header with a bearer token.');
      return allow(await authenticator.authenticate(token), unsId);
    } catch (error) {
      if (error instanceof HubError && error.kind === 'invalidToken') throttle.countFailure(address);
      throw error;
    }
  }

  return {
    enter(knock, allow) {
      const known = knock.token === null ? null : authenticator.cached(knock.token);
      return known ? allow(known, knock.unsId) : verify(knock, allow);
    },
  };
}
