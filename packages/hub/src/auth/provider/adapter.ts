// oidc-provider's storage over the registry: clients come from the apps, everything else is a grant record. Expired records
// are swept with the writes, at most once a minute and a bounded number at a time.
import type { Clock } from '../../lib/clock.ts';
import type { GrantRecord, Registry } from '../../store/registry.ts';
import { clientMetadata } from './clients.ts';

const sweepMs = 60_000;
const sweptAtOnce = 500;
/** oidc-provider tolerates this much clock skew, and needs a record that just expired to answer that. */
const graceMs = 60_000;
/** A page that is reloaded while it refreshes never gets the successor of the token that it spent, so it asks once more. */
const respendSeconds = 10;

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

export function openAdapters({ apps, grants }: Registry, clock: Clock): (model: string) => Adapter {
  let swept = clock.now();

  async function sweep(): Promise<void> {
    if (clock.now() < swept + sweepMs) return;
    swept = clock.now();
    await grants.removeExpired(clock.now() - graceMs, sweptAtOnce);
  }

  return (model) => ({
    async upsert(id, payload, expiresInSeconds) {
      await grants.put(
        toRecord(model, id, payload, expiresInSeconds ? clock.now() + expiresInSeconds * 1000 : null),
      );
      await sweep();
    },
    async find(id) {
      if (model === 'Client') return clientMetadata(apps, id);
      const payload = (await grants.find(model, id))?.payload;
      return model === 'RefreshToken' ? respendable(payload, clock.now()) : payload;
    },
    findByUid: async (uid) => (await grants.findByUid(model, uid))?.payload,
    findByUserCode: async (userCode) => (await grants.findByUserCode(model, userCode))?.payload,
    async consume(id) {
      // The first time counts, or it could be spent for ever.
      if ((await grants.find(model, id))?.payload.consumed === undefined)
        await grants.consume(model, id, Math.floor(clock.now() / 1000));
    },
    destroy: (id) => grants.remove(model, id),
    revokeByGrantId: (grantId) => grants.removeByGrant(grantId),
  });
}

function respendable(payload: Payload | undefined, now: number): Payload | undefined {
  if (typeof payload?.consumed !== 'number' || now / 1000 - payload.consumed > respendSeconds) return payload;
  const { consumed: _, ...spendable } = payload;
  return spendable;
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
