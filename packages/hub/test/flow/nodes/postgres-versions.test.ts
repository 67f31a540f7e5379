// Hubs of two versions on one PostgreSQL, as during an update: the newer one migrates the schema while the older one
// serves, both work beside each other, and an older one still starts, as when the update is undone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { post, startHub, subscribe, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { postgresAt } from '@carillon/testing/hub/store-place.ts';
import { startNats } from '@carillon/testing/machine/nats.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { planBatch } from '../../../src/hub/plan-batch.ts';
import { openFeedStore } from '../../../src/store/postgres/feed/feed-store.ts';
import { feedMigrations } from '../../../src/store/postgres/feed/schema.ts';
import type { Migration } from '../../../src/store/postgres/maintenance/migrate.ts';

const feed = '/v1.0/me/notifications';

/** It only adds, as migrations do: columns that have a default, an index, a table. */
const later: Migration = {
  name: '9001-later',
  sql: `
ALTER TABLE feed ADD COLUMN quiet_until bigint;
ALTER TABLE feed_app ADD COLUMN muted boolean NOT NULL DEFAULT false;
ALTER TABLE notification ADD COLUMN pinned boolean NOT NULL DEFAULT false;
ALTER TABLE subscription ADD COLUMN language text;
ALTER TABLE delivery ADD COLUMN cost integer NOT NULL DEFAULT 0;
CREATE INDEX notification_pinned ON notification(lane, user_key) WHERE pinned;
CREATE TABLE digest(lane smallint NOT NULL, user_key uuid NOT NULL, PRIMARY KEY (lane, user_key));`,
};

async function create(hub: TestHub, token: string): Promise<string | null> {
  const { status, json, text } = await hub.request('POST', feed, { token, body: post() });
  if (status === 503) return null;
  assert.equal(status, 201, text);
  return (json as Notification).id;
}

test('a newer hub migrates beside an older one under load, both serve each other, and the older one starts again', async (context) => {
  const nats = await startNats();
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const { settings, environment } = postgresAt(url);
  const own = { ...settings, 'nats-url': nats.url, 'public-url': 'http://bells.example', 'drain-delay': '0' };
  const open: TestHub[] = [];
  context.after(async () => {
    for (const hub of open) await hub.close();
    await nats[Symbol.asyncDispose]();
  });
  const start = async (migrations = feedMigrations): Promise<TestHub> => {
    const feedStore = await openFeedStore({ url, planner: planBatch, migrations });
    const hub = await startHub({ settings: own, environment, feedStore });
    open.push(hub);
    return hub;
  };
  const older = await start();
  const token = older.token({ user: 'alice' });
  await subscribe(older, { token });
  const reader = await openSseReader({ baseUrl: older.baseUrl, token });
  await reader.next('ready');
  const ids: string[] = [];
  let loaded = true;
  const load = Array.from({ length: 4 }, async () => {
    while (loaded) {
      const id = await create(older, token);
      if (id) ids.push(id);
    }
  });
  await until(() => ids.length > 50, 'the load');
  const newer = await start([...feedMigrations, later]);
  const before = ids.length;
  await until(() => ids.length > before + 50, 'the load beside the newer hub');
  loaded = false;
  await Promise.all(load);
  const [{ count }] = (await server.query(
    url,
    'SELECT count(*)::int FROM notification WHERE NOT pinned',
  )) as [{ count: number }];
  assert.equal(count, ids.length);
  const again = await start();
  for (const [index, hub] of [newer, again, older, newer].entries()) {
    const made = (await create(hub, token)) ?? assert.fail('a hub does not serve');
    ids.push(made);
    await subscribe(hub, { token, installationId: `tablet ${index}` });
    const other = index % 2 === 0 ? older : newer;
    const body = { userActionState: 'dismissed' };
    const handled = await other.request('PATCH', `${feed}/${made}`, { token, body });
    assert.equal(handled.status, 200, handled.text);
    assert.equal((await hub.request('DELETE', `${feed}/${ids[index]}`, { token })).status, 204);
  }
  // Each create, and the dismissal and the deletion of four.
  await reader.next('change', ids.length + 8);
  const told = new Set(reader.frames.flatMap((each) => (each.type === 'change' ? [each.value.id] : [])));
  assert.deepEqual([...told].sort(), [...ids].sort());
  reader.leave();
});
