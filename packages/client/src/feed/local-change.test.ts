import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import fc from 'fast-check';
import { mergeState, type State, type StateChange } from '../../../hub/src/model/state.ts';
import { anyMutation, anyNotification } from '../../test/support/arbitrary.ts';
import { applyMutation, composeMutations, type Mutation, mutationAt, mutationTo } from './local-change.ts';

const item = anyNotification();

function hubState({ readState, userActionState, snoozeUntilDateTime }: Notification): State {
  const snoozeUntil = snoozeUntilDateTime === null ? null : Date.parse(snoozeUntilDateTime);
  return { readState, userActionState, snoozeUntil };
}

function hubChange({ snoozeUntilDateTime, ...rest }: NonNullable<Mutation>): StateChange {
  return snoozeUntilDateTime ? { ...rest, snoozeUntil: Date.parse(snoozeUntilDateTime) } : rest;
}

test('a mutation does here what the hub will do with it', () => {
  fc.assert(
    fc.property(item, anyMutation(), (notification, mutation) => {
      const applied = applyMutation(notification, mutation);
      if (mutation === null) assert.equal(applied, null);
      else
        assert.deepEqual(
          hubState(applied as Notification),
          mergeState(hubState(notification), hubChange(mutation)),
        );
    }),
  );
});

test('one mutation composed of two does what both do, one after the other', () => {
  fc.assert(
    fc.property(item, anyMutation(), anyMutation(), (notification, first, then) => {
      const middle = applyMutation(notification, first);
      const both = middle && applyMutation(middle, then);
      assert.deepEqual(applyMutation(notification, composeMutations(first, then)), both);
    }),
  );
});

test('the mutation for a state leads back to it from any other', () => {
  fc.assert(
    fc.property(item, anyMutation(), (notification, mutation) => {
      const after = applyMutation(notification, mutation);
      if (after) assert.deepEqual(applyMutation(after, mutationTo(notification)), notification);
    }),
  );
});

test('a snooze that is over when it is sent has become unread', () => {
  const mutation = { userActionState: 'snoozed', snoozeUntilDateTime: '2030-01-01T00:00:00.000Z' } as const;
  const at = Date.parse(mutation.snoozeUntilDateTime);
  assert.equal(mutationAt(mutation, at - 1), mutation);
  assert.deepEqual(mutationAt(mutation, at), { readState: 'unread' });
});
