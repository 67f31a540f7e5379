import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAddressReader } from './address.ts';

const read = openAddressReader(['10.0.0.0/8', 'fd00::/8']);

const cases: [forwardedFor: string | undefined, address: string][] = [
  [undefined, '10.0.0.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['198.51.100.7, 192.0.2.1', '192.0.2.1'],
  ['192.0.2.1, 10.0.0.9', '192.0.2.1'],
  // Azure's Application Gateway and IIS write the port too, and each connection has another one.
  ['192.0.2.1:50123', '192.0.2.1'],
  ['192.0.2.1, 10.0.0.9:4711', '192.0.2.1'],
  ['[2001:db8::5]:50123', '2001:db8::5'],
  ['[2001:db8::5]', '2001:db8::5'],
  ['2001:db8::5', '2001:db8::5'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:0::5', '2001:db8::5'],
  // What is no address says nothing of who calls: the proxy answers for it.
  ['unknown', '10.0.0.1'],
  ['192.0.2.1, _hidden', '10.0.0.1'],
  ['', '10.0.0.1'],
];
for (const [forwardedFor, address] of cases)
  test(`X-Forwarded-For ${forwardedFor} is ${address}`, () =>
    assert.equal(read('10.0.0.1', forwardedFor), address));

test('nobody but a trusted proxy says where a request comes from', () => {
  assert.equal(read('192.0.2.9', '198.51.100.7'), '192.0.2.9');
});
