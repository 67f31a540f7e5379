import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '@carillon/protocol';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Cursors } from '../feed/cursor.ts';
import type { UserKey } from '../model/principal.ts';
import type { FeedReader } from '../store/store.ts';
import { changeFrame, type EncodedFrame } from './frame.ts';
import { Stream } from './stream.ts';

const user = 'a'.repeat(22) as UserKey;
const epoch = 1;

/** A store whose reads answer when the test lets them, with what it held when they were asked. */
class SlowStore {
  head = 1;
  readonly asked: (() => void)[] = [];

  readonly read = {
    position: async () => ({ epoch, head: this.head, unread: 0 }),
    changes: async () => {
      const head = this.head;
      await new Promise<void>((answer) => void this.asked.push(answer));
      return { epoch, head, unread: 0, scannedTo: head, rows: [], purgedTo: 0 };
    },
  } as unknown as FeedReader;
}

function openStream(store: SlowStore, told: string[] = []): Stream {
  const write = ({ json }: EncodedFrame) => told.push(json) > 0;
  const sink = { write, heartbeat: () => true, close: () => {}, cut: () => {} };
  const cursors = { write: () => 'cursor', check: (cursor: unknown) => cursor } as unknown as Cursors;
  const source = { read: store.read, cursors, clock: new ManualClock(0) };
  const options = { user, visibility: null, expiresAt: 1e12, origin: null, subscription: null, sink };
  return new Stream(options, source);
}

/** Every promise that can go on without the store. */
const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

test('a head that is announced while an older page is read is read after it', async () => {
  const store = new SlowStore();
  const stream = openStream(store);
  await stream.begin(null);
  assert.equal(stream.phase, 'live');
  stream.notice({ user, epoch, seq: 3 });
  store.head = 4;
  stream.notice({ user, epoch, seq: 4 });
  store.asked.shift()?.();
  await settled();
  assert.equal(stream.phase, 'catchingUp', 'the page that was asked for ended before the change');
  store.asked.shift()?.();
  await settled();
  assert.deepEqual([stream.phase, store.asked.length], ['live', 0]);
});

test('what the store does not show is not asked for again and again', async () => {
  const store = new SlowStore();
  const stream = openStream(store);
  await stream.begin(null);
  stream.notice({ user, epoch, seq: 3 });
  store.asked.shift()?.();
  await settled();
  assert.deepEqual([stream.phase, store.asked.length], ['live', 0]);
});

test('a position is not told of a change that was told while it was read', async () => {
  const store = new SlowStore();
  const told: string[] = [];
  const stream = openStream(store, told);
  await stream.begin(null);
  stream.offer({ user, epoch, seq: 2 }, () => null);
  // Committed, and announced only after the read has begun.
  store.head = 3;
  const beat = stream.beat(limits.positionSeconds * 1000);
  stream.offer({ user, epoch, seq: 3 }, () => changeFrame('{}', 'cursor', 0));
  await beat;
  assert.deepEqual(
    told.map((json) => JSON.parse(json).type),
    ['ready', 'change'],
  );
});
