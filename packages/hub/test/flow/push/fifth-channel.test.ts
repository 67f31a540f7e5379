// A push channel that no source of the hub knows is added by its descriptor alone: devices register for it, its
// credentials are set, deliveries are planned, sent, cleared and ended, and doctor looks at it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { post, startHub, until } from '@carillon/testing/hub/hub.ts';
import { channelCommand } from '../../../src/cli/commands/app/channel.ts';
import { checkCredentials, providerUrls } from '../../../src/cli/doctor/credentials.ts';
import { openChannels } from '../../../src/hub/open-push.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { noProxy } from '../../../src/lib/outbound/proxy.ts';
import { openLog } from '../../../src/telemetry/log.ts';
import { channelsWithRelay } from '../../fixtures/relay/plan-batch.ts';

interface Received {
  readonly authorization: string | undefined;
  readonly kind: string;
  readonly device: string;
  readonly visual: { readonly title: string } | null;
  readonly notification: string | null;
  readonly close: readonly string[];
}

const received: Received[] = [];
const goneDevices = new Set<string>();
const provider = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const push = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  received.push({ ...push, authorization: request.headers.authorization });
  response.writeHead(goneDevices.has(push.device) ? 410 : 200).end();
});
await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
const { port } = provider.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/push`;

const planner = new URL('../../fixtures/relay/plan-batch.ts', import.meta.url);
const hub = await startHub({
  settings: { 'allow-private-push': true },
  push: { channels: channelsWithRelay, planner },
});
after(async () => {
  await hub.close();
  provider.close();
});
const token = hub.token({ user: 'alice' });
const admin = hub.token({ user: 'alice', admin: true });
const subscriptions = '/v1.0/me/notificationSubscriptions';
const channels = '/admin/apps/app-a/channels';

const place = (device: string, channel: object) => ({
  targetHostName: 'a.example',
  installationId: device,
  platformType: 'android',
  channel,
});

async function register(device: string, type = 'relay'): Promise<string> {
  const body = place(device, { type, url, device });
  const { status, json, text } = await hub.request('POST', subscriptions, { token, body });
  assert.equal(status, 201, text);
  return json.id as string;
}

async function create(): Promise<string> {
  const { json, text } = await hub.request('POST', '/v1.0/me/notifications', { token, body: post() });
  assert.ok(json?.id, text);
  return json.id as string;
}

async function deliveryOf(id: string, unsId: string) {
  const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}/deliveries`, { token });
  return json.value.find((each: { subscriptionId: string; kind: string }) => each.subscriptionId === unsId);
}

const told = (device: string, kind: string) =>
  received.filter((each) => each.device === device && each.kind === kind);

test('its devices register, and what is wrong with an address is said by member', async () => {
  const refusal = async (channel: object) => {
    const answer = await hub.request('POST', subscriptions, { token, body: place('wrong', channel) });
    assert.equal(answer.status, 400);
    return answer.json.error.message as string;
  };
  assert.match(await refusal({ type: 'relay', url }), /"channel\.device" is required/);
  assert.match(
    await refusal({ type: 'relay', url, device: 'x', more: 1 }),
    /"channel\.more" is not a member/,
  );
  assert.match(
    await refusal({ type: 'relay', url: 'ftp://x', device: 'x' }),
    /"channel\.url" must be an https/,
  );
  assert.match(await refusal({ type: 'pager' }), /one of wns, apns, fcm, webPush, relay, silentRelay/);
  const { json } = await hub.request('POST', subscriptions, {
    token,
    body: place('first', { type: 'RELAY', url, device: 'shared' }),
  });
  assert.deepEqual(json.channel, { type: 'relay', url, device: 'shared' });
  const body = place('second', { type: 'relay', url, device: 'shared' });
  await hub.request('POST', subscriptions, { token, body });
  const { json: first } = await hub.request('GET', `${subscriptions}/${json.id}`, { token });
  assert.equal(first.channel, null, 'the address is that of the second now');
});

