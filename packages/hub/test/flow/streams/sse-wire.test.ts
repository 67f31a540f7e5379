import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';

/** What a client of that version of HTTP gets, byte by byte, from the request to now. */
async function askRaw(context: TestContext, hub: TestHub, version: '1.0' | '1.1') {
  const { hostname, port } = new URL(hub.baseUrl);
  const socket = connect(Number(port), hostname);
  context.after(() => socket.destroy());
  await once(socket, 'connect');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write(
    `GET /v1.0/me/notifications/stream HTTP/${version}\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${hub.token({ user: 'alice' })}\r\n\r\n`,
  );
  return { socket, text: () => text };
}

const createOne = (hub: TestHub) =>
  hub.request('POST', '/v1.0/me/notifications', { token: hub.token({ user: 'alice' }), body: post() });

/** Its time may come between any two events. */
const heartbeat = ':';

describe('a stream over server-sent events, on the wire', () => {
  test('HTTP/1.1: one chunk an event, so that a client which reads in blocks has each at once', async (context) => {
    await using hub = await startHub();
    const { socket, text } = await askRaw(context, hub, '1.1');
    await until(() => text().includes('event: ready'));
    await createOne(hub);
    await until(() => /event: change\n[\s\S]*\n\n\r\n$/.test(text()));
    const [head = '', ...rest] = text().split('\r\n\r\n');
    assert.match(head, /^HTTP\/1\.1 200 /);
    assert.match(head, /\r\ntransfer-encoding: chunked/i);
    assert.match(head, /\r\ncache-control: no-store, no-transform/i);
    assert.match(head, /\r\nx-accel-buffering: no/i);
    assert.doesNotMatch(head, /\r\nconnection: close/i);
    const events: string[] = [];
    let body = rest.join('\r\n\r\n');
    for (let chunk = /^([0-9a-f]+)\r\n/.exec(body); chunk; chunk = /^([0-9a-f]+)\r\n/.exec(body)) {
      const bytes = Buffer.from(body.slice(chunk[0].length));
      const length = Number.parseInt(chunk[1] ?? '', 16);
      events.push(bytes.subarray(0, length).toString());
      assert.equal(bytes.subarray(length, length + 2).toString(), '\r\n');
      body = bytes.subarray(length + 2).toString();
    }
    assert.equal(body, '');
    assert.match(events[0] ?? '', /\nretry: 2000\n/);
    assert.deepEqual(
      events.map((event) => event.split('\n', 1)[0]).filter((line) => line !== heartbeat),
      ['event: ready', 'event: change'],
    );
    for (const event of events) assert.ok(event.endsWith('\n\n'));
    socket.destroy();
  });

  test('HTTP/1.1: the end of the stream is the last chunk, and the connection ends whole', async (context) => {
    const hub = await startHub();
    const { socket, text } = await askRaw(context, hub, '1.1');
    await until(() => text().includes('event: ready'));
    await hub[Symbol.asyncDispose]();
    await until(() => socket.closed);
    assert.match(text(), /event: bye\ndata: [^\n]+\n\n\r\n0\r\n\r\n$/);
  });

  test('HTTP/1.0: the events alone, and the connection is the stream', async (context) => {
    await using hub = await startHub();
    const { text } = await askRaw(context, hub, '1.0');
    await until(() => text().includes('event: ready'));
    await createOne(hub);
    await until(() => text().includes('event: change'));
    const [head = '', body = ''] = text().split('\r\n\r\n');
    assert.doesNotMatch(head, /transfer-encoding/i);
    assert.match(body, /^event: ready\n/);
  });
});
