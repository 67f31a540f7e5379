// Push credentials are replaced by a command while notifications are posted: each push reaches its device, those of before
// by the credentials of before, and none is given up.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { entraApp, rule } from '@carillon/simulators';
import { otherWnsSecret, startPush } from '@carillon/testing/feed/push.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { post, until } from '@carillon/testing/hub/hub.ts';

const feed = '/v1.0/me/notifications';

test('app channel set replaces the credentials of a channel, and no push is lost or given up', async (context) => {
  await using push = await startPush();
  const device = await push.register('windows');
  const { hub, simulator } = push;
  const token = hub.token({ user: 'alice' });
  const ids: string[] = [];
  let isOver = false;
  const failures: string[] = [];
  const posting = (async () => {
    while (!isOver && failures.length === 0) {
      const answer = await hub.request('POST', feed, { token, body: post() });
      if (answer.status === 201) ids.push(answer.json.id);
      else failures.push(answer.text);
      const told = ids.length;
      await until(() => push.to(device).length >= told, `push ${told}`);
    }
  })().catch((error: Error) => failures.push(error.message));
  await until(() => ids.length >= 3 || failures.length > 0, 'some are posted before');
  const { runBeside } = commandLine(context, hub.dataDir);
  const secretFile = join(hub.dataDir, 'second.txt');
  writeFileSync(secretFile, otherWnsSecret);
  const tokenUrl = `${simulator.url}/${entraApp.tenant}/oauth2/v2.0/token`;
  const { status, stderr } = await runBeside([
    ...['app', 'channel', 'set', '--app', 'app-a', '--channel', 'wns', '--client-id', entraApp.clientId],
    ...['--client-secret-file', secretFile, '--token-url', tokenUrl],
  ]);
  assert.equal(status, 0, stderr);
  const during = ids.length;
  await until(() => ids.length >= during + 3 || failures.length > 0, 'some are posted after');
  isOver = true;
  await posting;
  assert.deepEqual(failures, []);
  const stored = hub.registry.credentials.find('app-a', 'wns');
  assert.ok(stored && 'clientSecret' in stored && stored.clientSecret === otherWnsSecret);
  for (const id of ids) {
    const { json } = await hub.request('GET', `${feed}/${id}/deliveries`, { token });
    assert.deepEqual(
      json.value.map((each: { status: string }) => each.status),
      ['accepted'],
    );
  }
});

test('a channel is checked at its provider, and a device that is named gets a test push', async () => {
  await using push = await startPush();
  const devices = await push.fourDevices();
  const { hub, simulator } = push;
  const check = (channel: string, body: object = {}, more: object = { admin: true }) =>
    hub.request('POST', `/admin/apps/app-a/channels/${channel}/check`, { token: hub.token(more), body });
  for (const channel of ['fcm', 'apns', 'wns']) {
    const { status, json, text } = await check(channel);
    assert.deepEqual([status, json.ok, json.push, json.channel], [200, true, null, channel], text);
  }
  for (const device of Object.values(devices))
    assert.deepEqual(push.to(device), [], 'nothing reached a device');
  const { json: web } = await check('webpush');
  assert.deepEqual([web.channel, web.ok], ['webPush', false]);
  assert.match(web.message, /--push-contact/);
  const subscriptionId = devices.android.unsId;
  const { json: tested, text } = await check('fcm', { subscriptionId });
  assert.deepEqual([tested.push.verdict, tested.push.status], ['accepted', 200], text);
  assert.equal(push.to(devices.android).length, 1);
  simulator.script([rule({ status: 404 })]);
  assert.match((await check('fcm', { subscriptionId })).json.push.message, /registers? anew/);
  simulator.script([]);
  assert.equal((await check('fcm', { subscriptionId: 'nobody' })).status, 400);
  assert.equal((await check('wns', { subscriptionId })).status, 400);
  assert.equal((await check('pigeon')).status, 404);
  assert.equal((await check('fcm', {}, { operatorRead: true })).status, 403);
  const statuses = [];
  for (let count = 0; count < 14; count++) statuses.push((await check('apns')).status);
  assert.equal(statuses.at(-1), 429, 'a provider is not asked without an end');
  const audit = await hub.request('GET', '/admin/audit?what=checkChannel', {
    token: hub.token({ admin: true }),
  });
  assert.ok(audit.json.value.some(({ on }: { on: string }) => on === 'apps/app-a/channels/fcm'));
});
