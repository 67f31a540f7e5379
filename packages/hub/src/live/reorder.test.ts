import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { BusChange } from '../bus/bus.ts';
import type { UserKey } from '../model/principal.ts';
import { holdMs, Reorder } from './reorder.ts';

const alice = 'alice' as UserKey;
const bob = 'bob' as UserKey;

function change(seq: number, user = alice, epoch = 7): BusChange {
  return { user, epoch, seq, app: 'app', unread: 0, unreadOfApp: 0, value: '{}' };
}

function open() {
  const clock = new ManualClock();
  const released: number[] = [];
  const reorder = new Reorder(clock, ({ seq }) => released.push(seq));
  return {
    clock,
    reorder,
    released,
    take(...all: number[]) {
      for (const seq of all) reorder.take(change(seq));
    },
  };
}

test('changes in order pass at once, and so do repeated ones', () => {
  const { take, released } = open();
  take(5, 6, 6, 7, 5);
  assert.deepEqual(released, [5, 6, 6, 7, 5]);
});

test('a change that comes before the one it follows waits for it, and they pass in order', () => {
  const { clock, take, released } = open();
  take(1, 4, 3);
  clock.advance(holdMs - 1);
  assert.deepEqual(released, [1]);
  take(2);
  assert.deepEqual(released, [1, 2, 3, 4]);
  clock.advance(holdMs);
  assert.deepEqual(released, [1, 2, 3, 4]);
});

test('what does not come is waited for no longer than the hold, from the first that waits', () => {
  const { clock, take, released } = open();
  take(1, 3);
  clock.advance(holdMs - 1);
  take(5);
  clock.advance(1);
  assert.deepEqual(released, [1, 3, 5]);
  take(6, 2);
  assert.deepEqual(released, [1, 3, 5, 6, 2]);
});

test('what the feed is known to have passed by other means is not waited for', () => {
  const { reorder, take, released } = open();
  take(1, 3, 4, 6);
  reorder.pass({ user: alice, epoch: 7, seq: 3 });
  assert.deepEqual(released, [1, 4]);
  reorder.pass({ user: alice, epoch: 8, seq: 9 });
  reorder.pass({ user: bob, epoch: 7, seq: 9 });
  take(5);
  assert.deepEqual(released, [1, 4, 5, 6]);
});

test('of one user 256 wait at most, and users do not wait for each other', () => {
  const { reorder, take, released } = open();
  reorder.take(change(1, bob));
  take(1, ...Array.from({ length: 256 }, (_, index) => index + 3));
  reorder.take(change(2, bob));
  assert.deepEqual(released, [1, 1, 2]);
  take(259);
  assert.deepEqual(
    released.slice(3),
    Array.from({ length: 257 }, (_, index) => index + 3),
  );
});

test('of all users 4 096 wait at most', () => {
  const { reorder, released } = open();
  const users = Array.from({ length: 2050 }, (_, index) => `user ${index}` as UserKey);
  for (const user of users) for (const seq of [1, 3, 5]) reorder.take(change(seq, user));
  assert.equal(released.filter((seq) => seq === 1).length, users.length);
  assert.ok(released.length >= users.length + 4, 'the last of them did not wait');
  assert.ok(users.length * 3 - released.length <= 4096);
});

test('another life of the feed begins anew, and what is forgotten is let go of', () => {
  const { clock, reorder, take, released } = open();
  take(8, 10);
  reorder.take(change(2, alice, 9));
  reorder.take(change(3, alice, 9));
  assert.deepEqual(released, [8, 10, 2, 3]);
  reorder.take(change(7, alice, 9));
  reorder.forget(alice);
  clock.advance(holdMs);
  reorder.take(change(9, alice, 9));
  assert.deepEqual(released, [8, 10, 2, 3, 9]);
});
