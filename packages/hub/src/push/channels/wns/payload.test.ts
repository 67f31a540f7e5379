import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserKey } from '../../../model/principal.ts';
import { payloadBytesMax, removals, type WnsPush, wnsPayload, wnsTag } from './payload.ts';

const now = Date.UTC(2030, 0, 1);
const id = '0199d1f4-0000-7000-8000-000000000001';
const app = 'app';
const user = 'user' as UserKey;
const closed = Array.from({ length: 40 }, (_, at) => `0199d1f4-0000-7000-8000-0000000001${at + 10}`);

const push: WnsPush = {
  kind: 'notify',
  platform: 'windows',
  registeredAt: 0,
  app,
  user,
  channel: { type: 'wns', channelUri: 'https://db5.notify.windows.com/?token=secret' },
  visual: { title: 'Order <7>', body: 'It leaves & arrives' },
  notification: { id, groupName: 'orders', priority: 'High', expires: now + 90_500, displayUntil: null },
  unreadCount: 3,
  close: [],
  now,
};
const clear: WnsPush = { ...push, kind: 'clear', visual: null, notification: null, close: closed };

test('a visual push is a toast with escaped texts, and launches the app with the tap', () => {
  const launch = `{&quot;v&quot;:1,&quot;kind&quot;:&quot;tap&quot;,&quot;notificationId&quot;:&quot;${id}&quot;,&quot;unreadCount&quot;:3}`;
  assert.equal(
    wnsPayload(push).body,
    `<toast launch="${launch}"><visual><binding template="ToastGeneric">` +
      '<text>Order &lt;7&gt;</text><text>It leaves &amp; arrives</text></binding></visual></toast>',
  );
});

test('a toast without a body has one text', () => {
  const { body } = wnsPayload({ ...push, visual: { title: 'Only' } });
  assert.match(body, /<binding template="ToastGeneric"><text>Only<\/text><\/binding>/);
});

test('the headers of a toast name it, its group, its priority and how long it lives', () => {
  assert.deepEqual(wnsPayload(push).headers, {
    'content-type': 'text/xml',
    'x-wns-type': 'wns/toast',
    'x-wns-tag': wnsTag({ app, user, name: id }),
    'x-wns-priority': '1',
    'x-wns-group': wnsTag({ app, user, name: 'orders' }),
    'x-wns-ttl': '90',
    'x-wns-requestforstatus': 'true',
  });
});

test('without a group there is no group header', () => {
  const { headers } = wnsPayload({ ...push, notification: { ...push.notification!, groupName: null } });
  assert.equal('x-wns-group' in headers, false);
});

test('a toast leaves the notification center when displayTimeToLive is over, and never at once', () => {
  const ttlOf = (displayUntil: number) =>
    wnsPayload({ ...push, notification: { ...push.notification!, displayUntil } }).headers['x-wns-ttl'];
  assert.deepEqual([ttlOf(now + 60_000), ttlOf(now - 1)], ['60', '1']);
});

test('a push without content is a raw tap, which WNS keeps for a device that is away', () => {
  const { headers, body } = wnsPayload({ ...push, visual: null });
  assert.deepEqual(JSON.parse(body), { v: 1, kind: 'tap', notificationId: id, unreadCount: 3 });
  assert.deepEqual(headers, {
    'content-type': 'application/octet-stream',
    'x-wns-type': 'wns/raw',
    'x-wns-cache-policy': 'cache',
    'x-wns-priority': '1',
    'x-wns-ttl': '90',
    'x-wns-requestforstatus': 'true',
  });
});

test('a state change is a raw tap with the ids to close, and removes the newest toasts by their tags', () => {
  const tap = JSON.parse(wnsPayload(clear).body);
  assert.deepEqual(tap, { v: 1, kind: 'tap', unreadCount: 3, close: closed.slice(0, 32) });
  const tags = closed.slice(0, 8).map((name) => `type:wns/toast;tag=${wnsTag({ app, user, name })}`);
  assert.deepEqual(removals(clear), tags);
});

test('when it is too large, ids to close are dropped first, then the content, and nothing is cut', () => {
  const body = 'b'.repeat(3600);
  const long = wnsPayload({ ...push, visual: { title: 'Long', body }, close: closed });
  assert.ok(Buffer.byteLength(long.body) <= payloadBytesMax);
  assert.equal(long.truncated, false);
  assert.ok(long.body.includes(`<text>${body}</text>`));
  assert.ok(long.body.includes(closed[0]!) && !long.body.includes(closed[31]!));
  const over = wnsPayload({ ...push, visual: { title: 'Escaped', body: '&'.repeat(1000) } });
  assert.equal(over.truncated, true);
  assert.equal(over.headers['x-wns-type'], 'wns/raw');
  assert.equal(JSON.parse(over.body).kind, 'tap');
});
