// The data folder of the hub: creates and locks it, and opens its stores. What can't be used is reported as a problem of
// configuration, with the path.
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../config/problem.ts';
import { problemWith } from '../config/settings.ts';
import type { Timer } from '../lib/clock.ts';
import type { ReferenceClock } from '../lib/reference-clock.ts';
import type { ConnectionLimit } from '../store/postgres/wire/connection-limits.ts';
import type { Registry } from '../store/registry.ts';
import { openFeedStore as openSqliteFeedStore } from '../store/sqlite/feed/feed-store.ts';
import {
  type FeedFiles,
  findLostWrites,
  forgetProgress,
  type LostWrites,
} from '../store/sqlite/feed/progress.ts';
import { openReader } from '../store/sqlite/feed/reader.ts';
import { feedMigrations } from '../store/sqlite/feed/schema.ts';
import { type DataLock, type Serving, takeLock } from '../store/sqlite/file/lock.ts';
import { type DatabaseState, inspectDatabase } from '../store/sqlite/maintenance/inspect.ts';
import { openRegistry as openSqliteRegistry } from '../store/sqlite/registry/registry.ts';
import { registryMigrations } from '../store/sqlite/registry/schema.ts';
import {
  type FeedStore,
  type Planner,
  StoreError,
  UnusableStore,
  type WebhookBacklogs,
} from '../store/store.ts';
import type { Logger } from '../telemetry/log.ts';

/** Where the data is: in PostgreSQL, or in SQLite in the folder, which holds certificates and keys in either case. */
export interface DataPlace {
  readonly dataDir: string;
  readonly databaseUrl?: string | null;
}

/** The module that plans what is committed. */
export const builtInPlanner = new URL(
  import.meta.url.endsWith('.ts') ? './plan-batch.ts' : './plan-batch.js',
  import.meta.url,
);

/** `secretKey` encrypts push credentials; without one, with SQLite, a key file in the folder does. */
export async function openRegistry(
  { dataDir, databaseUrl }: DataPlace,
  secretKey: () => Buffer | null = () => null,
): Promise<Registry> {
  if (databaseUrl) return openPostgresRegistry(databaseUrl, secretKey);
  makeDataDir(dataDir);
  const path = join(dataDir, 'registry.db');
  try {
    return await openSqliteRegistry(path, secretKey);
  } catch (error) {
    return refuseFile(path, error);
  }
}

/** The feeds; `planner` is a module, since the writer's thread of SQLite loads it by name. */
export async function openFeeds({ dataDir, databaseUrl }: DataPlace, planner: URL): Promise<FeedStore> {
  if (databaseUrl) return openPostgresFeeds(databaseUrl, planner);
  refuseLostFeeds(dataDir);
  const { feedPath: path, registryPath } = feedFiles(dataDir);
  try {
    closeSync(openSync(path, 'a', privateFile));
    return await openSqliteFeedStore({ path, registryPath, planner });
  } catch (error) {
    return refuseFile(path, error);
  }
}

function feedFiles(dataDir: string): FeedFiles {
  return { feedPath: join(dataDir, 'feed.db'), registryPath: join(dataDir, 'registry.db') };
}

const privateFile = 0o600;
const privateFolder = 0o700;
const openToOthers = 0o077;
const sticky = 0o1000;
const dataFiles = [
  ...['feed', 'registry'].flatMap((name) => ['', '-wal', '-shm'].map((end) => `${name}.db${end}`)),
  ...['feed.progress', 'hub.lock', 'hub.lock-journal'],
];

/** Takes from others what they may do to the data; answers what can't be taken from them. */
export function protectData({ dataDir }: DataPlace): readonly string[] {
  if (process.platform === 'win32') return [];
  const files = dataFiles.map((name) => join(dataDir, name)).filter((path) => existsSync(path));
  return [dataDir, ...files].filter((path) => {
    const stat = statSync(path);
    if ((stat.mode & openToOthers) === 0) return false;
    // A folder such as /tmp is for everybody.
    if ((stat.mode & sticky) !== 0) return true;
    try {
      chmodSync(path, stat.isDirectory() ? privateFolder : privateFile);
      return false;
    } catch {
      return true;
    }
  });
}

