import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserKey } from '../model/principal.ts';
import { MovedHeads, movedMax } from './moved-heads.ts';

const head = (user: string, seq: number) => ({ user: user as UserKey, epoch: 7, seq });

test('a head is announced three times, and three times again when it moves on', () => {
  const moved = new MovedHeads();
  moved.moved(head('alice', 1));
  assert.deepEqual(moved.take(), [head('alice', 1)]);
  moved.moved(head('alice', 2));
  moved.moved(head('bob', 9));
  for (let turn = 0; turn < 3; turn++) assert.deepEqual(moved.take(), [head('alice', 2), head('bob', 9)]);
  assert.deepEqual(moved.take(), []);
});

test('heads that can not be announced are kept within a bound, the newest of them', () => {
  const moved = new MovedHeads();
  for (let index = 0; index < 3 * movedMax; index++) moved.moved(head(`user ${index}`, 1));
  const kept = moved.take();
  assert.ok(kept.length <= movedMax && kept.length >= movedMax / 2);
  assert.equal(kept.at(-1)?.user, `user ${3 * movedMax - 1}`);
});
