// Copies the first notification of each person, with its deliveries, until each has as many as asked: in SQL, for either
// store, over what fill-deliveries has planned. A person's rows are as far apart as if all had posted in turn. A copied
// delivery ends as one of a hundred planned ones did.
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { systemClock } from '../../packages/hub/src/lib/clock.ts';
import { hashText } from '../../packages/hub/src/lib/fingerprint.ts';
import { uuidFromBytes, uuidToBytes } from '../../packages/hub/src/lib/ids.ts';
import type { UserKey } from '../../packages/hub/src/model/principal.ts';
import { openNotificationIds } from '../../packages/hub/src/model/user-shard.ts';
import { weekTables } from '../../packages/hub/src/store/postgres/feed/partitions.ts';
import { lifeMs, rareApp } from './fill-deliveries.ts';
import { dropIndexes, makeIndexes } from './fill-postgres.ts';

const accepted = 2;
const ended = ['status', 'reason', 'attempts', 'answer'];
const endedAt = ['due', 'sent_at', 'fetched_at', 'shown_at', 'acted_at'];
const placed = ['subscription', 'kind', 'app', 'platform', 'channel', 'truncated', 'dropped'];
const copied = ['app', 'removed', 'purge_at', 'state', 'snooze_until', 'display_seconds', 'display_until'];
const kept = [...copied, 'content_version', 'changes', 'sent_as', 'era', 'respond_by', 'response'];
const times = ['expires', 'announced_expiry', 'modified', 'posted_at'];

/** The last of the hundred was accepted: all but one in fifty of the app that next to never fails end so. */
const endsSql = `CREATE TEMPORARY TABLE sample AS SELECT * FROM delivery LIMIT 100;
  CREATE TEMPORARY TABLE ends AS
  SELECT row_number() OVER (ORDER BY status = ${accepted}, planned_at) AS n, ${[...ended, ...endedAt].join(', ')}, planned_at
  FROM sample`;
const endOf = (isRareApp: string): string =>
  `CASE WHEN ${isRareApp} AND n.seq % 50 <> 7 THEN 100 ELSE 1 + (p.n * 7 + n.seq * 13 + d.platform * 31) % 100 END`;

const of = (table: string, names: readonly string[]): string =>
  names.map((name) => `${table}.${name}`).join(', ');
/** What a copied delivery ends with. */
const endedColumns = [
  of('e', ended),
  ...endedAt.map((name) => `e.${name} - e.planned_at + n.posted_at`),
].join(', ');
const shifted = (by: string): string => times.map((name) => `f.${name} + ${by}`).join(', ');

