// `carillon send --watch` as a process beside a hub that pushes: what its user reads, line by line.
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { rule } from '@carillon/simulators';
import { type Device, startPush } from '@carillon/testing/feed/push.ts';
import { type Command, carillon } from '@carillon/testing/hub/command.ts';
import { startHub, subscribe, type TestHub, until, userNames } from '@carillon/testing/hub/hub.ts';

const feed = '/v1.0/me/notifications';

interface Told {
  readonly what?: string;
  readonly id: string;
  readonly dateTime?: string;
  readonly message?: string;
  readonly device?: string;
  readonly subscriptionId?: string;
  readonly attempts?: number;
  readonly verdict?: string;
  readonly status?: number | null;
  readonly reason?: string | null;
}

function sendTo(context: TestContext, { dataDir }: TestHub, ...args: string[]): Command {
  const user = ['--user', userNames.alice, '--title', 'Hello', '--app', 'app-a'];
  return carillon(context, dataDir, 'send', ...user, '--watch', ...args);
}

function linesOf({ text }: Command): string[] {
  return text.out.split('\n').slice(0, -1);
}

function toldBy(sent: Command): Told[] {
  return linesOf(sent).map((line) => JSON.parse(line) as Told);
}

/** Everything said of one device, in the order it was said. */
function saidOf(sent: Command, { unsId }: Device): (string | undefined)[] {
  return toldBy(sent)
    .filter(({ subscriptionId }) => subscriptionId === unsId)
    .map(({ what }) => what);
}

function saying(sent: Command, what: string, device?: Device): Promise<Told> {
  const isIt = (told: Told): boolean =>
    told.what === what && (!device || told.subscriptionId === device.unsId);
  return until(() => toldBy(sent).find(isIt), `"${what}" is told`);
}

async function dismiss(hub: TestHub, id: string): Promise<void> {
  const token = hub.token({ user: 'alice' });
  const body = { userActionState: 'dismissed' };
  const { status, text } = await hub.request('PATCH', `${feed}/${id}`, { token, body });
  assert.equal(status, 200, text);
}

test('send --watch tells what becomes of it on each device, from the push to the user who acts', async (context) => {
  await using push = await startPush();
  const { hub } = push;
  const devices = await push.fourDevices();
  const named = await push.register('android', { displayName: 'Pixel', installationId: 'pixel' });
  const quiet = await push.register('ios', { installationId: 'quiet', notificationType: 'noNotification' });
  const sent = sendTo(context, hub, '--json');
  for (const device of [...Object.values(devices), named]) await saying(sent, 'accepted', device);
  const accepted = await saying(sent, 'accepted', named);
  assert.equal(accepted.device, 'Pixel');
  assert.deepEqual([accepted.attempts, accepted.verdict, accepted.status], [1, 'accepted', 200]);
  assert.equal((await saying(sent, 'accepted', devices.ios)).device, 'ios alice ios');
  assert.match((await saying(sent, 'skipped', quiet)).reason ?? '', /noNotification/);
  const { id } = accepted;
  const token = hub.token({ user: 'alice' });
  const headers = { 'X-UNS-ID': named.unsId };
  await hub.request('GET', `${feed}/delta`, { token, headers });
  await saying(sent, 'fetched', named);
  for (const [kind, what] of [
    ['shown', 'shown'],
    ['dismissed', 'acted'],
  ] as const) {
    const body = { receipts: [{ id, subscriptionId: named.unsId, kind }] };
    await hub.request('POST', `${feed}/receipts`, { token, body });
    await saying(sent, what, named);
  }
  await dismiss(hub, id);
  assert.equal(await sent.ended, 0, sent.text.error);
  assert.deepEqual(saidOf(sent, named), ['pending', 'accepted', 'fetched', 'shown', 'acted']);
  assert.deepEqual(saidOf(sent, devices.webPush), ['pending', 'accepted']);
  assert.deepEqual(saidOf(sent, quiet), ['skipped']);
  const [first, ...events] = toldBy(sent);
  assert.deepEqual(first, { id });
  assert.equal(events.filter(({ what }) => what === 'dismissed').length, 1);
  for (const event of events) {
    assert.equal(event.id, id);
    assert.match(String(event.dateTime), /^\d{4}-.*Z$/);
  }
});

test('an attempt that failed is told with what the provider said, and the next one too', async (context) => {
  await using push = await startPush();
  const device = await push.register('ios');
  // Long enough for the watch to look in between.
  push.simulator.script([rule({ status: 503, retryAfterSeconds: 2 }, { times: 1 })]);
  const sent = sendTo(context, push.hub, '--json');
  const { attempts, verdict, status, reason, id } = await saying(sent, 'retry', device);
  assert.deepEqual([attempts, verdict, status, reason], [1, 'retry', 503, 'ServiceUnavailable']);
  assert.equal((await saying(sent, 'accepted', device)).attempts, 2);
  await dismiss(push.hub, id);
  assert.equal(await sent.ended, 0, sent.text.error);
});

