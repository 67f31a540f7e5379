import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { apiDocument, withTables } from './write-api.ts';

const text = readFileSync(apiDocument, 'utf8');

test('the tables of docs/api.md say what the list of operations says', () => {
  assert.equal(withTables(text).text, text, 'run node_modules/.bin/node tools/documents/write-api.ts');
});

test('every operation stands in a table of docs/api.md', () => {
  assert.deepEqual(withTables(text).missing, []);
});