/** Less than what devices have been told must not be served as if it were all. */
export function refuseLostFeeds(dataDir: string): void {
  const files = feedFiles(dataDir);
  let lost: LostWrites | null;
  try {
    lost = findLostWrites(files);
  } catch (error) {
    lost = refuseFile(files.feedPath, error);
  }
  if (lost) throw unusableData(`${lostText(files.feedPath, lost)}: ${lostRemedy}`);
}

/** After this, what is there is served. */
export function acceptLostFeeds({ dataDir, databaseUrl }: DataPlace): void {
  if (!databaseUrl) forgetProgress(feedFiles(dataDir));
}

export const lostRemedy =
  'put the missing file back, or restore a backup into an empty folder; to serve what is there, run carillon generation raise, and devices start over';

function lostText(path: string, { found, recorded, stamp }: LostWrites): string {
  const held = found === null ? 'nothing' : `${found} writes`;
  const had = recorded === null ? 'some' : `${recorded}`;
  const by = recorded === null ? '' : ', registry.db remembers it';
  const why = {
    good: '',
    missing: ` (feed.progress is missing${by})`,
    unreadable: ` (the stamp in feed.progress can not be read${by})`,
  };
  return `${path} with its log holds ${held}, and ${had} had been stored${why[stamp]}, so commits are lost`;
}

async function openPostgresFeeds(url: string, planner: URL): Promise<FeedStore> {
  const { planBatch } = (await import(planner.href)) as { readonly planBatch: Planner };
  const { openFeedStore } = await import('../store/postgres/feed/feed-store.ts');
  return openFeedStore({ url, planner: planBatch }).catch(refuseDatabase);
}

/** Nodes that share a store follow the clock of its machine; null for a store on this one. */
export async function followTime(
  clock: ReferenceClock,
  { readTime }: FeedStore,
  log: Logger,
): Promise<Timer | null> {
  if (!readTime) return null;
  const onChange = (offsetMs: number): void => {
    const seconds = `${(Math.abs(offsetMs) / 1000).toFixed(1)} s`;
    const off = `the clock of this machine is ${seconds} ${offsetMs < 0 ? 'ahead of' : 'behind'} PostgreSQL's, which the hub follows: set both by NTP`;
    log.warn({ offsetMs }, offsetMs === 0 ? "the clock of this machine agrees with PostgreSQL's again" : off);
  };
  return clock.follow({ read: readTime, onChange });
}

/** The driver is loaded with it: a hub on SQLite needs none. */
async function openPostgresRegistry(url: string, secretKey: () => Buffer | null): Promise<Registry> {
  const { openRegistry: open } = await import('../store/postgres/registry/registry.ts');
  return open(url, secretKey).catch(refuseDatabase);
}

/** How many connections of hubs the database takes, and what bounds them. */
export async function readConnectionLimit(url: string): Promise<ConnectionLimit> {
  const { readConnectionLimit: read } = await import('../store/postgres/wire/connection-limits.ts');
  return read(url);
}

/** Backlogs of endpoints that fail now, the longest first; none where the feeds are not there or can't be read. */
export async function readFailingBacklogs(
  { dataDir, databaseUrl }: DataPlace,
  limit: number,
): Promise<Awaited<ReturnType<WebhookBacklogs['failing']>>> {
  try {
    if (databaseUrl) {
      const { readFailing } = await import('../store/postgres/feed/webhooks.ts');
      return await readFailing(databaseUrl, limit);
    }
    const reader = openReader(feedFiles(dataDir).feedPath);
    try {
      return await reader.webhooks.failing(limit);
    } finally {
      reader.close();
    }
  } catch {
    return []; // the look at the store says why
  }
}

function refuseDatabase(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  if (error instanceof UnusableStore) throw new ConfigError([problemWith('database-url', error.message)]);
  throw new ConfigError([
    problemWith('database-url', `${error.message}: start PostgreSQL, or correct the URL`),
  ]);
}

