import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangeQueue } from './change-queue.ts';
import type { FeedChange } from './feed.ts';

const rest = async (queue: ChangeQueue): Promise<FeedChange[]> => {
  const told: FeedChange[] = [];
  for await (const change of queue) told.push(change);
  return told;
};
const removed = (id: string): FeedChange => ({ type: 'removed', id });

test('a reader gets every step in order, and the end', async () => {
  const queue = new ChangeQueue(() => {});
  const waiting = queue.next();
  for (const id of ['a', 'b']) queue.push(removed(id));
  assert.deepEqual(await waiting, { done: false, value: removed('a') });
  queue.end();
  assert.deepEqual(await rest(queue), [removed('b')]);
});

test('one that falls behind is told that everything may have changed, and still what was refused', async () => {
  const queue = new ChangeQueue(() => {});
  const refused: FeedChange = { type: 'refused', id: 'r', reason: 'It was replaced.' };
  queue.push(refused);
  for (let each = 0; each < 1000; each++) queue.push(removed(`${each}`));
  queue.end();
  assert.deepEqual(await rest(queue), [refused, { type: 'replaced' }, removed('999')]);
});
