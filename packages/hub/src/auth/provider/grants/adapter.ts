// oidc-provider's storage over the registry: clients come from the apps, refresh tokens have families (refresh-tokens.ts),
// what nobody has signed in by is a visit (visits.ts), and everything else a grant record. Ended ones are swept (sweep.ts).
import type { Clock } from '../../../lib/clock.ts';
import type { GrantRecord, Registry, Revocations } from '../../../store/registry.ts';
import { sessionSubject, userSubject } from '../../revoked-tokens.ts';
import { clientMetadata } from '../clients.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import { graceMs, type Sweep } from './sweep.ts';
import { type Visits, visitModel } from './visits.ts';

const refreshModel = 'RefreshToken';
const sessionModel = 'Session';

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
  readonly sweep: Sweep;
  readonly visits: Visits;
  /** Of the request that is being handled: the browser, if somebody has signed in there before, or the address. */
  readonly place: () => string;
}

export function openAdapters(parts: AdapterParts): (model: string) => Adapter {
  const { registry, refreshTokens, clock, sweep, visits, place } = parts;
  const { apps, grants, refreshFamilies } = registry;

  const unrevoked = (record: GrantRecord | null): Payload | undefined =>
    record && !isRevoked(record.payload, registry.revocations) ? record.payload : undefined;

  async function findRecord(model: string, id: string): Promise<GrantRecord | null> {
    const record = await grants.find(model, id);
    return record === null && model === sessionModel ? grants.find(visitModel, id) : record;
  }

  return (model) => ({
    async upsert(id, payload, expiresInSeconds) {
      const expiresAt = expiresInSeconds ? clock.now() + expiresInSeconds * 1000 : null;
      if (model === refreshModel) await refreshTokens.save(id, payload, expiresAt ?? Number.MAX_SAFE_INTEGER);
      else if (isVisit(model, payload))
        await visits.put(toRecord(visitModel, id, payload, expiresAt && expiresAt - graceMs), place());
      else await grants.put(toRecord(model, id, payload, expiresAt));
      await sweep.written();
    },
    async find(id) {
      if (model === 'Client') return clientMetadata(apps, id);
      return model === refreshModel ? refreshTokens.find(id) : unrevoked(await findRecord(model, id));
    },
    findByUid: async (uid) => unrevoked(await grants.findByUid(model, uid)),
    findByUserCode: async (userCode) => unrevoked(await grants.findByUserCode(model, userCode)),
    async consume(id) {
      if (model === refreshModel) await refreshTokens.spend(id);
      else await grants.consume(model, id, Math.floor(clock.now() / 1000));
    },
    async destroy(id) {
      if (model === refreshModel) await refreshTokens.end(id);
      else await grants.remove(model, id);
      if (model === sessionModel) await grants.remove(visitModel, id);
    },
    revokeByGrantId: (grantId) =>
      model === refreshModel ? refreshFamilies.removeByGrant(grantId) : grants.removeByGrant(grantId),
  });
}

/** A sign-in whose password is still to come, or the session of a browser without one. */
function isVisit(model: string, { result, accountId }: Payload): boolean {
  return model === visitModel ? result === undefined : model === sessionModel && accountId === undefined;
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
    account: textOf(payload.accountId) ?? textOf(Object(payload.session).accountId),
    expiresAt,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
