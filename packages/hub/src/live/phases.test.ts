import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPhase, type Phase, type PhaseInput } from './phases.ts';

const phases: readonly Phase[] = ['catchingUp', 'live', 'waiting', 'closed'];
const inputs: readonly PhaseInput[] = ['caughtUp', 'jumped', 'blocked', 'drained', 'ended'];

test('closed is the end, and every phase gets there by ending', () => {
  for (const input of inputs) assert.equal(nextPhase('closed', input), 'closed');
  for (const phase of phases) assert.equal(nextPhase(phase, 'ended'), 'closed');
});

test('only having caught up makes a stream live, so nothing is skipped on the way', () => {
  for (const phase of phases) {
    for (const input of inputs) {
      if (nextPhase(phase, input) !== 'live' || phase === 'live') continue;
      assert.deepEqual([phase, input], ['catchingUp', 'caughtUp']);
    }
  }
});

test('a jump and a connection that drained lead to catching up', () => {
  assert.equal(nextPhase('live', 'jumped'), 'catchingUp');
  assert.equal(nextPhase('waiting', 'drained'), 'catchingUp');
});

test('a blocked stream waits until it drains, whatever is published meanwhile', () => {
  for (const phase of ['catchingUp', 'live', 'waiting'] as const)
    assert.equal(nextPhase(phase, 'blocked'), 'waiting');
  assert.equal(nextPhase('waiting', 'jumped'), 'waiting');
  assert.equal(nextPhase('waiting', 'caughtUp'), 'waiting');
});

test('a drain that comes while live or catching up changes nothing', () => {
  assert.equal(nextPhase('live', 'drained'), 'live');
  assert.equal(nextPhase('catchingUp', 'drained'), 'catchingUp');
});
