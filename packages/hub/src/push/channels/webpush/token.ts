// How the hub names itself to a push service: a VAPID token (RFC 8292) for each origin, signed with ES256, good for half
// a day, and made anew when half of that is over, so that none is ever sent close to its end.
import { createPrivateKey, sign } from 'node:crypto';
import { BoundedMap } from '../../../lib/bounded-map.ts';
import { type VapidKeys, vapidJwk } from '../../../model/vapid.ts';
import { subjectOf } from '../contact.ts';

export interface VapidTokens {
  /** Value of the `Authorization` header for the service at that origin. */
  authorization(origin: string): string;
  /** The service did not take it: the next one is new. */
  forget(origin: string): void;
  close(): void;
}

export interface VapidOptions {
  readonly keys: VapidKeys;
  /** A `mailto:` address, or the hub's public URL. */
  readonly subject: string;
  readonly now: () => number;
}

interface Made {
  readonly at: number;
  readonly authorization: string;
}

/** RFC 8292, section 2: at most 24 hours. */
const lifeMs = 12 * 60 * 60 * 1000;
const renewAfterMs = lifeMs / 2;
/** Endpoints are what devices registered: their origins must not fill the memory. */
const originsMax = 1000;

export function openVapidTokens({ keys, subject, now }: VapidOptions): VapidTokens {
  const key = createPrivateKey({ key: vapidJwk(keys), format: 'jwk' });
  const contact = subjectOf(subject);
  const made = new BoundedMap<string, Made>({ entriesMax: originsMax });

  function make(origin: string, at: number): Made {
    const claims = { aud: origin, exp: Math.floor((at + lifeMs) / 1000), sub: contact };
    const input = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    const token = `${input}.${signature.toString('base64url')}`;
    return { at, authorization: `vapid t=${token}, k=${keys.publicKey}` };
  }

  return {
    authorization(origin) {
      const known = made.get(origin);
      if (known && !isStale(known, now())) return known.authorization;
      const next = make(origin, now());
      made.set(origin, next);
      return next.authorization;
    },
    forget: (origin) => void made.delete(origin),
    close: () => made.clear(),
  };
}

/** A token from the future was made before the clock was set right. */
function isStale({ at }: Made, now: number): boolean {
  return now < at || now - at >= renewAfterMs;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