test('a push that was withdrawn because the user dismissed it meanwhile is told before the end', async (context) => {
  await using push = await startPush();
  const device = await push.register('ios');
  push.simulator.script([rule({ retryAfterSeconds: 600 })]);
  const sent = sendTo(context, push.hub, '--json');
  const { id } = await saying(sent, 'throttled', device);
  await dismiss(push.hub, id);
  assert.equal(await sent.ended, 0, sent.text.error);
  assert.deepEqual(
    toldBy(sent).map(({ what }) => what),
    [undefined, 'posted', 'pending', 'throttled', 'dismissed', 'withdrawn'],
  );
  assert.match((await saying(sent, 'withdrawn', device)).reason ?? '', /dismissed elsewhere/);
});

test('it ends by itself when every push has ended short of its device, and says why each did', async (context) => {
  await using push = await startPush();
  const gone = await push.register('ios');
  const quiet = await push.register('windows', { notificationType: 'noNotification' });
  const failed = await push.register('android');
  push.simulator.script([
    rule('gone', { match: { provider: 'apns' } }),
    rule({ status: 400, reason: 'INVALID_ARGUMENT' }, { match: { provider: 'fcm' } }),
  ]);
  const sent = sendTo(context, push.hub, '--json');
  assert.equal(await sent.ended, 0, sent.text.error);
  assert.deepEqual(saidOf(sent, gone), ['pending', 'gone']);
  assert.deepEqual(saidOf(sent, quiet), ['skipped']);
  assert.deepEqual(saidOf(sent, failed), ['pending', 'failed']);
  assert.equal((await saying(sent, 'failed', failed)).status, 400);
  // The subscription ended with its address, and its name is still known.
  assert.equal((await saying(sent, 'gone', gone)).device, 'ios alice ios');
  assert.equal(toldBy(sent).at(-1)?.what, 'over');
});

test('a device that listens live is waited for, in lines of text without what a terminal would obey', async (context) => {
  await using hub = await startHub();
  await subscribe(hub, { displayName: 'Desk\u001b[2J top' });
  const sent = sendTo(context, hub);
  await until(() => linesOf(sent).length >= 3, 'the device is told of');
  const [id = '', posted = '', skipped = ''] = linesOf(sent);
  assert.match(posted, new RegExp(`^\\S+Z posted ${id}$`));
  assert.match(skipped, /^\S+Z skipped Desk \[2J top: it has no push address and listens live$/);
  const token = hub.token({ user: 'alice' });
  await hub.request('PATCH', `${feed}/${id}`, { token, body: { readState: 'read' } });
  await until(() => linesOf(sent).length >= 4, 'that it was read');
  await dismiss(hub, id);
  assert.equal(await sent.ended, 0, sent.text.error);
  const states = linesOf(sent)
    .slice(3)
    .map((line) => line.split(' ').slice(1).join(' '));
  assert.deepEqual(states, [`read ${id}`, `dismissed ${id}`]);
});

/** Something between the command and the hub that answers for the deliveries. */
function comeBetween({ hub }: TestHub, answer: (response: ServerResponse) => boolean): void {
  const { server } = hub.app;
  const own = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.endsWith('/deliveries') && answer(response)) return;
    for (const listener of own) listener(request, response);
  });
}

test('an answer of the moment is told once and asked for again', async (context) => {
  await using push = await startPush();
  const device = await push.register('ios');
  let refusals = 3;
  comeBetween(push.hub, (response) => {
    if (refusals-- <= 0) return false;
    response.writeHead(503, { 'content-type': 'text/plain' }).end('no backend\n');
    return true;
  });
  const sent = sendTo(context, push.hub, '--json');
  const { id } = await saying(sent, 'accepted', device);
  await dismiss(push.hub, id);
  assert.equal(await sent.ended, 0, sent.text.error);
  const refused = toldBy(sent).filter(({ what }) => what === 'unanswered');
  assert.deepEqual(
    refused.map(({ message }) => message?.trim()),
    ['the hub answered 503: no backend'],
  );
});

for (const [what, status, body, message] of [
  ['a refusal', 403, '{"error":{"message":"not yours"}}', 'the hub answered 403: not yours'],
  [
    'an answer of something else',
    200,
    '<p>hi</p>',
    'the hub answered 200 without a JSON object that has "value"',
  ],
] as const) {
  test(`${what} ends the watch with 1 and one line that says it`, async (context) => {
    await using hub = await startHub();
    comeBetween(hub, (response) => {
      response.writeHead(status).end(body);
      return true;
    });
    const sent = sendTo(context, hub);
    assert.equal(await sent.ended, 1);
    assert.equal(sent.text.error, `carillon: ${message}\n`);
  });
}

test('a hub that stops ends the watch with 1 and says so, and Ctrl-C ends it at any time', async (context) => {
  await using hub = await startHub();
  const [left, interrupted] = [sendTo(context, hub), sendTo(context, hub)] as const;
  for (const each of [left, interrupted]) await until(() => linesOf(each).length >= 2, 'posted');
  await until(() => hub.hub.fanOut.open === 2, 'both listen');
  interrupted.process.kill('SIGINT');
  assert.equal(await interrupted.ended, 'SIGINT');
  await hub.close();
  assert.equal(await left.ended, 1);
  assert.equal(left.text.error, 'carillon: the hub ended the stream (drain)\n');
});
