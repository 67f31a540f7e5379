// How PostgreSQL goes about each statement of the store, with plans that serve any parameters, over tables large enough
// that the wrong way would be chosen if there were one: always through an index, never through a whole table.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { postWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { Client } from 'pg';
import { planBatch } from '../../src/hub/plan-batch.ts';
import { holders, release, take } from '../../src/store/postgres/feed/commit/addresses.ts';
import { deliveryWrites, erasures, feedWrites } from '../../src/store/postgres/feed/commit/apply.ts';
import { lateReading, lockDeliveries, reading } from '../../src/store/postgres/feed/commit/lock-and-read.ts';
import { openFeedStore } from '../../src/store/postgres/feed/feed-store.ts';
import {
  dueStatements,
  feedStatements,
  notificationStatements,
  subscriptionStatements,
} from '../../src/store/postgres/feed/reader.ts';
import { deliveryStatements } from '../../src/store/postgres/feed/reader-deliveries.ts';
import { lookupStatements } from '../../src/store/postgres/feed/reader-lookups.ts';
import type { Statement } from '../../src/store/postgres/wire/pipeline.ts';

// 4 000 users of 15 notifications, each with a delivery to the user's one device; one in 40 is open.
const fill = `
CREATE FUNCTION user_of(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5('user' || n)::uuid $$;
CREATE FUNCTION lane_of(n int) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
  SELECT ('x' || lpad(left(user_of(n)::text, 3), 8, '0'))::bit(32)::int::smallint $$;
CREATE FUNCTION id_of(n int, k int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (CASE k % 3 WHEN 0 THEN '01b8c200-' WHEN 1 THEN '01b8f000-' ELSE '01b91000-' END || lpad(to_hex(k), 4, '0') || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO feed SELECT lane_of(n), user_of(n), 1, 15, 'i', 'user' || n, 'user' || n || '@contoso.example'
  FROM generate_series(1, 4000) n ON CONFLICT DO NOTHING;
INSERT INTO feed_app SELECT lane_of(n), user_of(n), 'app-a', 15, 15, 0 FROM generate_series(1, 4000) n;
INSERT INTO notification SELECT lane_of(n), user_of(n), id_of(n, k), 'app-a', k, 0, NULL, 0, NULL, 1893456000000 + n,
  1893456000000 + n, NULL, NULL, 1, 1, 1, 1, 'name' || k, NULL, repeat('x', 300)
  FROM generate_series(1, 4000) n, generate_series(1, 15) k;
UPDATE notification SET removed = 1, purge_at = 1893456000000 + seq WHERE seq = 1;
UPDATE notification SET snooze_until = 1893456000000 + seq WHERE seq = 2;
INSERT INTO subscription SELECT lane_of(n), user_of(n), md5('s' || n)::uuid, 'app-a', 'phone', 'h', NULL, 'android',
  'notificationWithPayload', '{}', 'hash' || n, false, 1893456000000, 1, 0 FROM generate_series(1, 4000) n;
INSERT INTO push_address SELECT 'hash' || n, lane_of(n), user_of(n), md5('s' || n)::uuid
  FROM generate_series(1, 4000) n;
INSERT INTO delivery SELECT lane_of(n), user_of(n), '00000000-0000-0000-0000-000000000000'::uuid, md5('s' || n)::uuid,
  2, 'app-1', 2, 1, 1, 2, NULL, 1, 1893456000000 + n, NULL, 1, NULL, false,
  NULL, NULL, NULL, NULL FROM generate_series(1, 4000) n;
INSERT INTO delivery SELECT lane, user_key, ('01a00000' || substr(notification::text, 9))::uuid, subscription, kind, app,
  platform, channel, seq, status, reason, attempts, due, claimed_by, planned_at, sent_at, truncated
  FROM delivery WHERE kind = 2;
INSERT INTO delivery SELECT lane_of(n), user_of(n), id_of(n, k), md5('s' || n)::uuid, 0, 'app-' || n % 20, 2, 1, k,
  CASE WHEN n % 40 = 0 THEN 0 WHEN n % 40 = 1 THEN 5 ELSE 2 END, NULL, 1, 1893456000000 + n, NULL, 1, NULL, false,
  NULL, NULL, NULL, NULL FROM generate_series(1, 4000) n, generate_series(1, 15) k;
INSERT INTO webhook_change(subscription, lane, user_key, seq, type, notification, changes, at)
  SELECT md5('w' || n)::uuid, lane_of(n), user_of(n), 1, 0, id_of(n, 1), 1, 1 FROM generate_series(1, 4000) n;
ANALYZE`;

