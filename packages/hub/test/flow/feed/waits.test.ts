// Waiting for the answer to a question: who may, what ends a wait, and how many there can be.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { after, suite, type TestContext, test } from 'node:test';
import { limits } from '@carillon/protocol';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { post, startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { Waits } from '../../../src/live/waits.ts';
import type { UserKey } from '../../../src/model/principal.ts';

const clock = new ManualClock();
const hub = await startHub({ clock });
after(hub.close);
const feed = '/v1.0/me/notifications';
const token = hub.token({ user: 'alice' });
const actions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No' },
];

async function ask(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const body = post({ payload: { visualContent: { title: 'Deploy?', actions } }, ...more });
  const { status, json, text } = await hub.request('POST', feed, { token, body });
  assert.ok(status < 300, text);
  return json.id;
}

const read = (id: string, query = '', options: { token?: string; headers?: Record<string, string> } = {}) =>
  hub.request('GET', `${feed}/${id}/response${query}`, { token, ...options });
const respond = (id: string, actionId = 'approve') =>
  hub.request('POST', `${feed}/${id}/respond`, { token, body: { actionId } });
const waits = (count: number) => until(() => hub.hub.waits.open === count, `${count} waits`);

suite('the answer to a question', () => {
  test('is nothing while it is open, then the response; what asks nothing or is gone is not found', async () => {
    const id = await ask();
    const open = await read(id);
    assert.deepEqual([open.status, open.text], [204, '']);
    await respond(id, 'reject');
    const { status, json } = await read(id, '?waitSeconds=60');
    assert.equal(status, 200);
    assert.match(json['@odata.context'], new RegExp(`notifications\\('${id}'\\)/response$`));
    assert.deepEqual([json.actionId, json.text, json.respondedBy], ['reject', null, 'user']);
    const told = (await hub.request('POST', feed, { token, body: post() })).json.id;
    for (const none of [told, 'none'])
      assertError(await read(none, '?waitSeconds=60'), { status: 404, code: 'itemNotFound' });
    for (const waitSeconds of ['-1', '61', '1.5', 'x', ''])
      assertError(await read(id, `?waitSeconds=${waitSeconds}`), { status: 400, target: 'waitSeconds' });
  });

  test('reaches a wait at once, of its sender too, by X-UNS-ID or by name', async () => {
    const id = await ask();
    const own = hub.token();
    const unsId = await subscribe(hub);
    const named = `/v1.0/users/${hub.userIds.alice}/notifications/${id}/response?waitSeconds=60`;
    const waiting = [
      read(id, '?waitSeconds=60'),
      read(id, '?waitSeconds=60', { token: own, headers: { 'X-UNS-ID': unsId } }),
      hub.request('GET', named, { token: own }),
    ];
    await waits(3);
    // Another notification of the user wakes none of them.
    await ask();
    await respond(id);
    for (const answer of await Promise.all(waiting))
      assert.deepEqual([answer.status, answer.json.actionId], [200, 'approve']);
    assertError(await read(id, '', { token: own }), { status: 403 });
    assertError(await read(id, '', { token: hub.token({ user: 'alice', app: 'app-b' }) }), { status: 404 });
    assertError(await read(id, '', { token: hub.token({ user: 'bob' }) }), { status: 404 });
    await waits(0);
  });

  test('of a deadline reaches it, a removal ends it, a replacement does not', async () => {
    const respondByDateTime = new Date(clock.now() + 10_000).toISOString();
    const responsePolicy = { respondByDateTime, defaultActionId: 'reject' };
    const [late, removed, replaced] = [
      await ask({ responsePolicy }),
      await ask(),
      await ask({ appNotificationId: 'deploy' }),
    ];
    const waiting = [late, removed, replaced].map((id) => read(id, '?waitSeconds=60'));
    await waits(3);
    await hub.request('DELETE', `${feed}/${removed}`, { token });
    assertError((await waiting[1]) as never, { status: 404, code: 'itemNotFound' });
    await ask({ appNotificationId: 'deploy', groupName: 'anew' });
    clock.advance(10_000);
    assert.equal((await waiting[0])?.json.respondedBy, 'deadline');
    await waits(1);
    await respond(replaced);
    assert.equal((await waiting[2])?.json.respondedBy, 'user');
  });
});

suite('a wait', () => {
  test('ends with nothing when its time is over', async () => {
    const waiting = read(await ask(), '?waitSeconds=5');
    await waits(1);
    clock.advance(5000);
    assert.equal((await waiting).status, 204);
    await waits(0);
  });

  test('ends when its caller goes', async () => {
    const url = `${hub.baseUrl}${feed}/${await ask()}/response?waitSeconds=60`;
    const request = get(url, { headers: { authorization: `Bearer ${token}` } });
    request.on('error', () => {});
    await waits(1);
    request.destroy();
    await waits(0);
  });

  test('of a client that has ended its side of the connection ends with nothing, as those behind it do', async (context) => {
    const socket = openSocket(context);
    socket.write(waitText(await ask()).repeat(12));
    await waits(12);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.end();
    await once(socket, 'close');
    assert.equal(text.match(/HTTP\/1\.1 204 /g)?.length, 12);
    await waits(0);
  });

  test('ends when the hub does', async () => {
    const other = await startHub();
    const body = post({ payload: { visualContent: { title: 'Deploy?', actions } } });
    const own = other.token({ user: 'alice' });
    const { json } = await other.request('POST', feed, { token: own, body });
    const waiting = other.request('GET', `${feed}/${json.id}/response?waitSeconds=60`, { token: own });
    await until(() => other.hub.waits.open === 1, 'the wait');
    const closing = other.hub.close();
    assert.equal((await waiting).status, 204);
    await closing;
    await other.close();
  });
});

