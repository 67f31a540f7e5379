// Browsers in which a user has signed in: a sealed cookie, so that guesses from elsewhere don't keep that user waiting
// there. It proves nothing else, and is no session. (OWASP: "Slow Down Online Guessing Attacks with Device Cookies".)
import { randomUUID } from 'node:crypto';
import { openSeal, type Secrets } from '../../../lib/seal.ts';

const cookieName = 'carillon_browser';
const yearSeconds = 365 * 24 * 3600;
/** Of a shared browser, the last to sign in. */
const usersMax = 8;

interface Browser {
  readonly id: string;
  /** Ids of users, the last to sign in first. */
  readonly users: readonly string[];
}

export interface KnownBrowsers {
  /** The id of the browser, when anybody has signed in there. */
  idOf(cookies: string | undefined): string | null;
  /** The id of the browser, when that user has signed in there. */
  find(cookies: string | undefined, userId: string): string | null;
  /** The cookie to set once the user has signed in. */
  remember(cookies: string | undefined, userId: string): string;
}

export function openKnownBrowsers(secret: Secrets, issuer: string): KnownBrowsers {
  const seal = openSeal(secret, 'known browser');
  const { pathname, protocol } = new URL(issuer);
  const attributes = [`Path=${pathname}`, `Max-Age=${yearSeconds}`, 'HttpOnly', 'SameSite=Lax'];
  if (protocol === 'https:') attributes.push('Secure');

  function read(cookies = ''): Browser | null {
    const text = new RegExp(`(?:^|;)\\s*${cookieName}=([\\w-]+)`).exec(cookies)?.[1];
    const plain = text === undefined ? null : seal.open(text);
    return plain && JSON.parse(plain.toString());
  }

  return {
    idOf: (cookies) => read(cookies)?.id ?? null,
    find(cookies, userId) {
      const browser = read(cookies);
      return browser?.users.includes(userId) ? browser.id : null;
    },
    remember(cookies, userId) {
      const { id, users } = read(cookies) ?? { id: randomUUID(), users: [] };
      const all = [userId, ...users.filter((each) => each !== userId)].slice(0, usersMax);
      const value = seal.seal(Buffer.from(JSON.stringify({ id, users: all } satisfies Browser)));
      return [`${cookieName}=${value}`, ...attributes].join('; ');
    },
  };
}
