import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTables } from './api-tables.ts';
import { readDocument } from './documents.ts';

test('every operation stands in a table of docs/api.md', () => {
  assert.deepEqual(withTables(readDocument('docs/api.md')).missing, []);
});
