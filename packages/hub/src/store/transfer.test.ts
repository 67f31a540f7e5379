import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TableSum } from './transfer.ts';

const sumOf = (...batches: object[][]) => {
  const sum = new TableSum();
  for (const batch of batches) sum.add(batch);
  return sum.of('t');
};

test('the sum of a table is that of its rows, in whatever order and batches they come', () => {
  const [a, b] = [
    { id: 1, answer: { at: 2, reason: null } },
    { id: 2, answer: null },
  ];
  const same = { answer: { reason: null, at: 2 }, id: 1 };
  assert.deepEqual(sumOf([a, b]), sumOf([b], [same]));
  assert.equal(sumOf([a, b]).rows, 2);
  const others = [
    [a],
    [a, a],
    [a, { ...b, id: 3 }],
    [a, { ...b, id: '2' }],
    [{ ...a, answer: { at: 2, reason: '' } }, b],
  ];
  for (const other of others) assert.notEqual(sumOf(other).checksum, sumOf([a, b]).checksum);
});
