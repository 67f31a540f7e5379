// The deliveries that a batch reads or writes, locked in the order of their keys by one statement, so that two batches
// never wait for each other: those of notifications, by id or by name, those that results are for, those that a device
// has fetched.
import { noNotification } from '../../../../model/delivery.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { ElementType } from '../../wire/packet.ts';
import { type Ask, statement } from '../../wire/pipeline.ts';
import { packKey, packText, packUuid, userColumns } from '../codec.ts';
import { deliveryNames, packKind } from '../codec-delivery.ts';
import { arraysOf, type Column, unnest } from '../columns.ts';
import type { Named, NamedText } from './plan-reads.ts';

/** A mark looks back over at most so many changes: a device that skipped more has been offline for long. */
const markedBack = 1000;

interface Key {
  readonly user: UserKey;
  readonly notification: string;
  /** Null for all. */
  readonly subscription: string | null;
  readonly kind: number | null;
}

const keyColumns: readonly Column<Key>[] = [
  ...userColumns,
  { name: 'notification', type: 'uuid', of: (key) => packUuid(key.notification) },
  { name: 'subscription', type: 'uuid', of: (key) => key.subscription && packKey(key.subscription) },
  { name: 'kind', type: 'smallint', of: (key) => key.kind },
];

const textColumns: readonly Column<NamedText>[] = [
  ...userColumns,
  { name: 'app', type: 'text', of: ({ app }) => app },
  { name: 'name', type: 'text', of: ({ name }) => packText(name) },
];

/** A device that has fetched everything up to a sequence. */
export interface Upto {
  readonly user: UserKey;
  readonly subscription: string;
  readonly upTo: number;
  readonly at: number;
}

export const uptoColumns: readonly Column<Upto>[] = [
  ...userColumns,
  { name: 'subscription', type: 'uuid', of: (mark) => packKey(mark.subscription) },
  { name: 'up_to', type: 'bigint', of: (mark) => mark.upTo },
  { name: 'at', type: 'bigint', of: (mark) => mark.at },
];

/** What a device has newly fetched: rows of `m` with the notifications `n` of its range. */
export function fetchedRange(first: number): string {
  const columns: readonly { name: string; type: ElementType }[] = uptoColumns;
  return `${unnest(columns, 'm', first)}
CROSS JOIN LATERAL (SELECT fetched_seq FROM subscription s
  WHERE s.lane = m.lane AND s.user_key = m.user_key AND s.id = m.subscription AND s.fetched_seq < m.up_to LIMIT 1) s
CROSS JOIN LATERAL (SELECT id FROM notification n WHERE n.lane = m.lane AND n.user_key = m.user_key
  AND n.seq > 0 AND n.seq > greatest(s.fetched_seq, m.up_to - ${markedBack}) AND n.seq <= m.up_to
  ORDER BY n.seq LIMIT ${markedBack}) n`;
}

export const lockDeliveries = statement(`SELECT d.* FROM (
  SELECT lane, user_key, notification, subscription, kind FROM ${unnest(keyColumns)}
  UNION ALL
  SELECT t.lane, t.user_key, n.id, NULL, NULL FROM ${unnest(textColumns, 't', 6)}
    CROSS JOIN LATERAL (SELECT id FROM notification n WHERE n.lane = t.lane AND n.user_key = t.user_key
      AND n.app = t.app AND n.name = t.name AND n.removed = 0 LIMIT 1) n
  UNION ALL
  SELECT m.lane, m.user_key, n.id, m.subscription, NULL FROM ${fetchedRange(10)}
  ORDER BY 1, 2, 3, 4 NULLS FIRST, 5 NULLS FIRST) k
CROSS JOIN LATERAL (SELECT ${deliveryNames.join(', ')} FROM delivery d
  WHERE d.lane = k.lane AND d.user_key = k.user_key AND d.notification = k.notification
    AND (k.subscription IS NULL OR d.subscription = k.subscription) AND (k.kind IS NULL OR d.kind = k.kind)
  ORDER BY d.subscription, d.kind FOR UPDATE) d`);

export function touch({ deliveries, texts, results, sent, marks }: Named): Ask {
  const whole = { subscription: null, kind: null };
  const keys: Key[] = [
    ...deliveries.map(({ user, id }) => ({ user, notification: id, ...whole })),
    ...texts.map(({ user }) => ({ user, notification: noNotification, ...whole })),
    ...results.map(({ user, notification, subscription, kind }) => ({
      user,
      notification,
      subscription,
      kind: packKind(kind),
    })),
    // A push that comes late taps its device once more.
    ...sent.map(({ user, subscription }) => ({
      user,
      notification: noNotification,
      subscription,
      kind: packKind('clear'),
    })),
    ...marks.flatMap(({ user, subscription, each }) =>
      each.map(({ id }) => ({ user, notification: id, subscription, kind: null })),
    ),
  ];
  const upto = marks.flatMap(({ user, subscription, upTo }) =>
    upTo === null ? [] : [{ user, subscription, upTo, at: 0 }],
  );
  const values = [
    ...arraysOf(keyColumns, keys),
    ...arraysOf(textColumns, texts),
    ...arraysOf(uptoColumns, upto),
  ];
  return { statement: lockDeliveries, values };
}
