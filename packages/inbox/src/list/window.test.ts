import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manyItems } from '../../test/support/samples.ts';
import { layRows } from './rows.ts';
import { layOffsets, rangeOf, rowAt, shownRows } from './window.ts';

const offsets = Float64Array.from([0, 30, 100, 170, 240]);

describe('the window of a list', () => {
  test('finds the row at a height, the nearest one outside', () => {
    assert.deepEqual(
      [-5, 0, 29, 30, 239, 900].map((y) => rowAt(offsets, y)),
      [0, 0, 0, 1, 3, 3],
    );
  });

  test('holds every row that is seen, in part too', () => {
    assert.deepEqual(rangeOf(offsets, 99, 2), { first: 1, end: 3 });
    assert.deepEqual(rangeOf(offsets, -50, 1000), { first: 0, end: 4 });
    assert.deepEqual(rangeOf(new Float64Array(1), 0, 500), { first: 0, end: 0 });
  });

  test('holds the row that has the focus wherever it is, in order', () => {
    const range = { first: 3, end: 5 };
    assert.deepEqual(shownRows(range, 0), [0, 3, 4]);
    assert.deepEqual(shownRows(range, 4), [3, 4]);
    assert.deepEqual(shownRows(range, 9), [3, 4, 9]);
    assert.deepEqual(shownRows(range, -1), [3, 4]);
  });

  test('adds measured heights where they are known, estimates elsewhere', () => {
    const rows = layRows(manyItems(100, Date.UTC(2026, 10, 19, 12)));
    const known = new Map([[rows[1]!.key, 1000]]);
    const estimated = layOffsets(rows, new Map());
    const measured = layOffsets(rows, known);
    assert.equal(measured[2]! - measured[1]!, 1000);
    assert.equal(measured[1], estimated[1]);
    assert.equal(measured.at(-1)! - estimated.at(-1)!, 1000 - (estimated[2]! - estimated[1]!));
  });
});
