// One-time links under which a user sets a password: sealed and not stored. A link holds the hash that the user has when it
// is made, so it is good for one change, none after another one, and a day. Disabling the user ends it too.
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import { openSeal, type Seal } from '../../../lib/seal.ts';
import type { LocalUser, Registry } from '../../../store/registry.ts';
import { userSubject } from '../../revoked-tokens.ts';
import { openSecrets } from '../../secrets.ts';
import { setPasswordPath } from '../routes.ts';

const goodForMs = 24 * 3600_000;

export interface PasswordLink {
  readonly url: string;
  readonly expiresAt: number;
}

export interface PasswordLinks {
  make(user: LocalUser): Promise<PasswordLink>;
  /** The user, as it was then; null for a link that is over or was never made. */
  find(link: string): Promise<LocalUser | null>;
}

export interface PasswordLinksOptions {
  readonly registry: Registry;
  readonly issuer: string;
  readonly clock: Clock;
}

interface Sealed {
  readonly id: string;
  readonly of: string;
  readonly at: number;
}

export function openPasswordLinks({ registry, issuer, clock }: PasswordLinksOptions): PasswordLinks {
  let seal: Seal | null = null;
  async function sealOf(): Promise<Seal> {
    seal ??= openSeal(await openSecrets('cookie', registry, clock), 'password link');
    return seal;
  }

  return {
    async make({ id, passwordHash }) {
      // A revocation may be dated ahead.
      const at = Math.max(clock.now(), registry.revocations.find(userSubject(id)) ?? 0);
      const sealed: Sealed = { id, of: digest(passwordHash), at };
      const link = (await sealOf()).seal(Buffer.from(JSON.stringify(sealed)));
      return { url: `${issuer}${setPasswordPath}?link=${link}`, expiresAt: at + goodForMs };
    },
    async find(link) {
      const plain = (await sealOf()).open(link);
      if (!plain) return null;
      const { id, of, at }: Sealed = JSON.parse(plain.toString());
      const user = await registry.users.findById(id);
      const endedAt = registry.revocations.find(userSubject(id));
      const isOver = clock.now() >= at + goodForMs || (endedAt !== null && endedAt > at);
      return user && !user.disabled && !isOver && digest(user.passwordHash) === of ? user : null;
    },
  };
}

/** Stands for a password that nobody knows, until a link is used. */
export function unsetPassword(): string {
  return `unset$${randomBytes(16).toString('base64url')}`;
}

function digest(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('base64url').slice(0, 22);
}
