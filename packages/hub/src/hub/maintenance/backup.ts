// Backups of the hub's data: taken beside a running hub, checked, and restored into an empty place. A restored store gets a
// new generation, so that cursors of lost changes are void.
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  BackupError,
  type BackupFile,
  type BackupManifest,
  compareContents,
  describeFile,
  makeBackupFolder,
  readBackup,
  refuseNewer,
  syncFile,
  syncFolder,
  writeManifest,
} from '../../store/backup.ts';
import { raiseGeneration as raise } from '../../store/generation.ts';
import type { AuditAuthor, Registry } from '../../store/registry.ts';
import { forgetStamp, markFound } from '../../store/sqlite/feed/progress.ts';
import { feedMigrations } from '../../store/sqlite/feed/schema.ts';
import {
  copyDatabase,
  readContents,
  readCopiedGeneration,
  withdrawOpenPushes,
} from '../../store/sqlite/maintenance/backup.ts';
import { openRegistry as openSqliteRegistry } from '../../store/sqlite/registry/registry.ts';
import { registryMigrations } from '../../store/sqlite/registry/schema.ts';
import { acceptLostFeeds, type DataPlace, lockData, openRegistry } from '../open-data.ts';

export interface BackupOptions extends DataPlace {
  readonly folder: string;
  readonly now: number;
  /** Of this program, for the manifest. */
  readonly version: string;
  /** For pg_dump and pg_restore. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface RestoreOptions extends Omit<BackupOptions, 'version'> {
  /** Leaves open pushes open: what was pushed since the backup rings again. */
  readonly pushAgain: boolean;
  /** For the audit. */
  readonly by: AuditAuthor;
}

export interface Restored {
  readonly manifest: BackupManifest;
  readonly generation: number;
  readonly withdrawnPushes: number;
}

// The registry is copied last. What feeds refer to (apps, users, the key that seals cursors) is in the registry before it
// is in a feed, so a later copy of the registry lacks nothing. In the other order, a notification of an app registered
// meanwhile would have no app.
const sqliteFiles = ['feed.db', 'registry.db'] as const;
const dumpName = 'database.dump';
const keptApart = ['secret.key', 'tls/'];
const withdrawnBecause = 'a backup was restored: it may have been pushed before';

export async function backUp(options: BackupOptions): Promise<BackupManifest> {
  const { folder, databaseUrl, now, version } = options;
  if (!databaseUrl && !existsSync(join(options.dataDir, 'registry.db')))
    throw new BackupError(`${options.dataDir} holds no data of Carillon: name the right --data-dir`);
  makeBackupFolder(folder);
  const { files, generation } = await (databaseUrl ? dump(options, databaseUrl) : copyFiles(options));
  const manifest: BackupManifest = {
    format: 'carillon-backup',
    formatVersion: 1,
    carillon: version,
    store: databaseUrl ? 'postgres' : 'sqlite',
    takenAt: new Date(now).toISOString(),
    generation,
    files,
    notIncluded: databaseUrl ? ['CARILLON_SECRET_KEY'] : keptApart,
  };
  writeManifest(folder, manifest);
  return manifest;
}

interface Taken {
  readonly files: BackupFile[];
  readonly generation: number;
}

async function copyFiles({ dataDir, folder }: BackupOptions): Promise<Taken> {
  const files: BackupFile[] = [];
  for (const name of sqliteFiles) {
    // An app may be registered before the first start, which makes the feeds.
    if (!existsSync(join(dataDir, name))) continue;
    const to = join(folder, name);
    copyDatabase(join(dataDir, name), to);
    files.push(await describeFile(folder, name, readContents(to)));
  }
  return { files, generation: readCopiedGeneration(join(folder, 'registry.db')) };
}

async function dump({ folder, environment }: BackupOptions, url: string): Promise<Taken> {
  const { dumpDatabase } = await import('../../store/postgres/maintenance/backup.ts');
  const { contents, generation } = await dumpDatabase(url, join(folder, dumpName), environment);
  return { files: [await describeFile(folder, dumpName, contents)], generation };
}

/** Checks that it is complete, readable and as its manifest says, or throws a BackupError. Changes nothing. */
export async function checkBackup(
  folder: string,
  environment: BackupOptions['environment'],
): Promise<BackupManifest> {
  const manifest = await readBackup(folder);
  if (manifest.store === 'postgres') {
    const { checkDump, migrationNames } = await import('../../store/postgres/maintenance/backup.ts');
    refuseNewer(manifest, migrationNames);
    await checkDump(join(folder, dumpName), environment);
    return manifest;
  }
  refuseNewer(
    manifest,
    [...registryMigrations, ...feedMigrations].map(({ name }) => name),
  );
  for (const file of manifest.files) {
    const path = join(folder, file.name);
    compareContents(path, readContents(path), file);
  }
  return manifest;
}

