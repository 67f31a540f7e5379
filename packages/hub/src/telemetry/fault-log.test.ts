import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { openFaultLog } from './fault-log.ts';
import { openLog } from './log.ts';

test('a fault is written at once, and those of its kind once a second with their count', () => {
  const clock = new ManualClock(0);
  const log = openLog('silent');
  const counts: number[] = [];
  log.error = ({ count }: { count: number }) => void counts.push(count);
  const fault = openFaultLog(log, clock, 'the store failed');
  for (let each = 0; each < 100; each++) fault(new Error('the disk is full'));
  fault(new Error('the server is away'));
  assert.deepEqual(counts, [1, 1]);
  clock.advance(1000);
  assert.deepEqual(counts, [1, 1, 99]);
  fault(new Error('the disk is full'));
  clock.advance(1000);
  assert.deepEqual(counts, [1, 1, 99, 1]);
  clock.advance(5000);
  fault(new Error('the disk is full'));
  assert.deepEqual(counts, [1, 1, 99, 1, 1]);
});
