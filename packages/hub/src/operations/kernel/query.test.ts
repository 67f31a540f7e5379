import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HubError } from '../../model/errors.ts';
import { checkQuery, pick, readCount, readSelect, readTop } from './query.ts';

const query = (options: Record<string, string>) => new Map(Object.entries(options));

function refusedAt(target: string) {
  return (error: unknown) =>
    error instanceof HubError && error.kind === 'invalidRequest' && error.details.target === target;
}

test('an option that is not supported is refused by name, whatever its case', () => {
  checkQuery(query({ $top: '1' }), ['$top']);
  for (const name of ['$search', '$Top', 'top', ''])
    assert.throws(() => checkQuery(query({ [name]: '1' }), ['$top']), refusedAt(name));
  assert.throws(() => checkQuery(query({ $top: '1' }), []), refusedAt('$top'));
});

test('$top is a whole number within its bounds, or the default', () => {
  assert.equal(readTop(query({}), 25, 100), 25);
  assert.equal(readTop(query({ $top: '1' }), 25, 100), 1);
  assert.equal(readTop(query({ $top: '100' }), 25, 100), 100);
  for (const $top of ['0', '101', '-1', '1.5', '', ' 1', '1e1', '0x10', '9999999'])
    assert.throws(() => readTop(query({ $top }), 25, 100), refusedAt('$top'), $top);
});

test('$count is true or false', () => {
  assert.equal(readCount(query({})), false);
  assert.equal(readCount(query({ $count: 'true' })), true);
  assert.equal(readCount(query({ $count: 'false' })), false);
  assert.throws(() => readCount(query({ $count: '1' })), refusedAt('$count'));
});

test('$select names members that exist, and the id is always among them', () => {
  const members = ['id', 'priority', 'groupName'];
  assert.equal(readSelect(query({}), members), null);
  assert.deepEqual(
    [...(readSelect(query({ $select: 'groupName, priority' }), members) ?? [])],
    ['id', 'groupName', 'priority'],
  );
  for (const $select of ['nothing', 'id,', '', 'Priority', 'constructor'])
    assert.throws(() => readSelect(query({ $select }), members), refusedAt('$select'), $select);
});

test('picking keeps the order of the members and answers all when nothing was selected', () => {
  const body = { id: '1', a: 1, b: 2 };
  assert.equal(pick(body, null), body);
  assert.deepEqual(Object.keys(pick(body, new Set(['b', 'id']))), ['id', 'b']);
});