/** The state of the folder's databases, without changing them. */
export function inspectData(dataDir: string): readonly DatabaseState[] {
  return [inspectDatabase(join(dataDir, 'registry.db'), registryMigrations), inspectFeeds(dataDir)];
}

function inspectFeeds(dataDir: string): DatabaseState {
  const { feedPath: path } = feedFiles(dataDir);
  try {
    const lost = findLostWrites(feedFiles(dataDir));
    if (lost) return { path, state: 'lost', detail: lostText(path, lost) };
    // Made by a start that was killed before it went on.
    if (statSync(path, { throwIfNoEntry: false })?.size === 0)
      return { path, state: 'missing', detail: 'nothing in it yet' };
  } catch {
    // The look at the database says why it can't be read.
  }
  return inspectDatabase(path, feedMigrations);
}

/** The hub that serves this data now, or null; waits for processes that hold the lock without serving. */
export function servingHub(dataDir: string): Serving | null {
  const taken = take(dataDir);
  if (!('release' in taken)) return taken;
  taken.release();
  return null;
}

/** With PostgreSQL any number of hubs share the data; the folder is each node's own. */
export function lockData({ dataDir, databaseUrl }: DataPlace): DataLock {
  if (databaseUrl) {
    makeDataDir(dataDir);
    return { announce: () => {}, withdraw: () => {}, release: () => {} };
  }
  const taken = take(dataDir);
  if ('release' in taken) return taken;
  const message = `another hub (process ${taken.processId}) already serves the data in ${dataDir} at ${taken.publicUrl}`;
  throw unusableData(`${message}: use that one, stop it, or choose another folder`);
}

function take(dataDir: string): DataLock | Serving {
  makeDataDir(dataDir);
  const path = join(dataDir, 'hub.lock');
  let taken: ReturnType<typeof takeLock>;
  try {
    taken = takeLock(dataDir);
  } catch (error) {
    return refuseFile(path, error);
  }
  if (taken) return taken;
  throw unusableData(`another process holds ${path}, and does not serve: wait until it ends, or stop it`);
}

/** Step by step: Node's own recursive mkdir never ends below a folder like /proc that takes none. */
function makeDataDir(dataDir: string): void {
  const make = (folder: string): void => {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
    if (dirname(folder) !== folder) make(dirname(folder));
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
    }
  };
  try {
    make(resolve(dataDir));
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = (error as Error).message;
    throw unusableData(`${dataDir} is no folder that can be made or written: ${why}: ${writableRemedy}`);
  }
}

const writableRemedy =
  'let the user that runs the hub read and write the folder and all of its files, on a disk that is not read-only';

/** Why the file may not be read and written; SQLite says nothing but that it can't open it. */
function denialOf(path: string): string | null {
  try {
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A file that is no database is a problem of configuration, and the error names it. */
function refuseFile(path: string, error: unknown): never {
  const message = denialOf(path) ?? (error instanceof Error ? error.message : String(error));
  const unusable =
    /file is not a database|image is malformed|unable to open database|readonly database|EISDIR|EACCES|ENOTDIR|EROFS|EPERM/.test(
      message,
    );
  if (!unusable) throw error;
  const todo = /readonly|EACCES|EROFS|EPERM/.test(message)
    ? writableRemedy
    : 'move it away, or restore a backup';
  throw unusableData(`${path} can not be opened as a database: ${message}: ${todo}`);
}

function unusableData(what: string): ConfigError {
  return new ConfigError([problemWith('data-dir', what)]);
}

/** Says once what a clock that was set back means for ids. */
export function openClockReport(log: Logger) {
  const why = 'the clock of this machine was set back: keep it right by NTP';
  return (ids: 'ahead' | 'anew', byMs: number): void => {
    const seconds = `${(byMs / 1000).toFixed(1)} s`;
    const how = ids === 'ahead' ? `run ahead of the clock by ${seconds}` : `begin anew, ${seconds} earlier`;
    log.warn({ byMs }, `ids ${how}, since ${why}`);
  };
}