export async function restore(options: RestoreOptions): Promise<Restored> {
  const manifest = await checkBackup(options.folder, options.environment);
  const { databaseUrl } = options;
  if ((manifest.store === 'postgres') !== Boolean(databaseUrl)) throw otherStore(manifest);
  const done = await (databaseUrl
    ? restoreDatabase(options, databaseUrl, manifest)
    : restoreFiles(options, manifest));
  return { manifest, ...done };
}

type Done = Omit<Restored, 'manifest'>;

/** Works on copies, which get their names last: a failed restore leaves no data behind. */
async function restoreFiles(options: RestoreOptions, { files }: BackupManifest): Promise<Done> {
  const { dataDir, folder, pushAgain } = options;
  const lock = lockData({ dataDir });
  const pathOf = (name: string): string => join(dataDir, `${name}.restoring`);
  try {
    for (const name of sqliteFiles) {
      if (existsSync(join(dataDir, name)))
        throw new BackupError(
          `${dataDir} has a ${name}: a backup is restored into a folder without data. Name a new folder with --data-dir, or move ${sqliteFiles.join(' and ')} (with their -wal and -shm) away first`,
        );
    }
    for (const { name } of files) copyFileSync(join(folder, name), pathOf(name));
    const hasFeeds = files.some(({ name }) => name === 'feed.db');
    const withdrawnPushes =
      pushAgain || !hasFeeds ? 0 : withdrawOpenPushes(pathOf('feed.db'), withdrawnBecause);
    const generation = await useRegistry(await openSqliteRegistry(pathOf('registry.db')), (registry) =>
      recordRestore(registry, options),
    );
    // Its registry is the later copy, and may remember more than its feeds hold.
    markFound({ feedPath: pathOf('feed.db'), registryPath: pathOf('registry.db') });
    for (const { name } of files) syncFile(pathOf(name));
    // How far the data that was here before had come.
    forgetStamp(join(dataDir, 'feed.db'));
    for (const { name } of files) renameSync(pathOf(name), join(dataDir, name));
    syncFolder(dataDir);
    return { generation, withdrawnPushes };
  } finally {
    for (const { name } of files) rmSync(pathOf(name), { force: true });
    lock.release();
  }
}

async function restoreDatabase(
  options: RestoreOptions,
  url: string,
  manifest: BackupManifest,
): Promise<Done> {
  const postgres = await import('../../store/postgres/maintenance/backup.ts');
  const tables = Object.keys((await postgres.readContents(url)).tables);
  if (tables.length > 0)
    throw new BackupError(
      `The database has tables already (${tables.slice(0, 3).join(', ')}…): a backup is restored into an empty one. Make another database, and name it with --database-url`,
    );
  await postgres.restoreDump(url, join(options.folder, dumpName), options.environment);
  try {
    compareContents('The database', await postgres.readContents(url), manifest.files[0] as BackupFile);
    const registry = await openRegistry(options);
    const generation = await useRegistry(registry, () => recordRestore(registry, options));
    const withdrawnPushes = options.pushAgain ? 0 : await postgres.withdrawOpenPushes(url, withdrawnBecause);
    return { generation, withdrawnPushes };
  } catch (error) {
    throw new BackupError(
      `The data is in the database, but the restore did not end (${(error as Error).message}): start no hub on it, empty it and restore again`,
    );
  }
}

/** For a store that lost commits, which is served as it is from now on; hubs that run must be started again, since each reads it when it starts. */
export async function raiseGeneration(place: DataPlace, now: number, by: AuditAuthor): Promise<number> {
  const lock = place.databaseUrl ? null : lockData(place);
  try {
    const generation = await useRegistry(await openRegistry(place), (registry) =>
      registry.audit.record({ at: now, ...by, what: 'raiseGeneration', on: 'store' }, ({ meta }) =>
        raise(meta, now),
      ),
    );
    acceptLostFeeds(place);
    return generation;
  } finally {
    lock?.release();
  }
}

function recordRestore({ audit }: Registry, { now, by }: RestoreOptions): Promise<number> {
  return audit.record({ at: now, ...by, what: 'restore', on: 'store' }, ({ meta }) => raise(meta, now));
}

async function useRegistry<T>(registry: Registry, use: (registry: Registry) => Promise<T>): Promise<T> {
  try {
    return await use(registry);
  } finally {
    await registry.close();
  }
}

function otherStore({ store }: BackupManifest): BackupError {
  const how =
    store === 'postgres' ? 'name an empty database with --database-url' : 'leave --database-url out';
  return new BackupError(`The backup is of ${store === 'postgres' ? 'PostgreSQL' : 'SQLite'}: ${how}`);
}
