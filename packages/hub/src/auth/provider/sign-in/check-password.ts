// Whether a name and a password belong together, for every form that asks for them: in its turn, bounded against guessing one
// name from one place, and each failure in the audit. It does not reveal which names exist.
import type { Retry } from '../../../lib/inbound/retry-headers.ts';
import { foldName } from '../../../model/fold-name.ts';
import type { LocalUser, Users } from '../../../store/registry.ts';
import { type AccessAudit, unknownCaller } from '../../access-audit.ts';
import { addressBlock } from '../../address-block.ts';
import type { InnerRequest } from '../exchange/inner-request.ts';
import { type Attempts, freeFailures } from './attempts.ts';
import type { KnownBrowsers } from './known-browser.ts';
import { fill, type Words } from './language.ts';
import { type PasswordTurns, waitingOfAddress } from './password-turns.ts';
import { verifyPassword } from './passwords.ts';

interface Typed {
  readonly name: string;
  readonly password: string;
}

/** Where it is typed, and what an attempt counts under. */
interface Place {
  readonly key: string;
  readonly address: string;
  readonly known: boolean;
}

interface Refused {
  readonly status: number;
  readonly retry: Retry;
  readonly problemOf: (words: Words) => string;
}

type Checked =
  | { readonly user: LocalUser; readonly place: Place; readonly refused: null }
  | { readonly user: null; readonly refused: Refused };

export interface PasswordCheck {
  readonly users: Users;
  readonly access: AccessAudit;
  readonly attempts: Attempts;
  readonly browsers: KnownBrowsers;
  readonly turns: PasswordTurns;
}

export async function checkPassword(
  { users, access, attempts, browsers, turns }: PasswordCheck,
  request: InnerRequest,
  { name, password }: Typed,
): Promise<Checked> {
  const user = await users.findByName(name);
  const refuse = (refused: Refused): Checked => {
    // What was typed is no name of a user, and may be a password: it is not kept.
    const on = user ? `users/${user.id}` : 'users';
    access.refuse({ what: 'signInFailed', who: unknownCaller, from: request.socket.remoteAddress, on });
    return { user: null, refused };
  };
  const place = placeOf(browsers, request, name, user);
  const waitMs = attempts.begin(place.key);
  const check = () => verifyPassword(password, user?.passwordHash ?? null);
  const matches = waitMs > 0 ? null : turns.run(place, check);
  if (matches === null) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    const limit = waitMs > 0 ? freeFailures : waitingOfAddress;
    const problemOf = ({ tooMany }: Words) => fill(tooMany, { seconds: String(seconds) });
    return refuse({ status: 429, retry: { retryAfterMs: seconds * 1000, limit }, problemOf });
  }
  if (!(await matches) || !user || user.disabled)
    return refuse({ status: 401, retry: {}, problemOf: ({ wrong }) => wrong });
  attempts.succeed(place.key);
  return { user, place, refused: null };
}

function placeOf(
  browsers: KnownBrowsers,
  request: InnerRequest,
  name: string,
  user: LocalUser | null,
): Place {
  const browser = user && browsers.find(request.headers.cookie, user.id);
  const address = addressBlock(request.socket.remoteAddress);
  const who = foldName(name);
  const key = JSON.stringify(browser === null ? [who, address] : [who, 'browser', browser]);
  return { key, address, known: browser !== null };
}