test('its credentials are put, shown without secrets, and named when they are missing', async () => {
  await register('waiting');
  const explained = await hub.request('POST', '/v1.0/me/notifications/explain', { token, body: post() });
  assert.match(explained.text, /waits until an operator sets the relay credentials/);
  const missing = await hub.request('GET', `${channels}/relay`, { token: admin });
  assert.equal(missing.status, 404);
  const body = { account: 'contoso', token: 'hush' };
  for (const type of ['relay', 'silentRelay']) {
    const { status, json } = await hub.request('PUT', `${channels}/${type}`, { token: admin, body });
    assert.deepEqual([status, json.channel, json.account, json.token], [201, type, 'contoso', undefined]);
  }
  const wrong = await hub.request('PUT', `${channels}/relay`, { token: admin, body: { account: 'x' } });
  assert.match(wrong.json.error.message, /"token" is required/);
  const unknown = await hub.request('PUT', `${channels}/pager`, { token: admin, body });
  assert.match(unknown.json.error.message, /wns, apns, fcm, relay, silentRelay; Web Push needs none/);
});

test('its command line options come from the descriptor', async () => {
  const file = join(hub.dataDir, 'relay-token');
  writeFileSync(file, 'from a file\n');
  const command = channelCommand(channelsWithRelay);
  const own = ['--account', 'contoso', '--token-file', file];
  await command.parseAsync(
    ['set', '--app', 'app-a', '--channel', 'relay', ...own, '--data-dir', hub.dataDir],
    { from: 'user' },
  );
  assert.deepEqual(hub.registry.credentials.find('app-a', 'relay'), {
    account: 'contoso',
    token: 'from a file',
  });
});

test('a notification is planned, sent and accepted, and the device leaves its evidence', async () => {
  const unsId = await register('phone');
  const id = await create();
  await until(async () => (await deliveryOf(id, unsId))?.status === 'accepted', 'it is accepted');
  const [push] = told('phone', 'notify');
  assert.deepEqual([push?.authorization, push?.notification], ['Bearer from a file', id]);
  assert.ok(push?.visual?.title);
  await hub.request('GET', `/v1.0/me/notifications/${id}`, { token, headers: { 'X-UNS-ID': unsId } });
  await until(async () => (await deliveryOf(id, unsId))?.status === 'fetched', 'it is fetched');
});

test('a state change is pushed by itself only to the channel that takes it', async () => {
  const [taps, silent] = [await register('taps'), await register('silent', 'silentRelay')];
  const id = await create();
  for (const unsId of [taps, silent])
    await until(async () => (await deliveryOf(id, unsId))?.status === 'accepted', 'it is accepted');
  const body = { readState: 'read' };
  await hub.request('PATCH', `/v1.0/me/notifications/${id}`, { token, body });
  await until(() => told('taps', 'clear').some(({ close }) => close.includes(id)), 'the tap arrives');
  assert.deepEqual(told('silent', 'clear'), []);
});

test('an address that its provider calls gone ends its subscription', async () => {
  const unsId = await register('dying');
  goneDevices.add('dying');
  await create();
  const ended = async () => (await hub.request('GET', `${subscriptions}/${unsId}`, { token })).status === 404;
  await until(ended, 'the subscription ends');
});

test('an operator sees its host and the end of its address, and its failed deliveries by name', async () => {
  const { json } = await hub.request('GET', `/admin/users/${hub.userIds.alice}/subscriptions`, {
    token: admin,
  });
  const shown = json.value.find((each: { installationId: string }) => each.installationId === 'phone');
  assert.deepEqual(shown.channel, { type: 'relay', host: `127.0.0.1:${port}`, addressEnd: 'push' });
});

test('doctor asks its provider, and compares clocks with it', async () => {
  const { registry } = hub;
  const config = {
    allowPrivatePush: true,
    findProxy: noProxy,
    pushCa: null,
    pushGrace: 'off',
    pushContact: null,
    publicUrl: hub.baseUrl,
  } as const;
  const base = { config, log: openLog('silent'), clock: systemClock, registry };
  const opened = await openChannels({ ...base, descriptors: channelsWithRelay });
  try {
    const findings = await checkCredentials(registry, opened.channels, systemClock.now());
    const found = findings.find(({ name }) => name === 'credentials app-a relay');
    assert.deepEqual(found, {
      status: 'ok',
      name: 'credentials app-a relay',
      message: 'The relay takes contoso.; a token of the relay does not expire',
    });
    assert.deepEqual(providerUrls(registry, channelsWithRelay), ['https://relay.example']);
  } finally {
    await opened.close();
  }
});
