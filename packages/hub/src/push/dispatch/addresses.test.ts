import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../channels/contract.ts';
import { Addresses, waitFor } from './addresses.ts';

const base = { status: 503, reason: null, afterMs: null, unanswered: false, truncated: false } as const;
const accepted: Outcome = { ...base, verdict: 'accepted', blame: null };
const down: Outcome = { ...base, verdict: 'retry', blame: 'provider' };
const one = { id: 'one', addressHash: 'h' };

test('an address that fails three times waits by itself, is probed by one, and is good again once it took a push', () => {
  const addresses = new Addresses();
  addresses.ended(one, accepted, 0);
  assert.equal(addresses.isGood('one'), true);
  for (let count = 0; count < 3; count++) {
    assert.equal(waitFor(addresses.find(one), 500), null);
    assert.equal(addresses.ended(one, down, 500), 500);
    assert.equal(addresses.isGood('one'), false);
  }
  assert.deepEqual(waitFor(addresses.find(one), 500), { waitMs: 1000, exactly: true, since: 500 });
  assert.equal(waitFor(addresses.find(one), 500)?.exactly, false);
  assert.equal(waitFor(addresses.find({ id: 'two', addressHash: 'h' }), 500), null);
  assert.equal(waitFor(addresses.find({ ...one, addressHash: 'other' }), 500), null);
  assert.equal(waitFor(addresses.find(one), 1500), null);
  addresses.find(one)?.failing?.breaker.started();
  assert.ok(waitFor(addresses.find(one), 1500), 'one probes it');
  assert.equal(addresses.ended(one, accepted, 1600), null);
  assert.equal(waitFor(addresses.find(one), 1600), null);
});

test('what is nobody\u2019s fault is no failure of the address', () => {
  const addresses = new Addresses();
  for (let count = 0; count < 9; count++) addresses.ended(one, { ...down, blame: null }, 0);
  assert.equal(waitFor(addresses.find(one), 0), null);
});
