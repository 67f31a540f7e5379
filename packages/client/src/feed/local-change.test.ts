import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import fc from 'fast-check';
import { mergeState, type State, type StateChange } from '../../../hub/src/model/state.ts';
import { anyNotification, anyWish } from '../../test/support/arbitrary.ts';
import { applyWish, composeWishes, type Wish, wishAt, wishFor } from './local-change.ts';

const item = anyNotification();

function hubState({ readState, userActionState, snoozeUntilDateTime }: Notification): State {
  const snoozeUntil = snoozeUntilDateTime === null ? null : Date.parse(snoozeUntilDateTime);
  return { readState, userActionState, snoozeUntil };
}

function hubChange({ snoozeUntilDateTime, ...rest }: NonNullable<Wish>): StateChange {
  return snoozeUntilDateTime ? { ...rest, snoozeUntil: Date.parse(snoozeUntilDateTime) } : rest;
}

test('a wish does here what the hub will do with it', () => {
  fc.assert(
    fc.property(item, anyWish(), (notification, wish) => {
      const applied = applyWish(notification, wish);
      if (wish === null) assert.equal(applied, null);
      else
        assert.deepEqual(
          hubState(applied as Notification),
          mergeState(hubState(notification), hubChange(wish)),
        );
    }),
  );
});

test('one wish composed of two does what both do, one after the other', () => {
  fc.assert(
    fc.property(item, anyWish(), anyWish(), (notification, first, then) => {
      const middle = applyWish(notification, first);
      const both = middle && applyWish(middle, then);
      assert.deepEqual(applyWish(notification, composeWishes(first, then)), both);
    }),
  );
});

test('the wish for a state leads back to it from any other', () => {
  fc.assert(
    fc.property(item, anyWish(), (notification, wish) => {
      const after = applyWish(notification, wish);
      if (after) assert.deepEqual(applyWish(after, wishFor(notification)), notification);
    }),
  );
});

test('a snooze that is over when it is sent has become unread', () => {
  const wish = { userActionState: 'snoozed', snoozeUntilDateTime: '2030-01-01T00:00:00.000Z' } as const;
  const at = Date.parse(wish.snoozeUntilDateTime);
  assert.equal(wishAt(wish, at - 1), wish);
  assert.deepEqual(wishAt(wish, at), { readState: 'unread' });
});
