import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '@carillon/protocol';
import { togetherMax } from './state-group.ts';

test('a group is as large as the hub takes it, by number and by bytes', () => {
  assert.equal(togetherMax, limits.updateStateIds);
  const id = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';
  const changes = Array.from({ length: togetherMax }, () => ({
    id,
    contentVersion: Number.MAX_SAFE_INTEGER,
  }));
  const state = {
    readState: 'read',
    userActionState: 'snoozed',
    snoozeUntilDateTime: new Date(0).toISOString(),
  };
  assert.ok(JSON.stringify({ ...state, changes }).length <= limits.updateStateBodyBytes);
});
