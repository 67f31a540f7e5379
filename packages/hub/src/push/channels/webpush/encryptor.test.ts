import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBrowser } from '@carillon/simulators';
import { openEncryptor } from './encryptor.ts';

test('many in one turn are each encrypted for their own browser, in a thread and here alike', async () => {
  const encryptor = openEncryptor();
  const browsers = Array.from({ length: 40 }, () => makeBrowser());
  const bodies = await Promise.all(
    browsers.map(({ keys }, index) => encryptor.encrypt(`message ${index}`, keys)),
  );
  for (const [index, browser] of browsers.entries()) {
    const body = bodies[index];
    assert.ok(body);
    assert.equal(String(browser.decrypt(body)), `message ${index}`);
  }
  await encryptor.close();
});

test('keys that are none give no body, and closing answers what waits', async () => {
  const encryptor = openEncryptor();
  const broken = { p256dh: 'AAAA', auth: 'AAAA' };
  const asked = [1, 2, 3].map(() => encryptor.encrypt('x', broken));
  assert.deepEqual(await Promise.all(asked), [null, null, null]);
  const { keys } = makeBrowser();
  const late = Promise.all([1, 2, 3].map(() => encryptor.encrypt('y', keys)));
  await encryptor.close();
  assert.ok((await late).every((body) => body !== null));
});
