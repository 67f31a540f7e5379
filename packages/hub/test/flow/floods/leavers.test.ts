// Clients that leave before they are answered.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { streamPath } from '@carillon/testing/feed/readers.ts';
import { startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';

/** Sends a request, and resets the connection at once. */
function leave({ baseUrl }: TestHub, head: string): Promise<void> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head}\r\nHost: hub.example\r\n\r\n`, () => socket.resetAndDestroy());
    });
    socket.on('error', () => {}).on('close', () => resolve());
  });
}

/** Each is another one, and takes a moment to verify. */
function headOf(hub: TestHub, path: string, nth: number): string {
  const token = hub.token({ user: 'alice', lifetimeSeconds: 1000 + nth });
  return `GET ${path} HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n`;
}

test('a stream whose client left while its token was verified is not kept', async () => {
  await using hub = await startHub();
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13';
  for (let each = 0; each < 50; each++) {
    const head = headOf(hub, streamPath({}), each);
    await leave(hub, `${head}Accept: text/event-stream`);
    await leave(hub, `${head}Connection: Upgrade\r\nUpgrade: websocket\r\n${key}`);
  }
  assert.equal((await hub.request('GET', '/healthz')).status, 200);
  await until(() => hub.hub.fanOut.open === 0, 'none is open');
});

test('an answer whose client left before it was written does not count as one that waits to be read', async () => {
  await using hub = await startHub();
  const path = '/v1.0/me/notifications';
  for (let each = 0; each < 100; each++) await leave(hub, `${headOf(hub, path, each)}Accept: */*`);
  const { status } = await hub.request('GET', path, { token: hub.token({ user: 'alice' }) });
  assert.equal(status, 200);
});
