import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressBlock } from './address-block.ts';

test('an IPv6 address is counted with its /64, an IPv4 address alone', () => {
  assert.equal(addressBlock('192.0.2.1'), '192.0.2.1');
  assert.equal(addressBlock('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(addressBlock('2001:db8:0:1::5'), addressBlock('2001:db8:0:1:ffff:ffff:ffff:ffff'));
  assert.equal(addressBlock('2001:DB8::1:0:0:5'), '2001:db8:0:0::/64');
  assert.notEqual(addressBlock('2001:db8:0:1::5'), addressBlock('2001:db8:0:2::5'));
  assert.equal(addressBlock('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(addressBlock('unknown'), 'unknown');
});
