// The provider token of APNs: a JWT signed with the team's key (ES256), made once for all apps that use the key. Apple
// wants a new one every 20 to 60 minutes, and answers 429 when there are more than that.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
import { SignJWT } from 'jose/jwt/sign';
import { importPKCS8 } from 'jose/key/import';
import { BoundedMap } from '../../../lib/bounded-map.ts';
import type { Outcome } from '../contract.ts';
import { credentialsOutcome } from '../outcome.ts';
import type { ApnsCredentials } from './credentials.ts';

export interface ApnsTokens {
  /** The token, or the outcome of an attempt that ends here. */
  get(credentials: ApnsCredentials): Promise<string | Outcome>;
  /** APNs did not take it: the next one is new, but never sooner than Apple allows. */
  forget(credentials: ApnsCredentials): void;
  close(): void;
}

interface Made {
  readonly at: number;
  readonly token: Promise<string | Outcome>;
  refused: boolean;
}

const minuteMs = 60_000;
const renewAfterMs = 45 * minuteMs;
const renewAtMostEveryMs = 20 * minuteMs;
/** More keys than this are in use at once only when they are replaced in a loop. */
const keysMax = 1000;

const keyUnusable = 'privateKeyUnusable';

export function openApnsTokens(now: () => number): ApnsTokens {
  const made = new BoundedMap<string, Made>({ entriesMax: keysMax });
  return {
    get(credentials) {
      const name = nameOf(credentials);
      const known = made.get(name);
      if (known && !isStale(known, now())) return known.token;
      const next = { at: now(), token: signToken(credentials, now()), refused: false };
      made.set(name, next);
      return next.token;
    },
    forget(credentials) {
      const known = made.get(nameOf(credentials));
      if (known) known.refused = true;
    },
    close: () => made.clear(),
  };
}

/** A token from the future was made before the clock was set right. */
function isStale({ at, refused }: Made, now: number): boolean {
  const age = now - at;
  return age < 0 || age >= (refused ? renewAtMostEveryMs : renewAfterMs);
}

/** With the key itself: credentials put in anew count at once, whatever they are called. */
function nameOf({ teamId, keyId, privateKey }: ApnsCredentials): string {
  return `${teamId} ${keyId} ${privateKey}`;
}

async function signToken(credentials: ApnsCredentials, now: number): Promise<string | Outcome> {
  try {
    const key = await importPKCS8(credentials.privateKey.trim(), 'ES256');
    return await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: credentials.keyId })
      .setIssuer(credentials.teamId)
      .setIssuedAt(Math.floor(now / 1000))
      .sign(key);
  } catch {
    return credentialsOutcome(keyUnusable);
  }
}
