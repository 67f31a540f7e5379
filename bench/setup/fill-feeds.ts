// Fills a feed database as if its users had been posting for a day: through the hub's own planner and the store's own
// statements, in the order in which creates would have come, only without waiting for the disk.
import { hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { planBatch } from '../../packages/hub/src/hub/plan-batch.ts';
import { openUuidSource } from '../../packages/hub/src/lib/ids.ts';
import type { StoredDelivery } from '../../packages/hub/src/model/delivery.ts';
import type { Content } from '../../packages/hub/src/model/notification.ts';
import { userKey } from '../../packages/hub/src/model/principal.ts';
import type { PostWrite, Write } from '../../packages/hub/src/model/write.ts';
import { openApply } from '../../packages/hub/src/store/sqlite/feed/commit/apply.ts';
import { KnownFeeds, openSnapshot } from '../../packages/hub/src/store/sqlite/feed/commit/snapshot.ts';
import { feedMigrations } from '../../packages/hub/src/store/sqlite/feed/schema.ts';
import { openTables } from '../../packages/hub/src/store/sqlite/feed/tables.ts';
import { migrate } from '../../packages/hub/src/store/sqlite/maintenance/migrate.ts';
import { appId, type BenchUser, hostName, issuer } from './world.ts';

const dayMs = 86_400_000;
const batchSize = 1000;

export interface FillingBatch {
  readonly writes: readonly Write[];
  readonly now: number;
}

export function fillFeeds(path: string, people: readonly BenchUser[], count: number): void {
  const nextWrite = writesOf(people, count);
  let left = count;
  fillByPlan(path, () => {
    const batch = Array.from({ length: Math.min(batchSize, left) }, nextWrite);
    left -= batch.length;
    return batch.length === 0
      ? null
      : { writes: batch.map(({ write }) => write), now: batch[0]?.now as number };
  });
}

/** One batch after another, until there is none. `ended` makes of each new delivery what its attempts would have left. */
export function fillByPlan(
  path: string,
  nextBatch: () => FillingBatch | null,
  ended: (delivery: StoredDelivery) => StoredDelivery = (delivery) => delivery,
): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4194304');
  migrate(db, feedMigrations);
  const tables = openTables(db);
  const known = new KnownFeeds();
  const snapshot = openSnapshot(db, tables, known);
  const apply = openApply(db, tables, known);
  for (let batch = nextBatch(); batch; batch = nextBatch()) {
    db.exec('BEGIN IMMEDIATE');
    const plan = planBatch.plan(batch.writes, snapshot, { now: batch.now, claim: false });
    apply({ ...plan, deliveries: plan.deliveries.map(({ row, isNew }) => ({ row: ended(row), isNew })) });
    db.exec('COMMIT');
    known.committed(plan);
  }
  db.close();
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

function writesOf(people: readonly BenchUser[], count: number): () => { write: PostWrite; now: number } {
  let made = 0;
  const beginning = Date.now() - dayMs;
  const time = (): number => beginning + Math.floor((made * dayMs) / count);
  const stopped = { stop: () => {} };
  const newId = openUuidSource({ now: time, after: () => stopped, every: () => stopped });
  const owners = people.map(({ subject, name }) => ({
    user: userKey(issuer, subject),
    owner: { issuer, subject, name },
  }));
  return () => {
    const { user, owner } = owners[made % owners.length] as (typeof owners)[number];
    const appNotificationId = `stored-${made.toString(36).padStart(12, '0')}`;
    const now = time();
    made++;
    const write: PostWrite = {
      kind: 'post',
      user,
      owner,
      app: appId,
      id: newId(),
      content: JSON.stringify(contentOf(appNotificationId)),
      appNotificationId,
      sentAs: hash('sha256', appNotificationId, 'base64url'),
      expires: now + (2 + (made % 7)) * dayMs,
      displaySeconds: 60,
      question: null,
      storageBytesMax: Number.MAX_SAFE_INTEGER,
      evictable: null,
    };
    return { write, now };
  };
}

function contentOf(appNotificationId: string): Content {
  return {
    appNotificationId,
    targetHostName: hostName,
    groupName: 'TestGroup',
    priority: 'High',
    payload: { visualContent: { title: 'Hello World!', body: 'Notifications are Great!' } },
    targetPolicy: { platformTypes: ['windows', 'android'] },
    fallbackPolicy: null,
  };
}
