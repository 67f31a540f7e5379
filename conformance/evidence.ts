// What the sender learns of devices, and what devices say themselves, on the wire alone: deliveries, receipts, a dry
// run, and the key that browsers subscribe with. The device has no push address, so nothing leaves the service.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Target } from './conformance.ts';
import { assertFailure, assertIds, assertJson, exchange } from './exchange.ts';
import { fillFor, registerDevice, versions } from './page-requests.ts';
import { pages } from './pages.ts';

export function evidenceConformance(target: Target): void {
  for (const version of versions) {
    suite(`evidence under /${version}`, () => {
      deliveryConformance(target, version);
      explainConformance(target, version);
    });
  }
}

function deliveryConformance(target: Target, version: string): void {
  const { baseUrl, credentials } = target;
  const { delegated: token, appOnly, user } = credentials;
  const feed = `${baseUrl}/${version}/me/notifications`;
  const post = async (): Promise<string> =>
    (await exchange('POST', feed, { token, body: pages[2]?.body(fillFor(target)) })).json.id;

  test('tells what became of a notification on a device, as the device proves it', async () => {
    const device = await registerDevice(target);
    const id = await post();
    const read = async () => {
      const answer = await exchange('GET', `${feed}/${id}/deliveries`, { token });
      assertJson(answer);
      return answer.json.value.find((each: { subscriptionId: string }) => each.subscriptionId === device);
    };
    const planned = await read();
    assert.equal(planned.status, 'skipped', 'it has no push address');
    assert.ok(planned.reason.length > 0);
    assert.deepEqual(
      [planned.fetchedDateTime, planned.shownDateTime, planned.actedDateTime, planned.lastAnswer],
      [null, null, null, null],
    );
    await exchange('GET', `${feed}/${id}`, { token, headers: { 'X-UNS-ID': device } });
    assert.equal((await read()).status, 'fetched');
    const receipts = [{ id, subscriptionId: device, kind: 'shown' }];
    const told = await exchange('POST', `${feed}/receipts`, { token, body: { receipts } });
    assert.deepEqual([told.status, told.json.recordedCount], [200, 1], told.text);
    assert.equal((await read()).status, 'shown');
  });

  test('lets the app itself read it, by the user or by one of the devices', async () => {
    const device = await registerDevice(target);
    const id = await post();
    const named = `${baseUrl}/${version}/users/${user.id}/notifications/${id}/deliveries`;
    assert.equal((await exchange('GET', named, { token: appOnly })).status, 200);
    const headers = { 'X-UNS-ID': device };
    assert.equal(
      (await exchange('GET', `${feed}/${id}/deliveries`, { token: appOnly, headers })).status,
      200,
    );
    assertFailure(await exchange('GET', `${feed}/${id}/deliveries`, { token: appOnly }), 403, 'accessDenied');
  });

  test('refuses receipts of a subscription that is not the caller’s', async () => {
    const receipts = [{ id: await post(), subscriptionId: 'foreign', kind: 'shown' }];
    const answer = await exchange('POST', `${feed}/receipts`, { token, body: { receipts } });
    assertFailure(answer, 403, 'accessDenied');
  });
}

function explainConformance(target: Target, version: string): void {
  const { baseUrl, credentials } = target;
  const { delegated: token } = credentials;
  const feed = `${baseUrl}/${version}/me/notifications`;

  test('explains a create without posting it', async () => {
    const device = await registerDevice(target);
    const before = (await exchange('GET', `${feed}/$count`, { token })).text;
    const answer = await exchange('POST', `${feed}/explain`, {
      token,
      body: pages[2]?.body(fillFor(target)),
    });
    assertJson(answer);
    const line = answer.json.value.find((each: { subscriptionId: string }) => each.subscriptionId === device);
    assert.deepEqual([line.decision, line.request], ['skip', null]);
    assert.equal((await exchange('GET', `${feed}/$count`, { token })).text, before);
  });

  test('gives the key that browsers subscribe with, to anybody', async () => {
    const answer = await exchange('GET', `${baseUrl}/${version}/notificationKeys`);
    assert.equal(answer.status, 200, answer.text);
    assertJson(answer);
    assertIds(answer);
    const key = Buffer.from(answer.json.vapidPublicKey, 'base64url');
    assert.deepEqual([key.length, key[0]], [65, 4], 'an uncompressed point of P-256');
  });
}
