// Reads of deliveries: the current rows that decide on an attempt, which lanes have work, and the deliveries of a
// notification on each device.
import { isUuid, uuidToBytes } from '../../../lib/ids.ts';
import { type DeliveryKey, noNotification, type Route } from '../../../model/delivery.ts';
import type { UserKey } from '../../../model/principal.ts';
import { kindCodes, sqlDatedAhead, sqlIsFailed, sqlIsHandled, sqlIsOpen } from '../../codes.ts';
import { decodeNumber, decodeText, readEarlier } from '../../columns.ts';
import { type DeliveryReader, type FailedQuery, pendingLookedAt, type SendContext } from '../../store.ts';
import type { Connections } from '../wire/connections.ts';
import type { Parameter } from '../wire/packet.ts';
import { begin, commit, pipeline, type Row, type Statement, statement } from '../wire/pipeline.ts';
import { addressesOf, holdersAsk, withHeldAddresses } from './commit/addresses.ts';
import {
  arraysOf,
  deliveryKey,
  deliveryNames,
  namesOf,
  notificationColumns,
  ofUser,
  packKey,
  packUuid,
  readDelivery,
  readNotification,
  readText,
  sameKey,
  sameUser,
  subscriptionColumns,
  subscriptionTable,
  unnest,
  userOf,
  userValues,
} from './tables.ts';

const select = `SELECT ${deliveryNames.map((name) => `d.${name}`).join(', ')} FROM delivery d`;
/** The keys that were asked for, counted from 0 in their order. */
const asked = `(SELECT ${namesOf(deliveryKey)}, n::integer - 1 AS at FROM ${unnest(deliveryKey)
  .replace(' AS k(', ' WITH ORDINALITY AS k(')
  .replace(/\)$/, ', n)')}) k`;
/** Where a device may look, as columns `app` (null for all) and `fetched_seq`. */
const place = `CROSS JOIN LATERAL (SELECT CASE WHEN s.sees_all THEN NULL ELSE s.app END AS app, s.fetched_seq
  FROM subscription s WHERE ${sameUser('s')} AND s.id = k.subscription LIMIT 1) p`;

/** From one route to the next through the index, however many deliveries each has. */
const routes = `route AS (
  (SELECT app, channel FROM delivery WHERE ${sqlIsOpen()} ORDER BY app, channel LIMIT 1)
  UNION ALL
  SELECT n.app, n.channel FROM route r CROSS JOIN LATERAL (SELECT d.app, d.channel FROM delivery d
    WHERE ${sqlIsOpen('d.status')} AND (d.app, d.channel) > (r.app, r.channel) ORDER BY d.app, d.channel LIMIT 1) n)`;
const openOnes = `FROM delivery d WHERE ${sqlIsOpen('d.status')} AND d.app = r.app AND d.channel = r.channel`;

const ahead = sqlDatedAhead({
  now: '$1::bigint',
  claimed: 'd.claimed_by IS NOT NULL',
  least: 'least',
  table: 'd.',
});

