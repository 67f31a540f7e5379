// A backup is a folder: the files that a store wrote, and `manifest.json`, which says what they hold and is written last,
// so that a folder without one is no backup. What a manifest promises is checked before a byte is restored.
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** The content of a database: rows by table, and the migrations that ran on it. */
export interface Contents {
  readonly tables: Readonly<Record<string, number>>;
  readonly migrations: readonly string[];
}

export interface BackupFile extends Contents {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface BackupManifest {
  readonly format: 'carillon-backup';
  readonly formatVersion: 1;
  /** The version that made it. */
  readonly carillon: string;
  readonly store: 'sqlite' | 'postgres';
  /** When it began, ISO 8601: what was accepted before is in it. */
  readonly takenAt: string;
  /** Of the store, as cursors are bound to it. */
  readonly generation: number;
  readonly files: readonly BackupFile[];
  /** What belongs to a whole hub and must be kept apart. */
  readonly notIncluded: readonly string[];
}

export class BackupError extends Error {
  override readonly name = 'BackupError';
}

const manifestName = 'manifest.json';

/** Creates the folder; refuses one that is not empty. */
export function makeBackupFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length === 0) return;
  throw new BackupError(
    `${folder} is not empty, and a backup is never written over another: name a new folder`,
  );
}

/** For a complete file: syncs it to disk and answers its size and hash. */
export async function describeFile(folder: string, name: string, contents: Contents): Promise<BackupFile> {
  const path = join(folder, name);
  syncFile(path);
  return { name, bytes: statSync(path).size, sha256: await hashOf(path), ...contents };
}

export function writeManifest(folder: string, manifest: BackupManifest): void {
  const path = join(folder, manifestName);
  writeFileSync(`${path}.new`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  syncFolder(folder);
}

/** The manifest of a backup whose files are those that it names, to the byte; throws a BackupError otherwise. */
export async function readBackup(folder: string): Promise<BackupManifest> {
  const manifest = readManifest(folder);
  for (const { name, bytes, sha256 } of manifest.files) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) throw new BackupError(`${path} is missing: the backup is incomplete, use another one`);
    if (found.size === bytes && (await hashOf(path)) === sha256) continue;
    throw new BackupError(`${path} differs from what was backed up (SHA-256): use another backup`);
  }
  return manifest;
}

function readManifest(folder: string): BackupManifest {
  const path = join(folder, manifestName);
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8')) as BackupManifest;
  } catch (error) {
    const what = existsSync(path) ? `can not be read (${(error as Error).message})` : 'is not there';
    throw new BackupError(`${path} ${what}: name a folder that \`carillon backup --to\` wrote to its end`);
  }
  if (manifest.format === 'carillon-backup' && manifest.formatVersion === 1) return manifest;
  throw new BackupError(
    `${path} has a format that this version can not read: restore with the version that made it`,
  );
}

/** Throws with the first difference. */
export function compareContents(where: string, found: Contents, promised: Contents): void {
  const names = new Set([...Object.keys(found.tables), ...Object.keys(promised.tables)]);
  for (const name of names) {
    const [is, was] = [found.tables[name] ?? 'no', promised.tables[name] ?? 'no'];
    if (is !== was)
      throw new BackupError(
        `${where} has ${is} rows in ${name}, and its manifest says ${was}: use another backup`,
      );
  }
  if (found.migrations.join() === promised.migrations.join()) return;
  throw new BackupError(
    `${where} has the migrations ${found.migrations}, its manifest ${promised.migrations}: use another backup`,
  );
}

/** Refuses a backup of a newer version, which only that version can restore. */
export function refuseNewer({ files }: BackupManifest, known: readonly string[]): void {
  const newer = files.flatMap(({ migrations }) => migrations).filter((name) => !known.includes(name));
  if (newer.length === 0) return;
  throw new BackupError(
    `The backup is of a newer Carillon (it has ${newer.join(', ')}): restore it with that version`,
  );
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Syncs the folder, so that names are on disk too. Windows has no such thing. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