function openSocket(context: TestContext): Socket {
  const { hostname, port } = new URL(hub.baseUrl);
  const socket = connect(Number(port), hostname);
  context.after(() => socket.destroy());
  return socket;
}

const waitText = (id: string) =>
  `GET ${feed}/${id}/response?waitSeconds=60 HTTP/1.1\r\nHost: hub.example\r\nAuthorization: Bearer ${token}\r\n\r\n`;

interface Http2Asked {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function askOverHttp2(session: ClientHttp2Session, { headers, body }: Http2Asked) {
  const stream = session.request(headers);
  stream.end(body);
  const [answer] = await once(stream, 'response');
  let text = '';
  for await (const chunk of stream) text += chunk;
  return { status: Number(answer[':status']), text };
}

suite('waits of one user and app are no answers under way: an app has 1 000 at once, and the next is throttled', () => {
  const many = Array.from({ length: limits.waitsPerApp });

  test('over HTTP/1.1, each on a connection of its own', async (context) => {
    const id = await ask();
    const openWait = async () => {
      const socket = openSocket(context);
      socket.write(waitText(id));
      const [answer] = await once(socket, 'data');
      return Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]);
    };
    const waiting = many.map(openWait);
    await waits(limits.waitsPerApp);
    assert.equal(await openWait(), 429);
    assert.equal((await hub.request('GET', feed, { token })).status, 200);
    await respond(id);
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set([200]));
    await waits(0);
  });

  test('over HTTP/2, as many on a connection as it takes', async (context) => {
    const own = await startHub({ clock, settings: { 'tls-dev': true } });
    context.after(own.close);
    const authorization = `Bearer ${own.token({ user: 'alice' })}`;
    const ca = readFileSync(own.hub.caPath ?? '');
    const sessions = Array.from({ length: limits.waitsPerApp / 125 }, () =>
      connectHttp2(own.baseUrl.replace('http', 'https'), { ca }),
    );
    context.after(() => sessions.forEach((session) => void session.destroy()));
    const request = (index: number, path: string, body?: object) => {
      const headers = { ':method': body ? 'POST' : 'GET', ':path': `${feed}${path}`, authorization };
      const type = { 'content-type': 'application/json' };
      const text = body && { body: JSON.stringify(body) };
      return askOverHttp2(sessions[index % sessions.length] as ClientHttp2Session, {
        headers: body ? { ...headers, ...type } : headers,
        ...text,
      });
    };
    const question = post({ payload: { visualContent: { title: 'Deploy?', actions } } });
    const { id } = JSON.parse((await request(0, '', question)).text);
    const openWait = (_: unknown, index: number) => request(index, `/${id}/response?waitSeconds=60`);
    const waiting = many.map(openWait);
    await until(() => own.hub.waits.open === limits.waitsPerApp, 'all waits');
    assert.equal((await openWait(null, 0)).status, 429);
    assert.equal((await request(0, '')).status, 200);
    assert.equal((await request(0, `/${id}/respond`, { actionId: 'approve' })).status, 200);
    const answers = await Promise.all(waiting);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(own.hub.waits.open, 0);
  });
});

test('an app has so many waits, and another app has its own', () => {
  const all = new Waits(clock);
  const user = 'alice' as UserKey;
  const begin = (app: string) => all.begin({ app, user, id: 'x' });
  const begun = Array.from({ length: limits.waitsPerApp }, () => begin('app-a'));
  assert.throws(() => begin('app-a'), /at most 1000 waits/);
  begin('app-b').close();
  begun[0]?.close();
  begun[0]?.close();
  begin('app-a');
  assert.throws(() => begin('app-a'));
});

test('a wait is told of a change that was lost, by the head or by the change after it', async () => {
  const all = new Waits(clock);
  const user = 'alice' as UserKey;
  let looks = 0;
  const wait = all.begin({ app: 'app-a', user, id: 'x' });
  const look = async () => (++looks < 4 ? null : 'found');
  const found = new Promise((settle) => wait.until({ look, waitMs: 60_000, settle }));
  const change = (seq: number, id: string) =>
    all.forward({
      user,
      epoch: 1,
      seq,
      app: 'app-a',
      unread: 0,
      unreadOfApp: 0,
      value: `{"id":"${id}","x":1}`,
    });
  const looked = (count: number) => until(() => looks === count, `look ${count}`);
  all.notice({ user, epoch: 1, seq: 5 });
  await looked(1);
  all.notice({ user, epoch: 1, seq: 5 });
  change(6, 'y');
  change(7, 'x');
  await looked(2);
  change(9, 'y');
  await looked(3);
  all.notice({ user, epoch: 1, seq: 10 });
  assert.equal(await found, 'found');
  assert.equal(all.open, 0);
});
