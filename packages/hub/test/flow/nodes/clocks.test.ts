// Two hubs on one PostgreSQL whose clocks differ: what a device reads of one feed never goes back in time, whichever hub
// made the change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { post, startHub } from '@carillon/testing/hub/hub.ts';
import { postgresAt } from '@carillon/testing/hub/store-place.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';

const feed = '/v1.0/me/notifications';

test('createdDateTime and lastModifiedDateTime do not go back within a feed, and the list is in the order of the posts', async (context) => {
  const server = await sharedPostgres();
  const { settings, environment } = postgresAt(await server.createDatabase());
  const own = { ...settings, 'public-url': 'http://bells.example', 'drain-delay': '0' };
  const now = Date.now();
  const hubs = await Promise.all(
    [700, 0, 300].map((offMs) =>
      startHub({ settings: own, environment, clock: new ManualClock(now + offMs) }),
    ),
  );
  context.after(() => Promise.all(hubs.map((hub) => hub.close())));
  const times: string[] = [];
  const made: Notification[] = [];
  for (let round = 0; round < 3; round++) {
    for (const hub of hubs) {
      const token = hub.token({ user: 'alice' });
      const { json, status, text } = await hub.request('POST', feed, { token, body: post() });
      assert.equal(status, 201, text);
      made.push(json);
      const body = { readState: 'read' };
      const patched = await hub.request('PATCH', `${feed}/${json.id}`, { token, body });
      times.push(json.lastModifiedDateTime, patched.json.lastModifiedDateTime);
    }
  }
  assert.deepEqual(times, times.toSorted());
  const created = made.map(({ createdDateTime }) => createdDateTime);
  assert.deepEqual(created, created.toSorted());
  const [hub] = hubs;
  const listed = await hub?.request('GET', feed, { token: hub.token({ user: 'alice' }) });
  const ids = listed?.json.value.map(({ id }: Notification) => id);
  assert.deepEqual(ids, made.map(({ id }) => id).toReversed());
});
