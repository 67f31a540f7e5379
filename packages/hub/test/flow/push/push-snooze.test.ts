// A snoozed notification rings again, once, on all devices, over restarts, and only if it is still snoozed.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { rule } from '@carillon/simulators';
import { startDriven } from '@carillon/testing/feed/driven-push.ts';
import type { Device } from '@carillon/testing/feed/push.ts';

const second = 1000;
const minute = 60 * second;
const driven = await startDriven();
after(() => driven[Symbol.asyncDispose]());
const { push } = driven;
const devices = await push.fourDevices();
const all = Object.values(devices);
const rings = (id: string) => all.map((device) => driven.about(device, id).length);

async function snooze(id: string, as: Device, ms: number): Promise<void> {
  const snoozeUntilDateTime = new Date(driven.clock.now() + ms).toISOString();
  const body = { userActionState: 'snoozed', snoozeUntilDateTime };
  const { status, text } = await driven.ask('PATCH', `notifications/${id}`, { as, body });
  assert.equal(status, 200, text);
}

test('snoozed on one device it rings again on all, the acting one included, after a restart, once', async () => {
  const id = await driven.create();
  await driven.settle();
  assert.deepEqual(rings(id), [1, 1, 1, 1]);
  await snooze(id, devices.ios, 10 * minute);
  await driven.pass(minute, second);
  await push.stop();
  driven.clock.advance(20 * minute);
  await push.restart();
  await driven.drive(() => rings(id).every((count) => count >= 2), { maxMs: 5 * second });
  const { json } = await driven.ask('GET', `notifications/${id}`);
  assert.deepEqual([json.readState, json.userActionState], ['unread', 'noInteraction']);
  await push.restart();
  await driven.pass(2 * minute, second);
  assert.deepEqual(rings(id), [2, 2, 2, 2]);
});

test('what was handled in another way before its time does not ring', async () => {
  const [dismissed, unread] = [await driven.create(), await driven.create()];
  await driven.settle();
  for (const id of [dismissed, unread]) await snooze(id, devices.ios, 5 * minute);
  const patch = (id: string, body: object) => driven.ask('PATCH', `notifications/${id}`, { body });
  assert.equal((await patch(dismissed, { userActionState: 'dismissed' })).status, 200);
  assert.equal((await patch(unread, { readState: 'unread' })).status, 200);
  await driven.pass(10 * minute, 2 * second);
  assert.deepEqual(rings(dismissed), [1, 1, 1, 1]);
  assert.deepEqual(rings(unread), [1, 1, 1, 1], 'unread by hand does not ring either');
});

test('snoozed before its first push was sent, that one is withdrawn and the waking rings', async () => {
  push.simulator.script([rule({ status: 503 }, { match: { provider: 'fcm' } })]);
  const id = await driven.create();
  await driven.settle();
  await snooze(id, devices.ios, 5 * minute);
  assert.equal((await driven.delivery(id, devices.android)).status, 'withdrawn');
  push.simulator.script([]);
  await driven.pass(4 * minute, second);
  assert.equal(driven.about(devices.android, id).length, 0);
  await driven.drive(() => driven.about(devices.android, id).length === 1, { maxMs: 2 * minute });
});

test('dismissed after it has woken, what could not be sent yet is withdrawn', async () => {
  const id = await driven.create();
  await driven.settle();
  await snooze(id, devices.ios, minute);
  push.simulator.script([rule({ status: 503 }, { match: { provider: 'fcm' } })]);
  await driven.drive(() => driven.about(devices.ios, id).length === 2, { maxMs: 2 * minute });
  await driven.ask('PATCH', `notifications/${id}`, { body: { userActionState: 'dismissed' } });
  push.simulator.script([]);
  await driven.pass(3 * minute, second);
  assert.equal(driven.about(devices.android, id).length, 1, 'the first ring alone');
  const { status, sentDateTime } = await driven.delivery(id, devices.android);
  assert.equal(status, 'withdrawn');
  assert.notEqual(sentDateTime, null, 'that the earlier one was sent is still known');
});

test('snoozing past its display time and expiring meanwhile does not ring', async () => {
  const expirationDateTime = new Date(driven.clock.now() + 5 * minute).toISOString();
  const id = await driven.create({ expirationDateTime, displayTimeToLive: 60 });
  await driven.settle();
  await snooze(id, devices.ios, 4 * minute);
  await push.stop();
  driven.clock.advance(6 * minute);
  await push.restart();
  await driven.pass(minute);
  assert.deepEqual(rings(id), [1, 1, 1, 1]);
});
