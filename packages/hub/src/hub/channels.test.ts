import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openPushAddresses } from '../operations/subscriptions/push-addresses.ts';
import { builtIn, builtInChannels } from './channels.ts';

test('each channel has the number that stored deliveries know it by', () => {
  const codes = Object.fromEntries(builtInChannels.map(({ type, code }) => [type, code]));
  assert.deepEqual(codes, { webPush: 0, fcm: 1, apns: 2, wns: 3 });
});

test('each address has the hash that stored subscriptions are found by', () => {
  const addresses = openPushAddresses({
    channels: builtInChannels,
    allowPrivate: false,
    isPrivateName: async () => false,
  });
  const keys = { p256dh: 'p', auth: 'a' };
  const stored = [
    [{ type: 'wns', channelUri: 'https://a.notify.windows.com/?t=1' }, 'https://a.notify.windows.com/?t=1'],
    [{ type: 'apns', token: 'AB12', topic: 'com.example', environment: 'sandbox' }, 'com.example ab12'],
    [{ type: 'fcm', token: 'Token' }, 'Token'],
    [{ type: 'webPush', endpoint: 'https://push.example/x', keys }, 'https://push.example/x'],
  ] as const;
  for (const [address, text] of stored) {
    const hash = createHash('sha256')
      .update(JSON.stringify(['app-a', address.type, text]))
      .digest('base64url');
    assert.equal(addresses.addressed('app-a', address).addressHash, hash, address.type);
  }
  assert.equal(stored.length, builtInChannels.length);
});

test('names and numbers are given once', () => {
  for (const member of ['type', 'code', 'title'] as const)
    assert.equal(new Set(builtInChannels.map((each) => each[member])).size, builtInChannels.length, member);
  for (const [name, { type }] of Object.entries(builtIn)) assert.equal(type, name);
});
