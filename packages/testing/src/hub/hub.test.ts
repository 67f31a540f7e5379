import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../machine/manual-clock.ts';
import { post, startHub, subscribe, until } from './hub.ts';

test('a started hub takes a post, and its time is the test to drive', async () => {
  const clock = new ManualClock();
  await using hub = await startHub({ clock });
  const token = hub.token({ user: 'alice', lifetimeSeconds: 1_000_000 });
  await subscribe(hub);
  const made = await hub.request('POST', '/v1.0/me/notifications', {
    token,
    body: post({ expirationDateTime: new Date(clock.now() + 60_000).toISOString() }),
  });
  assert.equal(made.status, 201, made.text);
  const at = `/v1.0/me/notifications/${made.json.id}`;
  assert.equal((await hub.request('GET', at, { token })).status, 200);
  clock.advance(61_000);
  assert.equal((await hub.request('GET', at, { token })).status, 404);
  await until(async () => {
    const { json } = await hub.request('GET', '/v1.0/me/notifications/delta', { token });
    return json.unreadCount === 0;
  });
});
