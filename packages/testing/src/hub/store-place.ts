// Where a test's hub keeps its data: SQLite in its folder, or a PostgreSQL database that belongs to that folder, so
// that a hub opened on it again finds its data. Files that run others once more choose for all hubs of their process:
//   await runAgainOn('postgres', () => import('../states.test.ts'));
import { test } from 'node:test';
import type { SettingName } from '../../../hub/src/config/settings.ts';

export type StoreName = 'sqlite' | 'postgres';

export interface StorePlace {
  readonly settings: Partial<Record<SettingName, string | boolean>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** Push credentials in PostgreSQL need a key; the nodes of one hub share it. */
export const secretKey = Buffer.alloc(32, 5).toString('base64');

let chosen: StoreName = 'sqlite';
const urls = new Map<string, Promise<string>>();

export function keepDataIn(store: StoreName): void {
  chosen = store;
}

/**
 * Their tests begin once each of them is set up. Without a test that is under way node:test is at its end, also while the
 * next file is still opening its hub: it would close that one too before its tests have run.
 */
export async function runAgainOn(
  store: StoreName,
  ...files: readonly (() => Promise<unknown>)[]
): Promise<void> {
  keepDataIn(store);
  const { promise: isSetUp, resolve, reject } = Promise.withResolvers<void>();
  test(`what they need is open with ${store}`, () => isSetUp);
  try {
    for (const load of files) await load();
    resolve();
  } catch (error) {
    reject(error);
    throw error;
  }
}

export async function placeOf(dataDir: string, store: StoreName = chosen): Promise<StorePlace> {
  if (store === 'sqlite') return { settings: {}, environment: {} };
  let url = urls.get(dataDir);
  if (!url) {
    // Most files need no database: its driver takes a tenth of what they load.
    url = import('../machine/postgres.ts').then(async ({ sharedPostgres }) =>
      (await sharedPostgres()).createDatabase(),
    );
    urls.set(dataDir, url);
  }
  return postgresAt(await url);
}

/** What `carillon serve` is told to keep its data there, with the embedded provider. */
export function postgresAt(url: string): StorePlace {
  return {
    settings: { 'database-url': url, 'embedded-provider': true },
    environment: { CARILLON_SECRET_KEY: secretKey },
  };
}
