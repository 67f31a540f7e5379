import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isPrivateAddress, isPrivateHost, readPushUrl } from './push-address.ts';

suite('an address is private', () => {
  const inside = [
    ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '192.0.0.1'],
    ...['192.168.0.1', '198.18.0.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      '::2',
      '::8.8.8.8',
      '::10.0.0.1',
      'fe80::1',
      'fe80::1%eth0',
      'fec0::1',
      'fd00::1',
      'ff02::1',
    ],
    ...['100::1', '2001:db8::1', '3fff::1', '5f00::1', '4000::1'],
    ...['::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:0:10.0.0.1'],
    ...[
      '64:ff9b::10.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::8.8.8.8',
      '2002:a00:1::1',
      '2002:808:808::1',
      '2001::1',
    ],
    ...['', 'push.example', '300.1.1.1'],
  ];
  for (const address of inside) test(`${address || 'none'}: yes`, () => assert.ok(isPrivateAddress(address)));

  const outside = ['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'];
  for (const address of outside) test(`${address}: no`, () => assert.ok(!isPrivateAddress(address)));
});

test('a host name is private when it says so, in any case and with the dot of the root', () => {
  for (const host of ['localhost', 'LOCALHOST.', 'a.localhost', '[::1]', '[64:ff9b::a00:1]', '10.0.0.1']) {
    assert.ok(isPrivateHost(host), host);
  }
  for (const host of ['push.example', 'localhost.example', '8.8.8.8', '[2606:4700::1111]']) {
    assert.ok(!isPrivateHost(host), host);
  }
});

test('a name that never resolves is refused, and one that only a private network has where it may be private', () => {
  const isRefused = (host: string, allowPrivate: boolean): boolean => {
    try {
      readPushUrl(`https://${host}/fcm/send/abc`, 'channel.endpoint', allowPrivate);
      return false;
    } catch {
      return true;
    }
  };
  for (const host of ['permanently-removed.invalid', 'x.INVALID.', 'invalid']) {
    assert.deepEqual([isRefused(host, false), isRefused(host, true)], [true, true], host);
  }
  for (const host of ['push.test', 'printer.local', 'a.home.arpa', 'x.onion', 'db.internal', 'x.alt']) {
    assert.deepEqual([isRefused(host, false), isRefused(host, true)], [true, false], host);
  }
  for (const host of ['push.invalid.org', 'localpush.net', 'test.push.org']) {
    assert.equal(isRefused(host, false), false, host);
  }
});
