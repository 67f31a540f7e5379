import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserKey } from '../../../model/principal.ts';
import { type ApnsPush, apnsBadge, apnsPayload, payloadBytesMax } from './payload.ts';

const now = Date.UTC(2030, 0, 1);
const id = '0199d1f4-0000-7000-8000-000000000001';
const closed = ['0199d1f4-0000-7000-8000-000000000002'];
const notification = {
  id,
  groupName: 'orders',
  priority: 'High',
  expires: now + 90_500,
  displayUntil: null,
} as const;

const push: ApnsPush = {
  kind: 'notify',
  platform: 'ios',
  registeredAt: 0,
  app: 'app',
  user: 'user' as UserKey,
  channel: { type: 'apns', token: 'ab'.repeat(32), topic: 'example.app', environment: 'production' },
  visual: { title: 'Order shipped', body: 'It leaves today' },
  notification,
  unreadCount: 3,
  close: closed,
  now,
};

function sent(given: Partial<ApnsPush> = {}) {
  const { headers, body, truncated } = apnsPayload({ ...push, ...given });
  return { headers, payload: JSON.parse(body), truncated, bytes: Buffer.byteLength(body) };
}

const tap = { v: 1, kind: 'tap', notificationId: id, unreadCount: 3, close: closed };

test('a visual push is an alert that replaces itself, with the tap beside it', () => {
  const { headers, payload, truncated } = sent();
  assert.deepEqual(headers, {
    'apns-push-type': 'alert',
    'apns-priority': '10',
    'apns-collapse-id': id,
    'apns-topic': 'example.app',
    'apns-expiration': String(now / 1000 + 90),
    'content-type': 'application/json',
  });
  assert.deepEqual(payload, {
    aps: {
      alert: { title: 'Order shipped', body: 'It leaves today' },
      badge: 3,
      sound: 'default',
      'thread-id': 'orders',
      'mutable-content': 1,
    },
    carillon: tap,
  });
  assert.equal(truncated, false);
});

test('only what is of high priority sounds, and only what is of low priority waits for the device', () => {
  const none = sent({ notification: { ...notification, priority: 'None', groupName: null } });
  assert.equal(none.headers['apns-priority'], '10');
  assert.deepEqual(Object.keys(none.payload.aps), ['alert', 'badge', 'mutable-content']);
  const low = sent({ notification: { ...notification, priority: 'Low' } });
  assert.equal(low.headers['apns-priority'], '5');
  assert.equal(low.payload.aps.sound, undefined);
});

test('a tap wakes the app in the background and shows nothing', () => {
  const { headers, payload } = sent({ visual: null });
  assert.deepEqual(payload, { aps: { 'content-available': 1 }, carillon: tap });
  assert.equal(headers['apns-push-type'], 'background');
  assert.equal(headers['apns-priority'], '5');
  assert.equal(headers['apns-collapse-id'], undefined);
});

test('a state change is a tap about no notification, kept for a day', () => {
  const { headers, payload } = sent({ kind: 'clear', visual: null, notification: null });
  assert.deepEqual(payload.carillon, { v: 1, kind: 'tap', unreadCount: 3, close: closed });
  assert.equal(headers['apns-expiration'], String(now / 1000 + 86_400));
});

test('beside a state change a badge falls, alone in an alert that shows and sounds nothing', () => {
  const badge = apnsBadge({ ...push, kind: 'clear', visual: null, notification: null, unreadCount: 0 });
  assert.equal(badge?.headers['apns-push-type'], 'alert');
  assert.equal(badge?.headers['apns-priority'], '5');
  assert.deepEqual(JSON.parse(badge?.body ?? ''), { aps: { badge: 0 } });
  assert.equal(apnsBadge(push), null);
});

test('an alert is kept until it leaves the viewer, a tap until the notification expires', () => {
  const until = { ...notification, displayUntil: now + 10_000 };
  assert.equal(sent({ notification: until }).headers['apns-expiration'], String(now / 1000 + 10));
  assert.equal(
    sent({ notification: until, visual: null }).headers['apns-expiration'],
    String(now / 1000 + 90),
  );
});

test('content that does not fit is left out as a whole, and what is sent then is a background push', () => {
  const body = 'x'.repeat(4096 - sent({ visual: { title: 'T', body: '' }, close: [] }).bytes);
  const largest = sent({ visual: { title: 'T', body }, close: [] });
  assert.deepEqual([largest.bytes, largest.truncated], [payloadBytesMax, false]);
  const larger = sent({ visual: { title: 'T', body: `${body}x` }, close: [] });
  assert.equal(larger.truncated, true);
  assert.equal(larger.headers['apns-push-type'], 'background');
  assert.deepEqual(Object.keys(larger.payload.aps), ['content-available']);
});
