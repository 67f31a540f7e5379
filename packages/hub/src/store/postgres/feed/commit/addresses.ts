// Who has a push address: the subscription that `push_address` names, and nobody else. The rows stand in no user's
// place, so they change in statements of their own: an address is taken before the commit of the batch that brings it
// and released after the commit of the one that ends it. A crash between leaves an address with nobody, which its device
// mends by registering again; never with two.
import type { StoredSubscription } from '../../../../model/subscription.ts';
import { decodeText } from '../../../columns.ts';
import type { Plan, PlanReads, Snapshot } from '../../../store.ts';
import { type Ask, type Row, statement } from '../../wire/pipeline.ts';
import { arraysOf, type Column, namesOf, subscriptionKey, unnest, userColumns } from '../tables.ts';

export const addressColumns: readonly Column<StoredSubscription>[] = [
  { name: 'address_hash', type: 'text', of: (row) => row.addressHash },
  ...subscriptionKey.map((column) => (column.name === 'id' ? { ...column, name: 'subscription' } : column)),
];

export const take =
  statement(`INSERT INTO push_address(${namesOf(addressColumns)}) SELECT * FROM ${unnest(addressColumns)}
ORDER BY k.address_hash
ON CONFLICT (address_hash) DO UPDATE
SET ${[...userColumns.map(({ name }) => name), 'subscription']
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`);
export const release = statement(`DELETE FROM push_address a USING ${unnest(addressColumns)}
WHERE a.address_hash = k.address_hash AND a.subscription = k.subscription`);
export const holders = statement(
  'SELECT address_hash, subscription FROM push_address WHERE address_hash = ANY ($1::text[])',
);

/** Addresses that the writes of the batch brought and that the plan gave to a subscription. */
export function takeAsk({ subscriptions }: Plan, { addresses }: PlanReads): Ask | null {
  const taken = subscriptions
    .map(({ row }) => row)
    .filter((row) => row.channel !== null)
    .filter((row) => addresses.has(`${row.user} ${row.addressHash}`));
  return taken.length === 0 ? null : { statement: take, values: arraysOf(addressColumns, taken) };
}

/** Addresses of subscriptions that ended or have another one now. */
export function releaseAsk({ subscriptions, endedSubscriptions }: Plan, snapshot: Snapshot): Ask | null {
  const before = subscriptions.flatMap(({ row, isNew }) => {
    const old = isNew ? null : snapshot.subscription(row.user, row.app, row.id);
    const kept = old && old.addressHash === row.addressHash;
    return old && !kept ? [old] : [];
  });
  const gone = [...before, ...endedSubscriptions].filter(({ channel }) => channel !== null);
  return gone.length === 0 ? null : { statement: release, values: arraysOf(addressColumns, gone) };
}

export function addressesOf(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => (row.address_hash === null ? [] : [decodeText(row.address_hash)]));
}

export function holdersAsk(hashes: readonly string[]): Ask {
  const column = { name: 'address_hash', type: 'text' as const, of: (hash: string) => hash };
  return { statement: holders, values: arraysOf([column], hashes) };
}

/** The rows as a reader may see them: an address that was looked up and names another subscription is not theirs any more. */
export function withHeldAddresses(
  rows: readonly Row[],
  held: readonly Row[],
  lookedUp: readonly string[],
): Row[] {
  const asked = new Set<unknown>(lookedUp);
  const holder = new Map(held.map((row) => [row.address_hash, row.subscription]));
  return rows.map((row) =>
    asked.has(row.address_hash) && holder.get(row.address_hash) !== row.id
      ? { ...row, channel: null, address_hash: null }
      : row,
  );
}
