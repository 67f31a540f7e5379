import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorTable } from '@carillon/protocol';
import { kindOf } from './hub-error.ts';

test('each status of the protocol has its kind, and what a proxy answers has the nearest', () => {
  for (const [kind, { v1 }] of Object.entries(errorTable))
    assert.equal(kindOf(v1), kind === 'wrongDataType' ? 'invalidRequest' : kind);
  assert.deepEqual([418, 502, 504].map(kindOf), ['invalidRequest', 'unavailable', 'unavailable']);
});
