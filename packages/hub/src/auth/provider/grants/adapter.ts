// oidc-provider's storage over the registry: clients come from the apps, refresh tokens have families (refresh-tokens.ts),
// everything else is a grant record. Expired records
// are swept with the writes, at most once a minute and a bounded number at a time.
import type { Clock } from '../../../lib/clock.ts';
import type { GrantRecord, Registry, Revocations } from '../../../store/registry.ts';
import { sessionSubject, userSubject } from '../../revoked-tokens.ts';
import { clientMetadata } from '../clients.ts';
import type { RefreshTokens } from './refresh-tokens.ts';

const refreshModel = 'RefreshToken';

const sweepMs = 60_000;
const sweptAtOnce = 500;
/** oidc-provider tolerates this much clock skew, and needs a record that just expired to answer that. */
const graceMs = 60_000;
type Payload = Readonly<Record<string, unknown>>;

export interface Adapter {
  upsert(id: string, payload: Payload, expiresInSeconds?: number): Promise<void>;
  find(id: string): Promise<Payload | undefined>;
  findByUid(uid: string): Promise<Payload | undefined>;
  findByUserCode(userCode: string): Promise<Payload | undefined>;
  consume(id: string): Promise<void>;
  destroy(id: string): Promise<void>;
  revokeByGrantId(grantId: string): Promise<void>;
}

export interface AdapterParts {
  readonly registry: Registry;
  readonly refreshTokens: RefreshTokens;
  readonly clock: Clock;
}

export function openAdapters({ registry, refreshTokens, clock }: AdapterParts): (model: string) => Adapter {
  const { apps, grants, refreshFamilies } = registry;
  let swept = clock.now();

  async function sweep(): Promise<void> {
    if (clock.now() < swept + sweepMs) return;
    swept = clock.now();
    const before = clock.now() - graceMs;
    await grants.removeExpired(before, sweptAtOnce);
    await refreshFamilies.removeExpired(before, sweptAtOnce);
  }

  const unrevoked = (record: GrantRecord | null): Payload | undefined =>
    record && !isRevoked(record.payload, registry.revocations) ? record.payload : undefined;

  return (model) => ({
    async upsert(id, payload, expiresInSeconds) {
      const expiresAt = expiresInSeconds ? clock.now() + expiresInSeconds * 1000 : null;
      if (model === refreshModel) await refreshTokens.save(id, payload, expiresAt ?? Number.MAX_SAFE_INTEGER);
      else await grants.put(toRecord(model, id, payload, expiresAt));
      await sweep();
    },
    async find(id) {
      if (model === 'Client') return clientMetadata(apps, id);
      return model === refreshModel ? refreshTokens.find(id) : unrevoked(await grants.find(model, id));
    },
    findByUid: async (uid) => unrevoked(await grants.findByUid(model, uid)),
    findByUserCode: async (userCode) => unrevoked(await grants.findByUserCode(model, userCode)),
    async consume(id) {
      if (model === refreshModel) await refreshTokens.spend(id);
      else await grants.consume(model, id, Math.floor(clock.now() / 1000));
    },
    destroy: (id) => (model === refreshModel ? refreshTokens.end(id) : grants.remove(model, id)),
    revokeByGrantId: (grantId) =>
      model === refreshModel ? refreshFamilies.removeByGrant(grantId) : grants.removeByGrant(grantId),
  });
}

/** Sessions and codes carry when the user signed in; both end with the tokens of the user or of the session. */
function isRevoked(payload: Payload, revocations: Revocations): boolean {
  const { accountId, loginTs, authTime = loginTs, uid, sessionUid = uid } = payload;
  if (typeof sessionUid === 'string' && revocations.find(sessionSubject(sessionUid)) !== null) return true;
  if (typeof accountId !== 'string' || typeof authTime !== 'number') return false;
  const at = revocations.find(userSubject(accountId));
  return at !== null && authTime * 1000 <= at;
}

function toRecord(model: string, id: string, payload: Payload, expiresAt: number | null): GrantRecord {
  return {
    model,
    id,
    payload,
    grantId: textOf(payload.grantId),
    uid: textOf(payload.uid),
    userCode: textOf(payload.userCode),
    expiresAt,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
