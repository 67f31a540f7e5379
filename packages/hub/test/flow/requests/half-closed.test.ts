// A client that has sent its request and closes its side, as `printf … | nc` does, still reads: it gets its answer, however
// long that takes. One whose stream it closes has left.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { streamPath } from '@carillon/testing/feed/readers.ts';
import { post, sendRaw, startHub, until } from '@carillon/testing/hub/hub.ts';

const feed = '/v1.0/me/notifications';

test('a half-closed request is answered, also one whose token has to be verified', async () => {
  await using hub = await startHub();
  const token = hub.token({ user: 'alice' });
  const head = `Host: hub.example\r\nAuthorization: Bearer ${token}\r\n`;
  const body = JSON.stringify(post());
  const json = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  assert.match(await sendRaw(hub.baseUrl, `GET ${feed} HTTP/1.1\r\n${head}\r\n`), /^HTTP\/1.1 200 /);
  assert.match(
    await sendRaw(hub.baseUrl, `POST ${feed} HTTP/1.1\r\n${head}${json}\r\n${body}`),
    /^HTTP\/1.1 201 /,
  );
});

test('a stream whose client closes its side ends', async () => {
  await using hub = await startHub();
  const { hostname, port } = new URL(hub.baseUrl);
  const socket = connect(Number(port), hostname);
  const head = `Host: hub.example\r\nAuthorization: Bearer ${hub.token({ user: 'alice' })}\r\nAccept: text/event-stream`;
  socket.write(`GET ${streamPath({})} HTTP/1.1\r\n${head}\r\n\r\n`);
  socket.resume();
  await until(() => hub.hub.fanOut.open === 1);
  socket.end();
  await until(() => hub.hub.fanOut.open === 0);
  await until(() => socket.closed);
});