const { snapshot: _snapshot, ...deliveryReads } = deliveryStatements;
const statements: Readonly<Record<string, Statement>> = {
  ...reading,
  ...prefixed('late', lateReading),
  lockDeliveries,
  ...feedWrites,
  ...deliveryWrites,
  ...prefixed('erase', erasures),
  take,
  release,
  holders,
  ...feedStatements,
  ...notificationStatements,
  ...prefixed('lookup', lookupStatements),
  ...prefixed('subscription', subscriptionStatements),
  ...prefixed('due', dueStatements),
  ...prefixed('delivery', deliveryReads),
};

function prefixed(prefix: string, some: Readonly<Record<string, Statement>>): Record<string, Statement> {
  return Object.fromEntries(Object.entries(some).map(([name, each]) => [`${prefix} ${name}`, each]));
}

let url = '';
let emptyUrl = '';

before(async () => {
  const server = await sharedPostgres();
  emptyUrl = await server.createDatabase();
  await (await openFeedStore({ url: emptyUrl, planner: planBatch })).close();
  // So that it knows them to be empty, instead of expecting ten pages.
  await server.query(emptyUrl, 'ANALYZE');
  url = await server.createDatabase();
  const store = await openFeedStore({ url, planner: planBatch });
  await store.commit([postWrite()], startMs); // makes the weeks of deliveries
  await store.close();
  await server.query(url, fill);
});

async function planOf({ name, text }: Statement, database = url): Promise<string> {
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    // As the hub's sessions have it, where an empty table would be walked whole otherwise.
    if (database === emptyUrl) {
      for (const way of ['seqscan', 'mergejoin', 'hashjoin']) await client.query(`SET enable_${way} = off`);
    }
    await client.query('SET plan_cache_mode = force_generic_plan');
    await client.query(`PREPARE ${name} AS ${text}`);
    const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, digits]) => Number(digits)));
    const values = Array.from({ length: count }, () => 'NULL').join(', ');
    const { rows } = await client.query(`EXPLAIN EXECUTE ${name}${count > 0 ? `(${values})` : ''}`);
    return rows.map((row) => row['QUERY PLAN'] as string).join('\n');
  } finally {
    await client.end();
  }
}

/** Its indexes, those of all weeks as one. */
function indexesOf(plan: string): string[] {
  const found = [...plan.matchAll(/(?:using|Index Scan on) (\w+)/g)].map(([, name = '']) => name);
  return [...new Set(found.map((name) => name.replace(/^delivery_(w\d+|other|clear)_/, 'delivery_')))];
}

// What leads is the batch, sorted, or the index of the keys itself, which is so while there are hardly any feeds.
const inKeyOrder =
  /Nested Loop.*\n(.*Filter:.*\n)?.*-> {2}(Sort|Subquery Scan on k.*\n.*-> {2}Sort|Index Scan using feed_pkey on feed)/;

describe('plans', () => {
  for (const [name, each] of Object.entries(statements)) {
    test(`${name} walks an index`, async () => {
      const plan = await planOf(each);
      assert.doesNotMatch(plan, /Seq Scan/, plan);
      assert.doesNotMatch(plan, /Hash Join|Merge Join/, plan);
      // An id or a range of sequences is what the walk goes to, not what it passes over.
      assert.doesNotMatch(plan, /Filter: .*\b(id|notification) = [k$]|Filter: .*= (id|notification)\b/, plan);
      assert.doesNotMatch(plan, /using notification_.*\n.*\n *Filter: .*\bseq [<>]/, plan);
    });
  }

  for (const [name, each] of Object.entries(statements)) {
    test(`${name} goes the same way when its plan was made over empty tables`, async () => {
      const plan = await planOf(each, emptyUrl);
      assert.doesNotMatch(plan, /Hash Join|Merge Join/, plan);
      assert.deepEqual(indexesOf(plan), indexesOf(await planOf(each)), plan);
    });
  }

  test('feeds are locked in the order of their keys', async () => {
    for (const each of [reading.moveFeeds, reading.lockFeeds]) {
      for (const database of [url, emptyUrl]) {
        const plan = await planOf(each, database);
        assert.match(plan, inKeyOrder, plan);
      }
    }
  });

  test('the check tells a walk through a whole table', async () => {
    const plan = await planOf({
      name: 'whole',
      text: 'SELECT count(*) FROM notification WHERE modified = $1',
    });
    assert.match(plan, /Seq Scan on notification/);
  });
});
