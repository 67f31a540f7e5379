// Clients whose connections are reset after any byte of theirs or of the hub's: requests and streams, over HTTP/1.1, HTTP/2,
// WebSockets, and in the middle of a TLS handshake. The hub runs in this process, which an unheard error would end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTls, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { openResetProxy, type ResetProxy, resets } from '@carillon/testing/machine/reset-proxy.ts';
import { WebSocket } from 'ws';

const feed = '/v1.0/me/notifications';

interface Place {
  readonly hub: TestHub;
  readonly clock: ManualClock;
  readonly token: string;
  readonly proxy: ResetProxy;
  readonly secure: boolean;
}

async function open(context: TestContext, secure: boolean): Promise<Place> {
  const clock = new ManualClock(Date.now());
  const hub = await startHub({ clock, ...(secure ? { settings: { 'tls-dev': true } } : {}) });
  context.after(() => hub.close());
  const proxy = await openResetProxy(Number(new URL(hub.baseUrl).port));
  context.after(() => proxy[Symbol.asyncDispose]());
  if (hub.hub.caPath)
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(hub.hub.caPath, 'utf8')]);
  return { hub, token: hub.token({ user: 'alice', lifetimeSeconds: 86_400 }), proxy, clock, secure };
}

/** One visit of a client, until its connection is closed. */
type Visit = (place: Place) => Promise<void>;

interface Closing {
  once(name: 'close', call: () => void): unknown;
}

function closed(connection: Closing): Promise<void> {
  return new Promise((resolve) => void connection.once('close', () => resolve()));
}

function dial({ proxy: { port }, secure }: Place): Socket {
  const address = { port, host: '127.0.0.1' };
  const socket = secure ? connectTls({ ...address, servername: 'localhost' }) : connect(address);
  return socket.on('error', () => {}).resume();
}

/** Several requests after each other, each with a body, and a stream at the end. */
const overHttp1: Visit = async (place) => {
  const socket = dial(place);
  const body = JSON.stringify(post());
  const head = `Host: hub\r\nAuthorization: Bearer ${place.token}\r\n`;
  const create = `POST ${feed} HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  socket.write(`${create}${create}GET ${feed}/delta HTTP/1.1\r\n${head}\r\n`);
  socket.write(`GET ${feed}/stream HTTP/1.1\r\n${head}Accept: text/event-stream\r\n\r\n`);
  await ended(place, socket);
};

const overWebSocket: Visit = async (place) => {
  const { token, secure, proxy } = place;
  const url = `${secure ? 'wss' : 'ws'}://localhost:${proxy.port}${feed}/stream`;
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => {});
  socket.on('message', (bytes) => {
    const { cursor } = JSON.parse(String(bytes)) as { cursor?: string };
    socket.send(JSON.stringify({ type: 'ack', cursor }));
    socket.ping('x'.repeat(100));
  });
  await ended(place, socket);
};

const overHttp2: Visit = async (place) => {
  const { token, proxy } = place;
  const session = connectHttp2(`https://localhost:${proxy.port}`);
  session.on('error', () => {});
  const authorization = `Bearer ${token}`;
  const ask = (headers: Record<string, string>, body = ''): void => {
    const stream = session.request({ authorization, ...headers }, { endStream: body === '' });
    stream.on('error', () => {}).resume();
    if (body !== '') stream.end(body);
  };
  ask({ ':path': `${feed}/stream`, accept: 'text/event-stream' });
  const create = { ':method': 'POST', ':path': feed, 'content-type': 'application/json' };
  for (let nth = 0; nth < 3; nth++) ask(create, JSON.stringify(post()));
  ask({ ':path': `${feed}/delta` });
  ask(
    { ...create, ':path': '/identity/token', 'content-type': 'application/x-www-form-urlencoded' },
    'grant_type=x',
  );
  await ended(place, session);
};

/** Changes are told until the reset comes; where it never does, it is made. */
async function ended(place: Place, connection: Closing): Promise<void> {
  let isOver = false;
  void closed(connection).then(() => {
    isOver = true;
  });
  for (let nth = 0; nth < 4 && !isOver; nth++) await create(place);
  await until(() => {
    place.proxy.reset();
    return isOver;
  }, 'the end of the connection');
}

