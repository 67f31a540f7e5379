// Fills the feed tables of PostgreSQL as if their users had been posting for a day: rows as the hub writes them, one
// notification of every user after another, so that a feed's rows are as far apart as in life. Only how they come there
// differs: in SQL, without the log, indexes made afterwards.
import { spawnSync } from 'node:child_process';
import { Client } from 'pg';
import { userKey } from '../../packages/hub/src/model/principal.ts';
import { appId, type BenchUser, hostName, issuer } from './world.ts';

export interface Filling {
  /** Those who ask; the others only fill the tables. */
  readonly people: readonly BenchUser[];
  readonly userCount: number;
  readonly perUser: number;
}

/** At a time: PostgreSQL reports nothing while a statement runs. */
const workers = 2;
const afterName = JSON.stringify({
  targetHostName: hostName,
  groupName: 'TestGroup',
  priority: 'High',
  payload: { visualContent: { title: 'Hello World!', body: 'Notifications are Great!' } },
  targetPolicy: { platformTypes: ['windows', 'android'] },
  fallbackPolicy: null,
}).slice(1);

const beginSql = `
CREATE UNLOGGED TABLE filler(n int PRIMARY KEY, lane smallint, user_key uuid, issuer text, subject text, name text);
ALTER TABLE notification SET UNLOGGED;`;

const knownSql = `INSERT INTO filler SELECT n - 1, ('x' || '0' || left(encode(key, 'hex'), 3))::bit(16)::int::smallint,
  encode(key, 'hex')::uuid, $2, subject, name
FROM unnest($1::bytea[], $3::text[], $4::text[]) WITH ORDINALITY AS u(key, subject, name, n)`;

const othersSql = `INSERT INTO filler SELECT n, ('x' || '0' || left(md5('u' || n), 3))::bit(16)::int::smallint,
  md5('u' || n)::uuid, $3, 'other-' || n, 'other' || n || '@contoso.example'
FROM generate_series($1::int, $2::int - 1) n`;

const feedsSql = `
INSERT INTO feed SELECT lane, user_key, 1, $1, issuer, subject, name FROM filler;`;
const feedAppsSql = `INSERT INTO feed_app SELECT lane, user_key, $2, $1::int, $1::int, 0 FROM filler`;

/** `$1` to `$2`: sequences; `$3`: the first time; `$4`: milliseconds between two of a user; `$5`: the app. */
const notificationsSql = `
INSERT INTO notification(lane, user_key, id, app, seq, removed, state, expires, announced_expiry, display_seconds,
  display_until, modified, posted_at, content_version, changes, name, sent_as, content)
SELECT u.lane, u.user_key,
  (lpad(to_hex(at), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid, $5, k, 0, 0,
  at + (2 + k % 7) * 86400000, at + (2 + k % 7) * 86400000, 60, at + 60000, at, at, 1, 1,
  'stored-' || k || '-' || u.n, encode(decode(hash || hash, 'hex'), 'base64'),
  '{"appNotificationId":"stored-' || k || '-' || u.n || '",' || $6
FROM generate_series($1::int, $2::int) k
CROSS JOIN LATERAL (SELECT n, lane, user_key, $3::bigint + k * $4::bigint + n % greatest($4::bigint, 1) AS at,
  md5(k || '-' || n) AS hash FROM filler ORDER BY n OFFSET 0) u`;

export async function fillPostgres(url: string, { people, userCount, perUser }: Filling): Promise<void> {
  const clients = Array.from({ length: workers }, () => new Client({ connectionString: url }));
  const [client] = clients as [Client, ...Client[]];
  await Promise.all(clients.map((each) => each.connect()));
  await client.query(beginSql);
  const remake = await dropIndexes(client, ['notification']);
  const keys = people.map(({ subject }) => Buffer.from(userKey(issuer, subject), 'base64url'));
  const [subjects, names] = [people.map(({ subject }) => subject), people.map(({ name }) => name)];
  await client.query(knownSql, [keys, issuer, subjects, names]);
  await client.query(othersSql, [people.length, userCount, issuer]);
  await client.query(feedsSql, [perUser]);
  await client.query(feedAppsSql, [perUser, appId]);
  const dayMs = 86_400_000;
  const [first, step] = [Date.now() - dayMs, Math.floor(dayMs / (perUser + 1))];
  const share = Math.ceil(perUser / workers);
  await Promise.all(
    clients.map((each, index) => {
      const [from, to] = [index * share + 1, Math.min(perUser, (index + 1) * share)];
      return each.query(notificationsSql, [from, to, first, step, appId, afterName]);
    }),
  );
  await makeIndexes(clients, remake);
  await client.query('DROP TABLE filler');
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  await Promise.all(clients.map((each) => each.end()));
  // What was written reaches the disk now, and not while something is measured.
  spawnSync('sync');
}

/** What makes them again. */
export interface Remake {
  readonly keys: readonly string[];
  readonly indexes: readonly string[];
}

export async function dropIndexes(client: Client, tables: readonly string[]): Promise<Remake> {
  const keysSql = `SELECT conrelid::regclass AS name, conname, pg_get_constraintdef(oid) AS sql FROM pg_constraint
    WHERE conrelid = ANY($1::regclass[]) AND contype = 'p'`;
  const { rows: keys } = await client.query<{ name: string; conname: string; sql: string }>(keysSql, [
    tables,
  ]);
  for (const { name, conname } of keys) await client.query(`ALTER TABLE ${name} DROP CONSTRAINT ${conname}`);
  const indexesSql = 'SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY($1)';
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(indexesSql, [tables]);
  for (const { indexname } of rows) await client.query(`DROP INDEX ${indexname}`);
  return {
    keys: keys.map(({ name, sql }) => `ALTER TABLE ${name} ADD ${sql}`),
    // A partitioned table shows its index without those of its parts.
    indexes: rows.map(({ indexdef }) => indexdef.replace(' ON ONLY ', ' ON ')),
  };
}

export async function makeIndexes(clients: readonly Client[], { keys, indexes }: Remake): Promise<void> {
  const left = [...indexes];
  await Promise.all(clients.map((each) => each.query("SET maintenance_work_mem = '512MB'")));
  for (const sql of keys) await clients[0]?.query(sql);
  await Promise.all(
    clients.map(async (each) => {
      for (let next = left.pop(); next; next = left.pop()) await each.query(next);
    }),
  );
}