export const deliveryStatements = {
  snapshot: statement('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY'),
  asked: statement(`SELECT k.at, t.* FROM ${asked} CROSS JOIN LATERAL
  (${select} WHERE ${sameKey(deliveryKey, 'd', 'k')} LIMIT 1) t`),
  notifications: statement(`SELECT k.at, t.* FROM ${asked} CROSS JOIN LATERAL
  (SELECT ${namesOf(notificationColumns)} FROM notification n WHERE ${sameUser('n')} AND n.id = k.notification LIMIT 1) t`),
  earlier: statement(
    `SELECT d.subscription, d.kind, d.earlier FROM delivery d WHERE ${ofUser('d')} AND d.notification = $3 AND d.earlier IS NOT NULL`,
  ),
  subscriptions: statement(`SELECT k.at, t.* FROM ${asked} CROSS JOIN LATERAL
  (SELECT ${namesOf(subscriptionColumns)}, fetched_seq FROM subscription s
   WHERE ${sameUser('s')} AND s.id = k.subscription LIMIT 1) t`),
  unread: statement(`SELECT k.at, t.unread, f.preferences FROM ${asked} ${place} CROSS JOIN LATERAL
  (SELECT coalesce(sum(a.unread), 0)::bigint AS unread FROM feed_app a
   WHERE ${sameUser('a')} AND (p.app IS NULL OR a.app = p.app)) t
  CROSS JOIN LATERAL (SELECT preferences FROM feed s WHERE ${sameUser('s')} LIMIT 1) f`),
  handled: statement(`SELECT k.at, t.id FROM ${asked} ${place} CROSS JOIN LATERAL
  (SELECT n.id, n.seq FROM notification n WHERE ${sameUser('n')} AND n.seq > p.fetched_seq
   AND ${sqlIsHandled('n.')} AND (p.app IS NULL OR n.app = p.app) ORDER BY n.seq DESC LIMIT 32) t
ORDER BY k.at, t.seq DESC`),
  dueRoutes: statement(`WITH RECURSIVE ${routes}
SELECT r.app, r.channel FROM route r CROSS JOIN LATERAL (SELECT d.due ${openOnes} ORDER BY d.due LIMIT 1) f
CROSS JOIN LATERAL (SELECT ${ahead.isLate} AND ${ahead.isAhead} AS is_ahead ${openOnes} ORDER BY d.due DESC LIMIT 1) l
WHERE f.due <= $1::bigint OR l.is_ahead`),
  oldestPending: statement(`WITH RECURSIVE ${routes}
SELECT min(p.planned_at) AS planned_at FROM route r CROSS JOIN LATERAL (
  (SELECT d.planned_at, d.due, d.kind ${openOnes} ORDER BY d.due LIMIT ${pendingLookedAt})
  UNION ALL (SELECT d.planned_at, d.due, d.kind ${openOnes} ORDER BY d.due DESC LIMIT ${pendingLookedAt})) p
WHERE p.kind <> ${kindCodes.encode('fallback')} OR p.due <= $1::bigint`),
  ofNotification: statement(
    `${select} WHERE ${ofUser('d')} AND d.notification = $3 ORDER BY d.subscription, d.kind`,
  ),
  failed: statement(`${select} WHERE ${sqlIsFailed('d.status')} AND ($1::text IS NULL OR d.app = $1)
  AND (${namesOf(deliveryKey, 'd.')}) > ($2, $3, $4, $5, $6)
ORDER BY ${namesOf(deliveryKey, 'd.')} LIMIT $7`),
  waiting: statement(`SELECT count(*) AS count FROM (SELECT 1 FROM delivery d
  WHERE ${sqlIsOpen('d.status')} AND d.app = $1 AND d.channel = $2 LIMIT $3) w`),
  fetchedSeq: statement(`SELECT fetched_seq FROM subscription s WHERE ${ofUser('s')} AND s.id = $3`),
};

export function deliveryReads(connections: Connections): DeliveryReader {
  const ask = async (each: Statement, ...values: Parameter[]) =>
    (await connections.readOnce({ statement: each, values })).rows;
  return {
    sendContexts: (keys: readonly DeliveryKey[]) =>
      keys.length === 0 ? Promise.resolve([]) : readContexts(connections, keys),
    async dueRoutes(now: number) {
      const rows = await ask(deliveryStatements.dueRoutes, now);
      return rows.map(
        ({ app, channel }): Route => ({
          app: decodeText(app),
          channel: decodeNumber(channel),
        }),
      );
    },
    async oldestPending(now: number) {
      const [row] = await ask(deliveryStatements.oldestPending, now);
      return row?.planned_at == null ? null : decodeNumber(row.planned_at);
    },
    async deliveries(user: UserKey, notification: string) {
      if (!isUuid(notification)) return [];
      const found = await ask(deliveryStatements.ofNotification, ...userValues(user), packUuid(notification));
      return found.map(readDelivery);
    },
    async earlierAnswers(user: UserKey, notification: string) {
      const rows = await ask(deliveryStatements.earlier, ...userValues(user), packUuid(notification));
      return rows.map(({ subscription, kind, earlier }) => ({
        subscription: uuidToBytes(decodeText(subscription)).toString('base64url'),
        kind: kindCodes.decode(kind),
        answers: readEarlier(readText(earlier)),
      }));
    },
    async failedDeliveries({ app, limit, after }: FailedQuery) {
      const from = after ? keyValues(after) : [-1, ...nothing];
      return (await ask(deliveryStatements.failed, app, ...from, limit)).map(readDelivery);
    },
    async waitingDeliveries({ app, channel }: Route, limit: number) {
      const [row] = await ask(deliveryStatements.waiting, app, channel, limit);
      return row ? decodeNumber(row.count) : 0;
    },
    async fetchedSeq(user: UserKey, subscription: string) {
      const [row] = await ask(deliveryStatements.fetchedSeq, ...userValues(user), packKey(subscription));
      return row ? decodeNumber(row.fetched_seq) : 0;
    },
  };
}

