import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FeedPhase } from '../feed/feed.ts';
import { nextPhase, type PhaseInput } from './phases.ts';

const phases: readonly FeedPhase[] = ['connecting', 'catchingUp', 'live', 'offline', 'signedOut', 'closed'];
const inputs: readonly PhaseInput[] = [
  'behind',
  'caughtUp',
  'opened',
  'lost',
  'resync',
  'retried',
  'signedOut',
  'ended',
];

test('closed is the end, and every phase gets there by ending', () => {
  for (const input of inputs) assert.equal(nextPhase('closed', input), 'closed');
  for (const phase of phases) assert.equal(nextPhase(phase, 'ended'), 'closed');
});

test('signed out, only closing changes anything', () => {
  for (const input of inputs.filter((each) => each !== 'ended'))
    assert.equal(nextPhase('signedOut', input), 'signedOut');
});

test('only a stream that was opened makes it live, and only from connecting', () => {
  for (const phase of phases) {
    for (const input of inputs) {
      if (nextPhase(phase, input) !== 'live' || phase === 'live') continue;
      assert.deepEqual([phase, input], ['connecting', 'opened']);
    }
  }
});

test('what is lost waits offline, and only a retry leaves it', () => {
  for (const phase of ['connecting', 'catchingUp', 'live'] as const)
    assert.equal(nextPhase(phase, 'lost'), 'offline');
  for (const input of inputs) {
    const next = nextPhase('offline', input);
    if (next === 'offline') continue;
    assert.ok(['retried', 'signedOut', 'ended'].includes(input), input);
  }
});

test('a feed that must be read anew is read before anything is live again', () => {
  const anything = fc.array(fc.constantFrom(...inputs.filter((each) => each !== 'caughtUp')), {
    maxLength: 30,
    size: 'max',
  });
  fc.assert(
    fc.property(fc.constantFrom('connecting', 'live', 'catchingUp'), anything, (from, rest) => {
      let phase = nextPhase(from as FeedPhase, 'resync');
      for (const input of rest) {
        phase = nextPhase(phase, input);
        // Lost and tried again, it is the connection that remembers; the table alone forgets.
        if (phase === 'offline') return;
        assert.notEqual(phase, 'live');
      }
    }),
  );
});

test('from every phase but the last two there is a way to live', () => {
  for (const phase of phases.slice(0, 4)) {
    const reached = new Set<FeedPhase>([phase]);
    for (const each of reached) for (const input of inputs) reached.add(nextPhase(each, input));
    assert.ok(reached.has('live'), phase);
  }
});
