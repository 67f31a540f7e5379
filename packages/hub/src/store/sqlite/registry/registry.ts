// The registry over SQLite: one file, synchronous calls on the main thread, shared with the commands that run beside
// the hub. It holds the private signing key, so only its owner may read the file. Durable at COMMIT (an fsync).
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Registry } from '../../registry.ts';
import { openKeyFile } from '../file/key-file.ts';
import { migrate } from '../maintenance/migrate.ts';
import { openApps } from './apps.ts';
import { openAudit } from './audit.ts';
import { openCredentials } from './credentials.ts';
import { openMeta, openTickets } from './facts.ts';
import { openGrants } from './grants.ts';
import { openHostClaims } from './hosts.ts';
import { registryMigrations } from './schema.ts';
import { openUsers } from './users.ts';
import { openVersions } from './versions.ts';

const busyTimeoutMs = 5000;

/** The key of push credentials beside the registry, made on first need when no other is given. */
const keyFileName = 'secret.key';

/** Opens the registry in that file, which is made when it is missing. `secretKey` encrypts push credentials. */
export function openRegistry(path: string, secretKey: () => Buffer | null = () => null): Registry {
  const db = openDatabase(path);
  const versions = openVersions(db);
  const boxes = openKeyFile(join(dirname(path), keyFileName), secretKey);
  return {
    apps: openApps(db, versions),
    hostClaims: openHostClaims(db),
    credentials: openCredentials(db, versions, boxes),
    audit: openAudit(db),
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