const zeros = Buffer.alloc(16);
const nothing: readonly Parameter[] = [zeros, zeros, zeros, -1];

function keyValues({ user, notification, subscription, kind }: DeliveryKey): Parameter[] {
  const ids = [packUuid(notification), packKey(subscription)];
  return [...userValues(user), ...ids, kindCodes.encode(kind)];
}

const { asked: deliveries, notifications, subscriptions, unread, handled } = deliveryStatements;
const parts = [deliveries, subscriptions, unread, handled];

/** All of one moment, but for the holders of the addresses, which are looked up last and so are never older. */
async function readContexts(
  connections: Connections,
  keys: readonly DeliveryKey[],
): Promise<(SendContext | null)[]> {
  const values = arraysOf(deliveryKey, keys);
  // The devices of one user mostly get the same notification, whose content is read once.
  const posted = [...new Map(keys.map((key) => [contentKey(key), key])).values()];
  return connections.read(async (client) => {
    const answers = await pipeline(client, [
      { statement: begin, values: [] },
      { statement: deliveryStatements.snapshot, values: [] },
      { statement: notifications, values: arraysOf(deliveryKey, posted) },
      ...parts.map((each) => ({ statement: each, values })),
      { statement: commit, values: [] },
    ]);
    const [contents = [], rows = [], places = [], counts = [], gone = []] = answers
      .slice(2, -1)
      .map((each) => each.rows);
    const hashes = addressesOf(places);
    const [held] = hashes.length > 0 ? await pipeline(client, [holdersAsk(hashes)]) : [];
    const at = {
      delivery: byPlace(rows),
      notification: new Map(contents.map((row) => [contentKey(posted[decodeNumber(row.at)]), row])),
      subscription: byPlace(withHeldAddresses(places, held?.rows ?? [], hashes)),
      unread: byPlace(counts),
    };
    return keys.map((key, index) => contextOf(key, index, at, gone));
  });
}

function textOf(value: unknown): string | null {
  return value == null ? null : decodeText(value);
}

type ByPlace = ReadonlyMap<number, Row>;

function contentKey(key: DeliveryKey | undefined): string {
  return `${key?.user} ${key?.notification}`;
}

function byPlace(rows: readonly Row[]): ByPlace {
  return new Map(rows.map((row) => [decodeNumber(row.at), row]));
}

function contextOf(
  key: DeliveryKey,
  index: number,
  at: Record<'delivery' | 'subscription' | 'unread', ByPlace> & {
    readonly notification: ReadonlyMap<string, Row>;
  },
  handledRows: readonly Row[],
): SendContext | null {
  const delivery = at.delivery.get(index);
  if (!delivery) return null;
  const user = userOf(delivery);
  const posted = key.notification === noNotification ? undefined : at.notification.get(contentKey(key));
  const subscription = at.subscription.get(index);
  return {
    delivery: readDelivery(delivery),
    notification: posted ? readNotification(posted) : null,
    subscription: subscription ? subscriptionTable.readRow(subscription, { user }) : null,
    fetchedSeq: subscription ? decodeNumber(subscription.fetched_seq) : 0,
    unread: decodeNumber(at.unread.get(index)?.unread ?? 0),
    preferences: textOf(at.unread.get(index)?.preferences),
    handled: handledRows.filter((row) => row.at === index).map((row) => decodeText(row.id)),
  };
}
