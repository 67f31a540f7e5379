import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VisualContent, VisualMember } from '@carillon/protocol';
import type { UserKey } from '../../model/principal.ts';
import type { Push, Tap } from './contract.ts';
import { fit } from './fit.ts';

const ids = Array.from({ length: 20 }, (_, at) => `0199d1f4-0000-7000-8000-0000000001${at + 10}`);

const push: Push = {
  kind: 'notify',
  platform: 'android',
  registeredAt: 0,
  app: 'app',
  user: 'user' as UserKey,
  channel: { type: 'fcm', token: 'token' },
  visual: { title: 'Hello', body: 'é'.repeat(100) },
  notification: null,
  unreadCount: 1,
  close: ids,
  now: 0,
};

/** Fits the push, and counts how often it was written. */
function fitted(bytesMax: number, given: Partial<Push> = {}, unshown: readonly VisualMember[] = []) {
  let writes = 0;
  const write = (_: Push, visual: Push['visual'], tap: Tap) => {
    writes += 1;
    return JSON.stringify({ visual, tap });
  };
  const result = fit({ ...push, ...given }, { bytesMax, write, unshown: () => unshown });
  const { visual, tap } = JSON.parse(result.text);
  return { ...result, writes, shown: visual, close: (tap.close ?? []) as string[] };
}

const full = Buffer.byteLength(fitted(10_000).text);

test('what fits is written once and keeps everything', () => {
  const { writes, shown, close, truncated } = fitted(full);
  assert.deepEqual(
    { writes, shown, close, truncated },
    { writes: 1, shown: push.visual, close: ids, truncated: false },
  );
});

test('the ids to close go first, from the end, and only as many as must', () => {
  const one = fitted(full - 1);
  assert.deepEqual(one.close, ids.slice(0, -1));
  assert.equal(one.truncated, false);
  const five = fitted(full - 5 * 39);
  assert.deepEqual(five.close, ids.slice(0, -5));
  assert.deepEqual(five.visual, push.visual);
});

test('content is never cut: when it does not fit without ids to close either, a whole tap goes in its place', () => {
  const { shown, visual, truncated, close } = fitted(250, { close: ids.slice(0, 3) });
  assert.deepEqual({ shown, visual, truncated }, { shown: null, visual: null, truncated: true });
  assert.deepEqual(close, ids.slice(0, 3));
});

test('the tap too sheds ids to close until it fits', () => {
  const { text, close, truncated } = fitted(250);
  assert.equal(truncated, true);
  assert.ok(Buffer.byteLength(text) <= 250);
  assert.ok(close.length > 0 && close.length < ids.length);
  assert.deepEqual(close, ids.slice(0, close.length));
});

test('a bare tap is never called truncated', () => {
  assert.equal(fitted(250, { visual: null }).truncated, false);
});

test('bytes are counted, not characters', () => {
  const { truncated } = fitted(Buffer.byteLength(fitted(10_000, { close: [] }).text) - 1, { close: [] });
  assert.equal(truncated, true);
});

const adorned: VisualContent = {
  title: 'Hello',
  body: 'World',
  url: 'https://a.example/1',
  iconUrl: `https://a.example/${'i'.repeat(60)}`,
  imageUrl: `https://a.example/${'p'.repeat(60)}`,
  actions: [{ id: 'yes', title: 'Y'.repeat(60) }],
  dir: 'auto',
  interruptionLevel: 'active',
  lang: 'en',
  progress: { value: 1, max: 2, label: 'L'.repeat(60) },
};

test('what adorns content is left out one by one, before content becomes a tap', () => {
  const given = { visual: adorned, close: [] };
  const whole = Buffer.byteLength(fitted(10_000, given).text);
  assert.deepEqual(fitted(whole, given).dropped, []);
  const steps = ['progress', 'imageUrl', 'iconUrl', 'actions'] as const;
  let room = whole;
  for (const [index, last] of steps.entries()) {
    const { shown, dropped, truncated, text } = fitted(room - 1, given);
    assert.deepEqual([[...dropped].sort(), truncated], [steps.slice(0, index + 1).sort(), false], last);
    const left = Object.keys(adorned).filter((name) => !dropped.some((each) => each === name));
    assert.deepEqual(Object.keys(shown), left);
    room = Buffer.byteLength(text);
  }
  const tap = fitted(room - 1, given);
  assert.deepEqual([tap.shown, tap.truncated], [null, true]);
  // What a platform does anyway is no loss.
  const lost = ['title', 'body', 'url', 'iconUrl', 'imageUrl', 'actions', 'lang', 'progress'];
  assert.deepEqual([...tap.dropped].sort(), lost.sort());
});

test('what a platform can not show is named once, beside what did not fit', () => {
  const given = { visual: adorned, close: [] };
  assert.deepEqual(fitted(10_000, given, ['iconUrl', 'lang']).dropped, ['iconUrl', 'lang']);
  const whole = Buffer.byteLength(fitted(10_000, given).text);
  assert.deepEqual(fitted(whole - 1, given, ['progress', 'lang']).dropped, ['progress', 'lang']);
  assert.deepEqual(fitted(10_000, { visual: null }, ['lang']).dropped, []);
});

test('an adornment that is absent is not written anew', () => {
  const visual = { title: 'Hello', body: 'x'.repeat(400), imageUrl: 'https://a.example/' };
  assert.equal(fitted(300, { visual, close: [] }).truncated, true);
});
