// The registry over SQLite: one file, synchronous calls on the main thread, shared with the commands that run beside
// the hub. It holds the private signing key, so only its owner may read the file. Durable at COMMIT (an fsync).
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Registry } from '../registry.ts';
import { migrate } from './migrate.ts';
import { openApps } from './registry-apps.ts';
import { openMeta, openTickets } from './registry-facts.ts';
import { openGrants } from './registry-grants.ts';
import { registryMigrations } from './registry-schema.ts';
import { openUsers } from './registry-users.ts';

const busyTimeoutMs = 5000;

/** Opens the registry in that file, which is made when it is missing. */
export function openRegistry(path: string): Registry {
  const db = openDatabase(path);
  return {
    apps: openApps(db),
    users: openUsers(db),
    grants: openGrants(db),
    meta: openMeta(db),
    tickets: openTickets(db),
    close: () => db.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    migrate(db, registryMigrations);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
