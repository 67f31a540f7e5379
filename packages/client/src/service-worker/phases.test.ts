import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ActivePhase, type ExchangeInput, nextPhase } from './phases.ts';

const active: readonly ActivePhase[] = ['opening', 'sending', 'reading', 'showing', 'confirming'];

test('an exchange opens, sends, reads, shows and confirms, in that order', () => {
  const reached = active.map((phase) => nextPhase(phase, 'next'));
  assert.deepEqual(reached, [...active.slice(1), 'done']);
});

test('each phase ends with what was asked for, without a token and with a failure', () => {
  const ends: readonly (readonly [ExchangeInput, string])[] = [
    ['complete', 'done'],
    ['signedOut', 'signedOut'],
    ['failed', 'failed'],
  ];
  for (const phase of active) for (const [input, end] of ends) assert.equal(nextPhase(phase, input), end);
});

test('a device that the hub refuses starts over from every phase', () => {
  for (const phase of active) assert.equal(nextPhase(phase, 'deviceRefused'), 'opening');
});
