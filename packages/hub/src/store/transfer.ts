// What moves when the data goes from one store into another: table by table, in batches of nouns that both sides know,
// and a sum of each table that does not depend on the order of its rows, so that both sides can be compared.
import { createHash } from 'node:crypto';
import type { StoredDelivery } from '../model/delivery.ts';
import type { StoredNotification } from '../model/notification.ts';
import type { StoredSubscription } from '../model/subscription.ts';
import type { FeedAppRow, FeedRow } from './store.ts';

export interface MovedFeeds {
  readonly feed: FeedRow;
  readonly feed_app: FeedAppRow;
  readonly notification: StoredNotification;
  readonly subscription: StoredSubscription & { readonly fetchedSeq: number };
  readonly delivery: StoredDelivery;
}

export type FeedTable = keyof MovedFeeds;
export const feedTables = [
  'feed',
  'feed_app',
  'notification',
  'subscription',
  'delivery',
] as const satisfies readonly FeedTable[];

/** The tables of the registry, which both stores name alike, and the columns that move. */
export const registryTables = {
  app: { id: 'text', doc: 'text' },
  app_client: { client_id: 'text', app: 'text' },
  app_host: { host: 'text', app: 'text' },
  host_claim: { app: 'text', host: 'text', value: 'text', claimed_at: 'bigint' },
  credential: { app: 'text', kind: 'text', sealed: 'text', shown: 'text', key_id: 'text', set_at: 'bigint' },
  audit: { id: 'bigint', at: 'bigint', who: 'text', what: 'text', on_what: 'text' },
  local_user: { id: 'text', name: 'text', name_key: 'text', password_hash: 'text', operator: 'boolean' },
  idp_grant: {
    model: 'text',
    id: 'text',
    payload: 'text',
    grant_id: 'text',
    uid: 'text',
    user_code: 'text',
    expires_at: 'bigint',
  },
  fact: { key: 'text', value: 'text' },
  spent_ticket: { id: 'text', expires_at: 'bigint' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, 'text' | 'bigint' | 'boolean'>>>>;

export type RegistryTable = keyof typeof registryTables;
export type RegistryRow = Readonly<Record<string, string | number | boolean | null>>;

export interface TransferSource {
  feeds<T extends FeedTable>(table: T): Iterable<readonly MovedFeeds[T][]>;
  registry(table: RegistryTable): Iterable<readonly RegistryRow[]>;
}

export interface MovedTable {
  readonly table: string;
  readonly rows: number;
  /** Of all rows, in any order: the sum of their SHA-256, in hex. */
  readonly checksum: string;
}

const modulus = 1n << 256n;

export class TableSum {
  #rows = 0;
  #sum = 0n;

  add(nouns: readonly object[]): void {
    for (const noun of nouns) {
      const hash = createHash('sha256').update(canonical(noun)).digest('hex');
      this.#sum = (this.#sum + BigInt(`0x${hash}`)) % modulus;
    }
    this.#rows += nouns.length;
  }

  of(table: string): MovedTable {
    return { table, rows: this.#rows, checksum: this.#sum.toString(16).padStart(64, '0') };
  }
}

/** The same text for the same values, in whatever order an object got its members. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join()}}`;
}
