// Where a test's hub keeps its data: SQLite in its folder, or a PostgreSQL database that belongs to that folder, so
// that a hub opened on it again finds its data. Files that re-run others choose for all hubs of their process:
//   keepDataIn('postgres');
//   await import('../states.test.ts');
import type { SettingName } from '../../../hub/src/config/settings.ts';
import { sharedPostgres } from '../machine/postgres.ts';

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

export async function placeOf(dataDir: string, store: StoreName = chosen): Promise<StorePlace> {
  if (store === 'sqlite') return { settings: {}, environment: {} };
  let url = urls.get(dataDir);
  if (!url) {
    url = sharedPostgres().then((server) => server.createDatabase());
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
