// Refresh tokens over the registry's families. A token is the id of its family, or for those that follow the id, a number and
// a MAC: `{family}.{number}.{mac}`. So the successor of a token is always the same text, on every node, and however many
// spend one token at once get one chain. A page that is reloaded while it refreshes never gets the successor, so it may
// spend the same token again for ten seconds while the successor is unused; any other second use ends the family.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import type { Secrets } from '../../../lib/seal.ts';
import type { RefreshFamily, Registry } from '../../../store/registry.ts';
import { userSubject } from '../../revoked-tokens.ts';

const respendMs = 10_000;
const familiesMax = 10;

type Payload = Readonly<Record<string, unknown>>;

export interface RefreshTokens {
  /** What a token says; `consumed` is in it when it may not be spent any more, for which the provider ends its family. */
  find(token: string): Promise<Payload | undefined>;
  /** The one that takes the place of a token. */
  successor(token: string): string;
  save(token: string, payload: Payload, expiresAt: number): Promise<void>;
  spend(token: string): Promise<void>;
  /** Ends its family. */
  end(token: string): Promise<void>;
}

interface Named {
  readonly family: string;
  readonly number: number;
}

/** The texts of tokens. Nobody but the hub can name a successor. */
function openNames(secrets: Secrets) {
  let known: readonly Buffer[] = [];
  let keys: readonly Buffer[] = [];

  function newest(): readonly Buffer[] {
    const present = secrets();
    if (present !== known) {
      keys = present.map((secret) =>
        Buffer.from(hkdfSync('sha256', secret, '', 'carillon refresh token', 32)),
      );
      known = present;
    }
    return keys;
  }

  function write({ family, number }: Named, key = newest()[0] ?? Buffer.alloc(0)): string {
    const mac = createHmac('sha256', key).update(`${family}.${number}`).digest('base64url');
    return `${family}.${number}.${mac}`;
  }

  function read(token: string): Named | null {
    const [family = '', digits] = token.split('.');
    if (digits === undefined) return { family, number: 0 };
    const named = { family, number: Number(digits) };
    const given = Buffer.from(token);
    const isOurs = newest().some((key) => {
      const expected = Buffer.from(write(named, key));
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
    return isOurs ? named : null;
  }

  return { read, write };
}

export function openRefreshTokens(registry: Registry, secrets: Secrets, clock: Clock): RefreshTokens {
  const { refreshFamilies: families, revocations } = registry;
  const { read, write } = openNames(secrets);

  async function findFamily(id: string): Promise<RefreshFamily | null> {
    const family = await families.find(id);
    const revokedAt = family && revocations.find(userSubject(family.account));
    return family && revokedAt !== null && family.startedAt <= revokedAt ? null : family;
  }

  return {
    async find(token) {
      const named = read(token);
      const family = named && (await findFamily(named.family));
      if (!family) return undefined;
      const behind = family.spent - named.number;
      const again = behind === 1 && clock.now() - (family.spentAt ?? 0) <= respendMs;
      const spendable = behind === 0 || again;
      const consumed = spendable ? {} : { consumed: Math.floor((family.spentAt ?? 0) / 1000) };
      return { ...family.payload, jti: token, ...consumed };
    },
    successor(token) {
      const named = read(token);
      if (!named) throw new Error('a token that was found has a name');
      return write({ ...named, number: named.number + 1 });
    },
    async save(token, payload, expiresAt) {
      const named = read(token);
      if (!named) throw new Error('a token is saved under a name of this hub');
      if (named.number > 0) {
        await families.renew(named.family, payload, expiresAt);
        return;
      }
      const ids = { account: textOf(payload.accountId), client: textOf(payload.clientId) };
      const origin = { grantId: textOf(payload.grantId), session: textOf(payload.sessionUid) || null };
      // A revocation may be dated ahead.
      const revokedAt = revocations.find(userSubject(ids.account)) ?? 0;
      const startedAt = Math.max(clock.now(), revokedAt + 1);
      const family = { id: token, ...ids, ...origin, payload, startedAt, expiresAt };
      await families.start(family, familiesMax);
    },
    async spend(token) {
      const named = read(token);
      if (named) await families.spend(named.family, named.number, clock.now());
    },
    async end(token) {
      const named = read(token);
      if (named) await families.remove(named.family);
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
