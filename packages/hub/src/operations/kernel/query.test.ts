import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HubError } from '../../model/errors.ts';
import { count, nameOptions, pick, readQuery, select, text, top, word } from './query.ts';

const query = (options: Record<string, string>) => new Map(Object.entries(options));

function refusedAt(target: string) {
  return (error: unknown) =>
    error instanceof HubError && error.kind === 'invalidRequest' && error.details.target === target;
}

test('an option that is not declared is refused by name, whatever its case', () => {
  const options = { $top: top(25, 100), ticket: text };
  assert.deepEqual(readQuery(options, nameOptions(options, query({ $top: '1' }))), {
    $top: 1,
    ticket: undefined,
  });
  for (const name of ['$search', '$Top', 'Top', '$ticket', '', '$', 'constructor'])
    assert.throws(() => nameOptions(options, query({ [name]: '1' })), refusedAt(name));
  assert.throws(() => nameOptions({}, query({ $top: '1' })), refusedAt('$top'));
});

test('$ may be left out, and an option is given once', () => {
  const options = { $top: top(25, 100) };
  assert.deepEqual([...nameOptions(options, query({ top: '1' }))], [['$top', '1']]);
  assert.throws(() => nameOptions(options, query({ top: '1', $top: '1' })), refusedAt('$top'));
});

test('$top is a whole number within its bounds, or the default', () => {
  const { read } = top(25, 100);
  assert.equal(read(undefined, '$top'), 25);
  assert.equal(read('1', '$top'), 1);
  assert.equal(read('100', '$top'), 100);
  for (const given of ['0', '101', '-1', '1.5', '', ' 1', '1e1', '0x10', '9999999'])
    assert.throws(() => read(given, '$top'), refusedAt('$top'), given);
});

test('$count is true or false', () => {
  assert.equal(count.read(undefined, '$count'), false);
  assert.equal(count.read('true', '$count'), true);
  assert.equal(count.read('false', '$count'), false);
  assert.throws(() => count.read('1', '$count'), refusedAt('$count'));
});

test('$select names members that exist, and the id is always among them', () => {
  const { read } = select(['id', 'priority', 'groupName']);
  assert.equal(read(undefined, '$select'), null);
  assert.deepEqual([...(read('groupName, priority', '$select') ?? [])], ['id', 'groupName', 'priority']);
  for (const given of ['nothing', 'id,', '', 'Priority', 'constructor'])
    assert.throws(() => read(given, '$select'), refusedAt('$select'), given);
});

test('a word is one of a closed set, in any case, and the first when it is not given', () => {
  const { read } = word(['failed', 'gone']);
  assert.equal(read(undefined, 'status'), 'failed');
  assert.equal(read('GONE', 'status'), 'gone');
  assert.throws(() => read('sent', 'status'), refusedAt('status'));
});

test('picking keeps the order of the members', () => {
  assert.deepEqual(Object.keys(pick({ id: '1', a: 1, b: 2 }, new Set(['b', 'id']))), ['id', 'b']);
});