async function create({ hub, token, secure }: Place): Promise<void> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    connection: 'close',
  };
  const url = secure ? hub.baseUrl.replace('http:', 'https:') : hub.baseUrl;
  const answered = await fetch(url + feed, { method: 'POST', headers, body: JSON.stringify(post()) });
  assert.equal(answered.status, 201, await answered.text());
}

function connectionsOf({ hub }: Place): Promise<number> {
  return new Promise((resolve) => hub.hub.app.server.getConnections((_error, count) => resolve(count)));
}

const visits: readonly [name: string, visit: Visit, secure: boolean][] = [
  ['HTTP/1.1', overHttp1, false],
  ['HTTP/1.1 over TLS', overHttp1, true],
  ['WebSocket', overWebSocket, false],
  ['WebSocket over TLS', overWebSocket, true],
  ['HTTP/2', overHttp2, true],
];
for (const [name, visit, secure] of visits) {
  test(`${name}: a client that is reset after any byte costs the hub that connection and no more`, async (context) => {
    const place = await open(context, secure);
    for (const reset of resets(secure ? 8000 : 4000)) {
      place.proxy.resetAfter = reset;
      await visit(place);
    }
    await until(async () => {
      // Of those that Node does not notice, the hub finds out by asking.
      place.clock.advance(30_000);
      return place.hub.hub.fanOut.open === 0 && (await connectionsOf(place)) === 0;
    }, 'the end of all connections and streams');
    await create(place);
  });
}

for (const secure of [false, true]) {
  test(`a client that goes away while its stream is admitted leaves none, ${secure ? 'over HTTP/2' : 'over HTTP/1.1'}`, async (context) => {
    const place = await open(context, secure);
    const verified: Promise<void>[] = [];
    for (let nth = 0; nth < 20; nth++) {
      // Each token is new to the hub, and verified on another thread.
      const token = place.hub.token({ user: 'alice', lifetimeSeconds: 86_400 + nth });
      const leave = secure ? leaveHttp2 : leaveHttp1;
      verified.push(leave({ ...place, token }));
    }
    await Promise.all(verified);
    await create(place);
    await until(async () => (await connectionsOf(place)) === 0, 'the end of the connections');
    await until(() => place.hub.hub.fanOut.open === 0, 'the end of the streams');
  });
}

async function leaveHttp1(place: Place): Promise<void> {
  const socket = dial(place);
  const head = `Host: hub\r\nAuthorization: Bearer ${place.token}\r\nAccept: text/event-stream\r\n\r\n`;
  socket.write(`GET ${feed}/stream HTTP/1.1\r\n${head}`, () => socket.resetAndDestroy());
  await closed(socket);
}

async function leaveHttp2({ hub, token }: Place): Promise<void> {
  const session = connectHttp2(hub.baseUrl.replace('http:', 'https:'));
  session.on('error', () => {});
  const stream = session.request({
    ':path': `${feed}/stream`,
    accept: 'text/event-stream',
    authorization: `Bearer ${token}`,
  });
  stream.on('error', () => {}).resume();
  stream.once('ready', () => session.destroy());
  await closed(session);
}

test('a session of HTTP/2 is asked for a sign of life, and one that gives it stays', async (context) => {
  const place = await open(context, true);
  const session = connectHttp2(place.hub.baseUrl.replace('http:', 'https:'));
  context.after(() => session.destroy());
  let asked = 0;
  session.on('ping', () => asked++);
  const authorization = `Bearer ${place.token}`;
  const stream = session.request({ ':path': `${feed}/stream`, accept: 'text/event-stream', authorization });
  await new Promise((resolve) => stream.resume().once('response', resolve));
  for (let nth = 1; nth <= 6; nth++) {
    place.clock.advance(30_000);
    await until(() => asked >= nth, 'a PING');
    // Its answer follows the hub's question, and so does what comes after it.
    await new Promise((resolve) => session.ping(resolve));
  }
  assert.deepEqual([session.destroyed, stream.destroyed], [false, false]);
});
