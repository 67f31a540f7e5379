// oidc-provider's storage over the registry: clients come from the apps, everything else is a grant record. What has
// ended is swept with the writes, at most once a minute and a bounded number of records at a time.
import type { Clock } from '../../lib/clock.ts';
import type { GrantRecord, Registry } from '../../store/registry.ts';
import { clientMetadata } from './clients.ts';

const sweepMs = 60_000;
const sweptAtOnce = 500;
/** oidc-provider tolerates this much clock skew, and must still find what just ended to say so. */
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

export function openAdapters({ apps, grants }: Registry, clock: Clock): (model: string) => Adapter {
  let swept = clock.now();

  function sweep(): void {
    if (clock.now() < swept + sweepMs) return;
    swept = clock.now();
    grants.removeExpired(clock.now() - graceMs, sweptAtOnce);
  }

  return (model) => ({
    async upsert(id, payload, expiresInSeconds) {
      grants.put(
        toRecord(model, id, payload, expiresInSeconds ? clock.now() + expiresInSeconds * 1000 : null),
      );
      sweep();
    },
    find: async (id) => (model === 'Client' ? clientMetadata(apps, id) : grants.find(model, id)?.payload),
    findByUid: async (uid) => grants.findByUid(model, uid)?.payload,
    findByUserCode: async (userCode) => grants.findByUserCode(model, userCode)?.payload,
    consume: async (id) => grants.consume(model, id, Math.floor(clock.now() / 1000)),
    destroy: async (id) => grants.remove(model, id),
    revokeByGrantId: async (grantId) => grants.removeByGrant(grantId),
  });
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
