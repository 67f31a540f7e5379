import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readStates, userActionStates } from '@carillon/protocol';
import fc from 'fast-check';
import { HubError } from './errors.ts';
import { checkStateChange, freshState, mergeState, type State, type StateChange } from './state.ts';

const anyChange = fc.record(
  {
    readState: fc.constantFrom(...readStates),
    userActionState: fc.constantFrom(...userActionStates),
    snoozeUntil: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: [] },
);
const change = anyChange.filter(isAccepted);

function isAccepted(candidate: StateChange): boolean {
  try {
    checkStateChange(candidate);
    return true;
  } catch (error) {
    assert.ok(error instanceof HubError && error.kind === 'invalidRequest');
    return false;
  }
}

function merged(changes: readonly StateChange[], from: State = freshState): State {
  return changes.reduce(mergeState, from);
}

/** What says everything about the state, whatever was there before. */
const isDecisive = ({ readState, userActionState }: StateChange) =>
  readState === 'unread' ||
  (userActionState !== undefined && (userActionState !== 'noInteraction' || readState !== undefined));

describe('a merge, for any changes', () => {
  test('the same change again changes nothing, and gives the very same state', () => {
    fc.assert(
      fc.property(fc.array(change), change, (before, next) => {
        const once = merged([...before, next]);
        assert.equal(mergeState(once, next), once);
      }),
    );
  });

  test('position decides: after a change that says it all, nothing before it matters', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), change.filter(isDecisive), (one, other, last) => {
        assert.deepEqual(merged([...one, last]), merged([...other, last]));
      }),
    );
  });

  test('replicas converge: who replays the committed order from any point in between ends the same', () => {
    fc.assert(
      fc.property(fc.array(change), fc.nat(), (committed, cut) => {
        const middle = cut % (committed.length + 1);
        const resumed = merged(committed.slice(middle), merged(committed.slice(0, middle)));
        assert.deepEqual(resumed, merged(committed));
      }),
    );
  });

  test('at least once is enough: a suffix that is told again ends the same', () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1 }),
        change.filter(isDecisive),
        fc.nat(),
        (tail, first, cut) => {
          const committed = [first, ...tail];
          const told = merged(committed);
          const again = committed.slice(0, 1 + (cut % committed.length));
          assert.deepEqual(merged([...again, ...committed]), told);
        },
      ),
    );
  });

  test('every state is consistent: an action is read, and only a snooze has a date', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const { readState, userActionState, snoozeUntil } = merged(changes);
        if (userActionState !== 'noInteraction') assert.equal(readState, 'read');
        assert.equal(snoozeUntil !== null, userActionState === 'snoozed');
      }),
    );
  });
});

const rules: [name: string, changes: StateChange[], State][] = [
  [
    'reading keeps what was done',
    [{ userActionState: 'dismissed' }, { readState: 'read' }],
    state('dismissed'),
  ],
  ['unread takes back the action', [{ userActionState: 'activated' }, { readState: 'unread' }], freshState],
  [
    'another action clears the date of a snooze',
    [{ userActionState: 'snoozed', snoozeUntil: 9 }, { userActionState: 'activated' }],
    state('activated'),
  ],
  [
    'noInteraction alone keeps it read',
    [{ userActionState: 'dismissed' }, { userActionState: 'noInteraction' }],
    state('noInteraction'),
  ],
];

function state(userActionState: State['userActionState']): State {
  return { readState: 'read', userActionState, snoozeUntil: null };
}

for (const [name, changes, expected] of rules) {
  test(name, () => assert.deepEqual(merged(changes), expected));
}

const refused: [change: StateChange, target: string][] = [
  [{}, 'readState'],
  [{ snoozeUntil: 5 }, 'snoozeUntilDateTime'],
  [{ readState: 'unread', userActionState: 'dismissed' }, 'readState'],
  [{ userActionState: 'snoozed' }, 'snoozeUntilDateTime'],
  [{ userActionState: 'dismissed', snoozeUntil: 5 }, 'snoozeUntilDateTime'],
];
for (const [wrong, target] of refused) {
  test(`${JSON.stringify(wrong)} is refused, naming ${target}`, () => {
    assert.throws(
      () => checkStateChange(wrong),
      (error) => error instanceof HubError && error.details.target === target,
    );
  });
}
