// The data that moves from one store into another: table by table, in batches of nouns of the model, and a checksum of each
// table that is independent of the order of its rows, so that both sides can be compared.
import { createHash } from 'node:crypto';
import type { WebhookChange } from '../model/change-subscription.ts';
import type { StoredDelivery } from '../model/delivery.ts';
import type { StoredNotification } from '../model/notification.ts';
import type { StoredSubscription } from '../model/subscription.ts';
import type { RegistryTable } from './registry-tables.ts';
import type { FeedAppRow, FeedRow } from './store.ts';

export interface MovedFeeds {
  readonly feed: FeedRow;
  readonly feed_app: FeedAppRow;
  readonly notification: StoredNotification;
  readonly subscription: StoredSubscription & { readonly fetchedSeq: number; readonly seen: number };
  /** `earlier`: what providers answered to all but the last attempt, as it is stored. */
  readonly delivery: StoredDelivery & { readonly earlier: string | null };
  readonly webhook_change: WebhookChange;
}

export type FeedTable = keyof MovedFeeds;
export const feedTables = [
  'feed',
  'feed_app',
  'notification',
  'subscription',
  'delivery',
  'webhook_change',
] as const satisfies readonly FeedTable[];

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
