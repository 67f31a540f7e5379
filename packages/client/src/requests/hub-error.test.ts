import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorTable } from '@carillon/protocol';
import { kindOf } from './hub-error.ts';

test('each status of the protocol has its kind, and what a proxy answers has the nearest', () => {
  // The client sends no batches, whose parts alone are answered 424.
  const nearest: Readonly<Record<string, string>> = {
    wrongDataType: 'invalidRequest',
    failedDependency: 'invalidRequest',
  };
  for (const [kind, { v1 }] of Object.entries(errorTable)) assert.equal(kindOf(v1), nearest[kind] ?? kind);
  assert.deepEqual([418, 502, 504].map(kindOf), ['invalidRequest', 'unavailable', 'unavailable']);
});
