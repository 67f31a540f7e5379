// A provider that reports many of an app's addresses as dead within an hour: the hub stops ending them, over restarts, until
// an operator allows it. And refusals that are the credentials' fault, which end none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rule } from '@carillon/simulators';
import { startDriven } from '@carillon/testing/feed/driven-push.ts';
import type { Device } from '@carillon/testing/feed/push.ts';
import { checkMassEnds } from '../../../src/cli/doctor/credentials.ts';
import { builtInChannels } from '../../../src/hub/channels.ts';
import { readCredentialFault } from '../../../src/push/dispatch/credential-faults.ts';
import { endsAlwaysAllowed } from '../../../src/push/dispatch/mass-end.ts';

const path = '/admin/apps/app-a/channels/fcm/allowEnds';

test('twenty addresses may end in an hour, no more until an operator allows it, over a restart', async () => {
  await using driven = await startDriven();
  const { push } = driven;
  for (let index = 0; index < endsAlwaysAllowed + 10; index++) {
    const { address } = await push.register('android', { installationId: `phone ${index}` });
    push.fcmTokens.set(address, 'unregistered');
  }
  const living = async () => {
    const { json } = await driven.ask('GET', 'notificationSubscriptions');
    return (json.value as readonly unknown[]).length;
  };
  const id = await driven.create();
  await driven.drive(async () => (await driven.deliveries(id)).every(({ status }) => status !== 'pending'));
  assert.equal(await living(), 10);
  const kept = (await driven.deliveries(id)).filter(({ status }) => status === 'failed');
  assert.equal(kept.length, 10);
  assert.match(kept[0]?.reason ?? '', /kept, since too many ended: UNREGISTERED/);

  await push.restart();
  await driven.create();
  await driven.pass(5000);
  assert.equal(await living(), 10);
  const findings = () => checkMassEnds(push.hub.registry, builtInChannels);
  const [finding] = await findings();
  assert.equal(finding?.status, 'fail');
  assert.match(finding?.message ?? '', /more than 1 %.*POST \/admin\/apps\/app-a\/channels\/fcm\/allowEnds/);

  const token = push.hub.token({ admin: true });
  const { status, json } = await push.hub.request('POST', path, { token });
  assert.deepEqual([status, json.channel], [200, 'fcm']);
  assert.deepEqual(await findings(), []);
  await driven.create();
  await driven.drive(async () => (await living()) === 0);
});

test('a channel that there is not, and an app that there is not, are 404', async () => {
  await using driven = await startDriven();
  const { hub } = driven.push;
  const token = hub.token({ admin: true });
  for (const wrong of [path.replace('fcm', 'pigeon'), path.replace('app-a', 'nobody')]) {
    assert.equal((await hub.request('POST', wrong, { token })).status, 404, wrong);
  }
});

test('another project\u2019s account ends no address, the push reaches all with the right one, and doctor learns why', async () => {
  await using driven = await startDriven();
  const { push, clock } = driven;
  const devices: Device[] = [];
  for (let index = 0; index < 5; index++)
    devices.push(await push.register('android', { installationId: `phone ${index}` }));
  push.simulator.script([
    rule({ status: 403, reason: 'SENDER_ID_MISMATCH' }, { match: { provider: 'fcm' } }),
  ]);
  const refused = await driven.create();
  await driven.drive(async () =>
    (await driven.deliveries(refused)).every(({ status }) => status === 'failed'),
  );
  const looked = { app: 'app-a', channel: 'fcm', since: 0, now: clock.now() };
  const fault = await readCredentialFault(push.hub.registry.meta, looked);
  assert.equal(fault?.reason, 'SENDER_ID_MISMATCH');
  push.simulator.script([]);
  const id = await driven.create();
  await driven.drive(() => devices.every((device) => driven.about(device, id).length === 1));
});
