import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserKey } from '../../../model/principal.ts';
import { addressed, type FcmPush, fcmPayload, payloadBytesMax } from './payload.ts';

const now = Date.UTC(2030, 0, 1);
const id = '0199d1f4-0000-7000-8000-000000000001';
const closed = Array.from({ length: 32 }, (_, at) => `0199d1f4-0000-7000-8000-0000000001${at + 10}`);
const notification = {
  id,
  groupName: null,
  priority: 'High',
  expires: now + 90_500,
  displayUntil: null,
} as const;

const pages = { clickAction: (): string | null => null };

const push: FcmPush = {
  kind: 'notify',
  platform: 'android',
  registeredAt: 0,
  app: 'app',
  user: 'user' as UserKey,
  channel: { type: 'fcm', token: 'device:one' },
  visual: { title: 'Order shipped', body: 'It leaves today' },
  notification,
  unreadCount: 3,
  close: [],
  now,
};

function sent(given: Partial<FcmPush> = {}) {
  const { message, truncated } = fcmPayload({ ...push, ...given }, pages);
  const read = JSON.parse(message);
  return { ...read, carillon: JSON.parse(read.data.carillon), truncated, bytes: Buffer.byteLength(message) };
}

test('a visual push is a notification with the id as its tag, and the tap in its data', () => {
  const { notification, android, carillon, data } = sent({ close: closed.slice(0, 1) });
  assert.deepEqual(notification, { title: 'Order shipped', body: 'It leaves today' });
  assert.match(android.collapse_key, /^carillon-[123]$/);
  assert.deepEqual(
    { ...android, collapse_key: null },
    { priority: 'HIGH', ttl: '90s', collapse_key: null, notification: { tag: id, notification_count: 3 } },
  );
  assert.deepEqual(Object.keys(data), ['carillon']);
  assert.deepEqual(carillon, {
    v: 1,
    kind: 'tap',
    notificationId: id,
    unreadCount: 3,
    close: closed.slice(0, 1),
  });
});

test('a tap is a data message of which the newest is enough', () => {
  const { notification, android, carillon } = sent({ visual: null });
  assert.equal(notification, undefined);
  assert.deepEqual(android, { priority: 'HIGH', ttl: '90s', collapse_key: 'carillon' });
  assert.equal(carillon.notificationId, id);
});

test('what is shown of a group has one collapse key, of three beside that of taps', () => {
  const keyOf = (groupName: string | null, id: string) =>
    sent({ notification: { ...notification, groupName, id } }).android.collapse_key as string;
  assert.equal(keyOf('orders', 'one'), keyOf('orders', 'two'));
  const keys = Array.from({ length: 50 }, (_, index) => [keyOf(null, `n${index}`), keyOf(`g${index}`, 'n')]);
  assert.deepEqual([...new Set(keys.flat())].sort(), ['carillon-1', 'carillon-2', 'carillon-3']);
});

test('an iOS device is reached over FCM by what APNs takes', () => {
  const shown = sent({ platform: 'ios' });
  assert.equal(shown.android, undefined);
  assert.deepEqual(shown.notification, { title: 'Order shipped', body: 'It leaves today' });
  assert.deepEqual(shown.apns, {
    headers: {
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-collapse-id': id,
      'apns-expiration': String(now / 1000 + 90),
    },
    payload: { aps: { badge: 3, sound: 'default', 'mutable-content': 1 } },
  });
  const tap = sent({ platform: 'ios', visual: null });
  assert.deepEqual([tap.notification, tap.android], [undefined, undefined]);
  assert.equal(tap.apns.headers['apns-push-type'], 'background');
  assert.deepEqual(tap.apns.payload, { aps: { 'content-available': 1 } });
  assert.equal(tap.carillon.notificationId, id);
});

test('a tap is urgent when it was asked for, a notification unless it was posted as not', () => {
  const priorityOf = (priority: 'None' | 'High' | 'Low', visual: FcmPush['visual']) =>
    sent({ visual, notification: { ...notification, priority } }).android.priority;
  assert.deepEqual(
    (['None', 'High', 'Low'] as const).map((each) => [priorityOf(each, push.visual), priorityOf(each, null)]),
    [
      ['HIGH', 'NORMAL'],
      ['HIGH', 'HIGH'],
      ['NORMAL', 'NORMAL'],
    ],
  );
  const clear = sent({ kind: 'clear', visual: null, notification: null });
  assert.deepEqual([clear.android.priority, clear.android.ttl], ['NORMAL', '86400s']);
});

test('a notification that lives longer than FCM keeps anything has the longest time that FCM takes', () => {
  const monthMs = 30 * 86_400_000;
  assert.equal(sent({ notification: { ...notification, expires: now + monthMs } }).android.ttl, '2419200s');
  assert.equal(sent({ notification: { ...notification, expires: now } }).android.ttl, '0s');
});

test('ids to close make room for content, and content that does not fit is left out as a whole', () => {
  const room = payloadBytesMax - sent({ visual: { title: 'T', body: '' } }).bytes;
  const largest = { title: 'T', body: 'x'.repeat(room) };
  const full = sent({ visual: largest, close: closed });
  assert.deepEqual([full.truncated, full.carillon.close], [false, undefined]);
  assert.equal(full.bytes, payloadBytesMax);
  const over = sent({ visual: { ...largest, title: 'TT' }, close: closed });
  assert.deepEqual([over.truncated, over.notification], [true, undefined]);
  assert.deepEqual(over.carillon.close, closed);
  assert.equal(over.android.collapse_key, 'carillon');
});

test('the address is put in front as JSON, whatever is in it', () => {
  const token = 'quote"back\\slash';
  const body = JSON.parse(addressed(fcmPayload(push, pages), token));
  assert.deepEqual(Object.keys(body), ['message']);
  assert.equal(body.message.token, token);
  assert.deepEqual(body.message.notification, push.visual);
});
