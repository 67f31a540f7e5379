import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserKey } from '../../../model/principal.ts';
import type { AppPages } from '../contract.ts';
import { overheadBytes } from './encryption.ts';
import { bodyBytesMax, topicOf, type WebPush, type WebPushPayload, webPushPayload } from './payload.ts';

const now = Date.UTC(2030, 0, 1);
const id = '0199d1f4-0000-7000-8000-000000000001';
const closed = Array.from({ length: 40 }, (_, at) => `0199d1f4-0000-7000-8000-0000000001${at + 10}`);

const push: WebPush = {
  kind: 'notify',
  platform: 'webPush',
  registeredAt: 0,
  app: 'app',
  user: 'user' as UserKey,
  channel: { type: 'webPush', endpoint: 'https://push.example/secret', keys: { p256dh: '', auth: '' } },
  visual: { title: 'Order shipped', body: 'It leaves today' },
  notification: { id, groupName: 'orders', priority: 'High', expires: now + 90_500, displayUntil: null },
  unreadCount: 3,
  close: [],
  now,
};

const pages: AppPages = {
  linkTo: (_app, notification) => `https://hub.example/inbox${notification ? `#${notification}` : ''}`,
  tapTitle: () => null,
  clickAction: () => null,
};

function messageOf(given: Partial<WebPush>): WebPushPayload {
  return webPushPayload({ ...push, ...given }, pages);
}

function payloadOf(given: Partial<WebPush>): Record<string, unknown> {
  return JSON.parse(messageOf(given).plaintext);
}

test('a visual push is declarative: what is shown, where it leads, and what the worker reads beside it', () => {
  assert.deepEqual(payloadOf({ close: closed.slice(0, 2) }), {
    web_push: 8030,
    mutable: true,
    app_badge: 3,
    notification: {
      title: 'Order shipped',
      body: 'It leaves today',
      navigate: `https://hub.example/inbox#${id}`,
      tag: id,
      mutable: true,
    },
    carillon: { v: 1, kind: 'visual', unreadCount: 3, notificationId: id, close: closed.slice(0, 2) },
    // To a worker that is older than declarative payloads it is a tap.
    ...{ v: 1, kind: 'tap', unreadCount: 3, notificationId: id },
  });
});

test('without a body and without anything to close both members are absent', () => {
  const { notification, carillon } = payloadOf({ visual: { title: 'Only' } });
  const names = (value: unknown) => Object.keys(Object(value));
  assert.deepEqual(names(notification), ['title', 'navigate', 'tag', 'mutable']);
  assert.deepEqual(names(carillon), ['v', 'kind', 'notificationId', 'unreadCount']);
});

test('it leads where the app says', () => {
  const openUrl = 'https://shop.example/mine';
  const { plaintext } = webPushPayload(push, { ...pages, linkTo: () => openUrl });
  assert.equal(JSON.parse(plaintext).notification.navigate, openUrl);
});

test('without content it is a tap, which shows words only where the app has some', () => {
  const tap = { v: 1, kind: 'tap', notificationId: id, unreadCount: 3 };
  assert.deepEqual(payloadOf({ visual: null }), tap);
  const { plaintext, visual } = webPushPayload(
    { ...push, visual: null },
    { ...pages, tapTitle: () => 'Something new at the shop' },
  );
  assert.equal(visual, false);
  const { notification, carillon } = JSON.parse(plaintext);
  assert.equal(notification.title, 'Something new at the shop');
  assert.deepEqual(carillon, tap);
});

test('the head says how long, how urgent and what it replaces', () => {
  assert.deepEqual(messageOf({}).headers, {
    ttl: '90',
    urgency: 'high',
    topic: topicOf({ app: 'app', user: 'user' as UserKey, name: id }),
    'content-encoding': 'aes128gcm',
    'content-type': 'application/octet-stream',
  });
});

test('the urgency follows the priority', () => {
  const urgencies = (['High', 'None', 'Low'] as const).map((priority) => {
    return messageOf({ notification: { ...push.notification!, priority } }).headers.urgency;
  });
  assert.deepEqual(urgencies, ['high', 'normal', 'low']);
});

test('a visual push lives no longer than it is displayed, and never less than a second, since Microsoft refuses 0', () => {
  const ttlOf = (displayUntil: number) =>
    messageOf({ notification: { ...push.notification!, displayUntil } }).headers.ttl;
  assert.deepEqual([ttlOf(now + 60_000), ttlOf(now - 1)], ['60', '1']);
});

test('when it is too large, ids to close are dropped from the end before any content', () => {
  const body = 'b'.repeat(3400);
  const message = messageOf({ visual: { title: 'Long', body }, close: closed });
  const { carillon, notification } = JSON.parse(message.plaintext);
  const { close } = carillon;
  assert.equal(message.truncated, false);
  assert.equal(notification.body, body);
  assert.ok(close.length > 0 && close.length < 32);
  assert.deepEqual(close, closed.slice(0, close.length));
  assert.ok(Buffer.byteLength(message.plaintext) + overheadBytes <= bodyBytesMax);
});

test('the largest content that fits is sent whole, one byte more makes it a tap', () => {
  const sizeOf = (body: string) => Buffer.byteLength(messageOf(withBody(body)).plaintext);
  const withBody = (body: string): Partial<WebPush> => ({ visual: { title: 'T', body } });
  // So near to the bound nothing is left for workers that are older than declarative payloads.
  const near = 3600;
  const room = near + bodyBytesMax - overheadBytes - sizeOf('b'.repeat(near));
  assert.equal(sizeOf('b'.repeat(room)) + overheadBytes, bodyBytesMax);
  const over = messageOf(withBody('b'.repeat(room + 1)));
  assert.equal(over.truncated, true);
  assert.deepEqual(JSON.parse(over.plaintext).kind, 'tap');
});

test('size is counted in bytes, not in characters', () => {
  assert.equal(messageOf({ visual: { title: 'T', body: '漢'.repeat(1400) } }).truncated, true);
  assert.equal(messageOf({ visual: { title: 'T', body: '漢'.repeat(1200) } }).truncated, false);
});
