import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { faultOf, needsReopen } from './fault.ts';

const withCode = (errcode: number) => Object.assign(new Error('of SQLite'), { errcode });

test('a sync that failed leaves it open what became of the commit; any other failure does not', () => {
  const [write, fsync, full] = [778, 1034, 13].map(withCode);
  assert.deepEqual([write, fsync, full].map(faultOf), ['unavailable', 'uncertain', 'unavailable']);
  assert.deepEqual([write, fsync, full].map(needsReopen), [true, true, false]);
});

test('what the batch itself got wrong is poison, a lock is tried again', () => {
  using db = new DatabaseSync(':memory:');
  const wrong = (sql: string): unknown => {
    try {
      db.exec(sql);
    } catch (error) {
      return error;
    }
    return assert.fail('it was taken');
  };
  assert.equal(faultOf(wrong('SELECT absent FROM nothing')), 'poison');
  assert.equal(faultOf(withCode(5)), 'busy');
  assert.equal(faultOf(new TypeError('of the planner')), 'poison');
});
