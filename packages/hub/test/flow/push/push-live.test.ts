// Devices that listen live: which pushes they are spared, and for how long the hub waits to see that they have it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DrivenPush, startDriven } from '@carillon/testing/feed/driven-push.ts';
import type { Device } from '@carillon/testing/feed/push.ts';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { openSocket, type Socket } from '@carillon/testing/feed/web-socket.ts';
import { until } from '@carillon/testing/hub/hub.ts';

const tapped = { notificationType: 'notificationOnly' };

function asking({ push }: DrivenPush, device: Device) {
  return {
    baseUrl: push.hub.baseUrl,
    token: push.hub.token({ user: 'alice' }),
    headers: { 'X-UNS-ID': device.unsId },
  };
}

async function listen(driven: DrivenPush, device: Device): Promise<Socket> {
  const socket = await openSocket(asking(driven, device));
  await socket.next('ready');
  return socket;
}

const fetched = (driven: DrivenPush, device: Device, id: string) =>
  until(async () => (await driven.delivery(id, device)).fetchedDateTime !== null, 'fetched');

test('a tap to a device that listens live and acknowledges is spared, and others get theirs at once', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android', tapped);
  const other = await driven.push.register('android', { ...tapped, installationId: 'other' });
  const socket = await listen(driven, device);
  socket.acknowledgeAll();
  const id = await driven.create();
  await driven.settle();
  assert.equal(driven.about(other, id).length, 1);
  assert.equal(driven.about(device, id).length, 0);
  await fetched(driven, device, id);
  await driven.pass(5000);
  assert.equal(driven.push.to(device).length, 0);
  const { status, reason } = await driven.delivery(id, device);
  assert.equal(status, 'fetched');
  assert.match(reason ?? '', /has fetched it/);
  socket.leave();
});

test('one that listens but does not acknowledge is pushed to after two seconds', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android', tapped);
  const socket = await listen(driven, device);
  const id = await driven.create();
  await socket.next('change');
  await driven.pass(1900, 100);
  assert.equal(driven.about(device, id).length, 0);
  await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 1000 });
  await driven.pass(20_000);
  assert.equal(driven.about(device, id).length, 1);
  socket.leave();
});

test('one that went away within the two seconds is pushed to, and so is one that listens without its UNS-ID', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android', tapped);
  const unnamed = await driven.push.register('android', { ...tapped, installationId: 'unnamed' });
  const { headers: _, ...anonymous } = asking(driven, unnamed);
  const reader = await openSseReader(anonymous);
  await reader.next('ready');
  const socket = await listen(driven, device);
  const id = await driven.create();
  await driven.settle();
  assert.equal(driven.about(unnamed, id).length, 1);
  socket.leave();
  await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 3000 });
  reader.leave();
});

test('visual content is pushed at once, listening or not, and raw content is a tap', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android');
  const socket = await listen(driven, device);
  socket.acknowledgeAll();
  const id = await driven.create();
  await driven.settle();
  assert.equal(driven.about(device, id).length, 1);
  const raw = await driven.create({ payload: { rawContent: 'x' } });
  await fetched(driven, device, raw);
  await driven.pass(5000);
  assert.equal(driven.about(device, raw).length, 0);
  socket.leave();
});

test('with push-grace off every push is sent at once', async () => {
  await using driven = await startDriven({ settings: { 'push-grace': 'off' } });
  const device = await driven.push.register('android', tapped);
  const socket = await listen(driven, device);
  socket.acknowledgeAll();
  const id = await driven.create();
  await driven.settle();
  await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 500 });
  socket.leave();
});

test('with push-grace all a visual push waits for the acknowledgement too', async () => {
  await using driven = await startDriven({ settings: { 'push-grace': 'all' } });
  const device = await driven.push.register('android');
  const socket = await listen(driven, device);
  const late = await driven.create();
  await driven.settle();
  assert.equal(driven.about(device, late).length, 0);
  await driven.drive(() => driven.about(device, late).length === 1, { maxMs: 3000 });
  socket.acknowledgeAll();
  const id = await driven.create();
  await fetched(driven, device, id);
  await driven.pass(5000);
  assert.equal(driven.about(device, id).length, 0);
  socket.leave();
});

test('while a tap waits for its acknowledgement it is withdrawn when handled, and the hub closes at once', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android', tapped);
  const socket = await listen(driven, device);
  const id = await driven.create();
  await driven.settle();
  const body = { readState: 'read' };
  assert.equal((await driven.ask('PATCH', `notifications/${id}`, { body })).status, 200);
  await driven.pass(3000);
  assert.equal(driven.about(device, id).length, 0);
  await driven.create();
  await driven.settle();
  socket.leave();
  await driven.push.stop();
});

test('what waited for its acknowledgement when the hub stopped is pushed after the restart', async () => {
  await using driven = await startDriven();
  const device = await driven.push.register('android', tapped);
  const socket = await listen(driven, device);
  const id = await driven.create();
  await driven.settle();
  assert.equal(driven.about(device, id).length, 0);
  socket.leave();
  await driven.push.restart();
  await driven.drive(() => driven.about(device, id).length === 1, { maxMs: 3000 });
});
