// Passwords are kept as scrypt hashes that carry their own parameters (`scrypt$N$r$p$salt$hash`). Both directions run in
// the thread pool, never in the event loop, and an unknown user costs the same time as a wrong password.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

import { commonPasswords } from './common-passwords.ts';

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's advice of 2025 for scrypt: 128 MiB, and about half a second. */
const cost: Cost = { N: 2 ** 17, r: 8, p: 1 };
const charactersMin = 10;
const hashBytes = 32;
/** What a stored hash may ask for at most, so that a damaged row can't stop the process. */
const maxMemoryBytes = 256 * 1024 * 1024;

/** Why nobody should have that password; null: it will do. */
export function weaknessOf(password: string): string | null {
  const normal = password.normalize('NFC');
  if ([...normal].length < charactersMin)
    return `The password has fewer than ${charactersMin} characters: take a longer one, like a few words.`;
  if (commonPasswords.has(normal.toLowerCase()))
    return 'The password is one of the most common ones: take another, like a few words.';
  return null;
}

/** Whether it was hashed at another cost than today's. */
export function isDated(stored: string): boolean {
  const { N, r, p } = cost;
  return !stored.startsWith(['scrypt', N, r, p, ''].join('$'));
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, hashBytes, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** With null (there is no such user) it takes as long as a wrong password, and answers false. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = (stored ?? '').split('$');
  if (scheme !== 'scrypt' || !salt || !hash) {
    await derive(password, Buffer.alloc(16), hashBytes, cost);
    return false;
  }
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(actual, expected);
}

function derive(password: string, salt: Buffer, bytes: number, { N, r, p }: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // NFC: the same password typed on another system may come in another form.
    scrypt(password.normalize('NFC'), salt, bytes, { N, r, p, maxmem: maxMemoryBytes }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
