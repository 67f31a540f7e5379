// Step 4 of the commit for deliveries: what was planned, what came of attempts, what a device has fetched. And the
// claim, which takes what is due outside of any batch, past the rows that others have in hand.
import { claimLeaseMs, noNotification } from '../../../../model/delivery.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { ClaimQuery, FetchMark, Plan } from '../../../store.ts';
import { type Ask, type Statement, statement } from '../../wire/pipeline.ts';
import { notificationKey, packKey, packUuid, userColumns } from '../codec.ts';
import { deliveryColumns, deliveryKey, resultColumns } from '../codec-delivery.ts';
import { arraysOf, type Column, namesOf, sameKey, unnest } from '../columns.ts';
import { fetchedRange, uptoColumns } from './lock-deliveries.ts';

interface Marked {
  readonly user: UserKey;
  readonly id: string;
  readonly subscription: string;
  readonly seq: number;
  readonly at: number;
}

const markedColumns: readonly Column<Marked>[] = [
  ...userColumns,
  { name: 'notification', type: 'uuid', of: ({ id }) => packUuid(id) },
  { name: 'subscription', type: 'uuid', of: ({ subscription }) => packKey(subscription) },
  { name: 'seq', type: 'bigint', of: ({ seq }) => seq },
  { name: 'at', type: 'bigint', of: ({ at }) => at },
];

const putColumns = deliveryColumns(Buffer.alloc(0));
export const deliveryWrites = {
  put: statement(`INSERT INTO delivery(${namesOf(putColumns)}) SELECT * FROM ${unnest(putColumns)}
ORDER BY ${namesOf(deliveryKey)}
ON CONFLICT (${namesOf(deliveryKey)}) DO UPDATE SET ${putColumns
    .slice(deliveryKey.length)
    .map(({ name }) => `${name} = excluded.${name}`)
    .join(', ')}`),
  // Who was withdrawn meanwhile stays so; that an attempt was made is kept all the same.
  record: statement(`UPDATE delivery d SET claimed_by = NULL,
  status = CASE WHEN d.status < 2 THEN k.status ELSE d.status END,
  reason = CASE WHEN d.status < 2 THEN k.reason ELSE d.reason END,
  due = k.due, attempts = k.attempts, sent_at = coalesce(k.sent_at, d.sent_at), truncated = k.truncated,
  answer = coalesce(k.answer, d.answer)
FROM ${unnest(resultColumns)} WHERE ${sameKey(deliveryKey, 'd', 'k')} AND d.seq = k.seq`),
  mark: statement(`UPDATE delivery d SET fetched_at = k.at FROM ${unnest(markedColumns)}
WHERE ${sameKey(markedColumns.slice(0, 4), 'd', 'k')} AND d.kind < 2 AND d.seq <= k.seq AND d.fetched_at IS NULL`),
  markUpto: statement(`UPDATE delivery d SET fetched_at = k.at
FROM (SELECT m.lane, m.user_key, m.subscription, m.at, n.id FROM ${fetchedRange(1)}) k
WHERE d.lane = k.lane AND d.user_key = k.user_key AND d.notification = k.id AND d.subscription = k.subscription
  AND d.kind < 2 AND d.fetched_at IS NULL`),
  raiseFetched: statement(`UPDATE subscription s SET fetched_seq = m.up_to FROM ${unnest(uptoColumns, 'm')}
WHERE s.lane = m.lane AND s.user_key = m.user_key AND s.id = m.subscription AND s.fetched_seq < m.up_to`),
  purge: statement(`DELETE FROM delivery d USING ${unnest(notificationKey)}
WHERE d.lane = k.lane AND d.user_key = k.user_key AND d.notification = k.id`),
  forgetClears: statement(`DELETE FROM delivery d USING ${unnest(deliveryKey)}
WHERE ${sameKey(deliveryKey.slice(0, 4), 'd', 'k')}`),
  // A provider may have what a lost node held: what is handled later is taken away from a device only when it may show it.
  claim: statement(`UPDATE delivery d SET claimed_by = $1, due = $2,
  sent_at = CASE WHEN d.claimed_by IS NULL THEN d.sent_at ELSE coalesce(d.sent_at, d.planned_at) END
FROM (SELECT ${namesOf(deliveryKey)} FROM delivery
  WHERE status < 2 AND app = $3 AND channel = $4 AND due <= $5 ORDER BY due LIMIT $6 FOR UPDATE SKIP LOCKED) k
WHERE ${sameKey(deliveryKey, 'd', 'k')}
RETURNING ${deliveryKey.map(({ name }) => `d.${name}`).join(', ')}, d.app, d.channel, d.seq`),
};

export function openApplyDeliveries(node: Buffer): (plan: Plan) => Ask[] {
  const columns = deliveryColumns(node);
  return (plan) => {
    const asks: Ask[] = [];
    const ask = <Row>(each: Statement, rowColumns: readonly Column<Row>[], rows: readonly Row[]) => {
      if (rows.length > 0) asks.push({ statement: each, values: arraysOf(rowColumns, rows) });
    };
    ask(
      deliveryWrites.put,
      columns,
      plan.deliveries.map(({ row }) => row),
    );
    const keyOf = (row: Plan['results'][number]) =>
      `${row.user} ${row.notification} ${row.subscription} ${row.kind}`;
    for (const wave of waves(plan.results, keyOf)) ask(deliveryWrites.record, resultColumns, wave);
    askMarks(plan.fetched, ask);
    ask(deliveryWrites.purge, notificationKey, plan.purged);
    const clears = plan.endedSubscriptions.map(({ user, id }) => ({
      user,
      notification: noNotification,
      subscription: id,
      kind: 'clear' as const,
    }));
    ask(deliveryWrites.forgetClears, deliveryKey, clears);
    return asks;
  };
}

type AskFor = <Row>(each: Statement, columns: readonly Column<Row>[], rows: readonly Row[]) => void;

function askMarks(fetched: readonly FetchMark[], ask: AskFor): void {
  const single = fetched.flatMap(({ user, subscription, each, at }) =>
    each.map(({ id, seq }) => ({ user, subscription, id, seq, at })),
  );
  const keyOf = ({ user, id, subscription }: Marked) => `${user} ${id} ${subscription}`;
  for (const wave of waves(single, keyOf)) ask(deliveryWrites.mark, markedColumns, wave);
  const upto = fetched.flatMap(({ user, subscription, upTo, at }) =>
    upTo === null ? [] : [{ user, subscription, upTo, at }],
  );
  for (const wave of waves(upto, ({ user, subscription }) => `${user} ${subscription}`)) {
    ask(deliveryWrites.markUpto, uptoColumns, wave);
    ask(deliveryWrites.raiseFetched, uptoColumns, wave);
  }
}

/** A statement changes each row once: what names a row again follows in another, so that the order counts. */
function waves<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const found: Row[][] = [];
  const times = new Map<string, number>();
  for (const row of rows) {
    const key = keyOf(row);
    const wave = times.get(key) ?? 0;
    times.set(key, wave + 1);
    const rowsOfWave = found[wave];
    if (rowsOfWave) rowsOfWave.push(row);
    else found.push([row]);
  }
  return found;
}

export function claimAsk(node: Buffer, { app, channel, now, limit }: ClaimQuery): Ask {
  const values = [node, now + claimLeaseMs, app, channel, now, limit];
  return { statement: deliveryWrites.claim, values };
}