export function copyInSqlite(path: string, perPerson: number): void {
  const db = new DatabaseSync(path);
  let at = 0;
  const nextId = openNotificationIds({ ...systemClock, now: () => at });
  db.function('new_id', (time, key) => {
    at = Number(time);
    return uuidToBytes(nextId(key as UserKey));
  });
  db.function('hash_text', (text) => hashText(String(text)));
  db.function('id_text', (id) => uuidFromBytes(id as Uint8Array));
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4194304; ${endsSql};
    CREATE TEMPORARY TABLE person AS SELECT n.*, a.id AS n, a.key FROM notification n JOIN account a ON a.id = n.account WHERE n.seq = 1;
    CREATE INDEX person_by_account ON person(account);
    BEGIN`);
  const [name, later] = ["'filled-' || CAST(?1 AS INTEGER) || '-' || f.n", '(?1 - 1) * ?2 + f.n % ?2'];
  const post =
    db.prepare(`INSERT INTO notification(account, id, seq, name, name_key, content, ${[...times, ...kept].join(', ')})
    SELECT f.account, new_id(f.posted_at + ${later}, f.key), ?1, ${name}, hash_text(${name}), replace(f.content, f.name, ${name}),
      ${shifted(later)}, ${of('f', kept)} FROM person f`);
  const step = Math.floor(lifeMs / perPerson);
  for (let seq = 2; seq <= perPerson; seq++) post.run(seq, step);
  const isRareApp = `d.app = (SELECT id FROM app_ref WHERE app = '${rareApp.id}')`;
  db.exec(`INSERT INTO delivery(account, notification, seq, claimed, planned_at, ${[...placed, ...ended, ...endedAt].join(', ')})
    SELECT n.account, n.id, n.seq, 0, n.posted_at, ${of('d', placed)}, ${endedColumns}
    FROM account a
    CROSS JOIN notification n ON n.account = a.id AND n.fresh = 0 AND n.standing = 2 AND n.seq > 1
    CROSS JOIN person p ON p.account = n.account
    CROSS JOIN delivery d ON d.account = n.account AND d.notification = p.id
    CROSS JOIN ends e ON e.n = ${endOf(isRareApp)};
    UPDATE feed_app SET unread = ${perPerson}, head = ${perPerson}, counted_to = ${perPerson}, content_bytes = content_bytes * ${perPerson},
      (newest_id, modified) = (SELECT id_text(n.id), n.modified FROM notification n WHERE n.account = feed_app.account AND n.fresh = 0 AND n.seq = ${perPerson});
    COMMIT; ANALYZE`);
  db.close();
}

const notificationsSql = `INSERT INTO notification(lane, user_key, id, seq, name, content, ${[...times, ...kept].join(', ')})
  SELECT f.lane, f.user_key, (lpad(to_hex(f.posted_at + later), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 12) ||
      lpad(to_hex(f.lane::int), 3, '0'))::uuid, k, named, replace(f.content, f.name, named), ${shifted('later')}, ${of('f', kept)}
  FROM generate_series(2, $1::int) k CROSS JOIN LATERAL (SELECT f.*, ((k - 1) * $2::bigint + f.n % $2::bigint) AS later,
    'filled-' || k || '-' || f.n AS named, md5(k || '-' || f.n) AS hash FROM person f ORDER BY f.n OFFSET 0) f`;
const deliveriesSql = `INSERT INTO delivery(lane, user_key, notification, seq, planned_at, ${[...placed, ...ended, ...endedAt].join(', ')})
  SELECT n.lane, n.user_key, n.id, n.seq, n.posted_at, ${of('d', placed)}, ${endedColumns}
  FROM notification n JOIN person p USING (lane, user_key)
  JOIN planned d USING (lane, user_key)
  JOIN ends e ON e.n = ${endOf(`d.app = '${rareApp.id}'`)}
  WHERE n.seq > 1`;

export async function copyInPostgres(url: string, perPerson: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("SET work_mem = '256MB'");
  for (const sql of weekTables(Date.now())) await client.query(sql);
  await client.query(endsSql);
  await client.query(`CREATE TEMPORARY TABLE planned AS SELECT * FROM delivery`);
  await client.query(
    `CREATE TEMPORARY TABLE person AS SELECT n.*, row_number() OVER (ORDER BY lane, user_key) AS n FROM notification n`,
  );
  await client.query('ANALYZE planned; ANALYZE person; ANALYZE ends');
  const remake = await dropIndexes(client, ['notification', 'delivery']);
  await client.query(notificationsSql, [perPerson, Math.floor(lifeMs / perPerson)]);
  await client.query('ANALYZE notification');
  await client.query(deliveriesSql);
  await makeIndexes([client], remake);
  await client.query(`UPDATE feed SET head = $1::int`, [perPerson]);
  await client.query(
    `UPDATE feed_app a SET unread = $1::int, head = $1::int, counted_to = $1::int, content_bytes = content_bytes * $1::int,
      newest_id = n.id, modified = n.modified FROM notification n
      WHERE n.lane = a.lane AND n.user_key = a.user_key AND n.seq = $1::int`,
    [perPerson],
  );
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  await client.end();
}
