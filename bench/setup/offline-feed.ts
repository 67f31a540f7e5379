// Writes a feed database while no hub runs on it: through the hub's own planner and the store's own statements, only
// without waiting for the disk. Deliveries are left unclaimed, so that they are due when a hub opens the file.
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { planBatch } from '../../packages/hub/src/hub/plan-batch.ts';
import type { Write } from '../../packages/hub/src/model/write.ts';
import { sqlIsOpen } from '../../packages/hub/src/store/codes.ts';
import { openApply } from '../../packages/hub/src/store/sqlite/feed/commit/apply.ts';
import { KnownFeeds, openSnapshot } from '../../packages/hub/src/store/sqlite/feed/commit/snapshot.ts';
import { feedMigrations } from '../../packages/hub/src/store/sqlite/feed/schema.ts';
import { openTables } from '../../packages/hub/src/store/sqlite/feed/tables.ts';
import { migrate } from '../../packages/hub/src/store/sqlite/maintenance/migrate.ts';

const batchSize = 1000;

export interface OfflineFeed {
  /** All of them; one that the planner refuses is an error. */
  write(writes: readonly Write[]): void;
  close(): void;
}

export function openOfflineFeed(path: string): OfflineFeed {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  migrate(db, feedMigrations);
  const tables = openTables(db);
  const known = new KnownFeeds();
  const snapshot = openSnapshot(db, tables, known);
  const apply = openApply(db, tables, known);
  const commit = (writes: readonly Write[]): void => {
    db.exec('BEGIN IMMEDIATE');
    const plan = planBatch.plan(writes, snapshot, { now: Date.now(), claim: false });
    const refused = plan.outcomes.find((outcome) => 'refused' in outcome);
    if (refused) throw new Error(`a write was refused: ${JSON.stringify(refused)}`);
    apply(plan);
    db.exec('COMMIT');
    known.committed(plan);
  };
  return {
    write(writes) {
      for (let done = 0; done < writes.length; done += batchSize)
        commit(writes.slice(done, done + batchSize));
    },
    close() {
      db.close();
      const file = openSync(path, 'r+');
      fsyncSync(file);
      closeSync(file);
    },
  };
}

/** How many deliveries a hub that has stopped left unsent. */
export function countOpenDeliveries(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const { open } = db.prepare(`SELECT count(*) AS open FROM delivery WHERE ${sqlIsOpen()}`).get() as {
    open: number;
  };
  db.close();
  return open;
}
