// Where a hub listens: one address, which all its bounds on connections see, however the host is written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHub } from '@carillon/testing/hub/hub.ts';

for (const [host, expected] of [
  ['localhost', /^(127\.0\.0\.1|::1)$/],
  ['127.0.0.1', /^127\.0\.0\.1$/],
  ['::1', /^::1$/],
  ['[::1]', /^::1$/],
] as const) {
  test(`a hub at ${host} listens at one address`, async () => {
    await using running = await startHub({ settings: { host } });
    const addresses = running.hub.app.addresses();
    assert.equal(addresses.length, 1, JSON.stringify(addresses));
    const [only] = addresses;
    assert.match(typeof only === 'object' ? only.address : '', expected);
  });
}
