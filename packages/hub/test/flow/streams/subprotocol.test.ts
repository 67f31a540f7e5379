import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { streamPath } from '@carillon/testing/feed/readers.ts';
import { startHub, until } from '@carillon/testing/hub/hub.ts';

test('a WebSocket answers no subprotocol, whatever the client offers', async (context) => {
  await using hub = await startHub();
  const { hostname, port } = new URL(hub.baseUrl);
  for (const offered of ['graphql-ws', 'a, b', 'a, a', ' ,']) {
    const socket = connect(Number(port), hostname);
    context.after(() => socket.destroy());
    await once(socket, 'connect');
    let text = '';
    socket.setEncoding('latin1').on('data', (more) => {
      text += more;
    });
    const head = [
      `GET ${streamPath({})} HTTP/1.1`,
      'Host: hub.example',
      `Authorization: Bearer ${hub.token({ user: 'alice' })}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Sec-WebSocket-Protocol: ${offered}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    await until(() => text.includes('\r\n\r\n'));
    assert.match(text, /^HTTP\/1\.1 101 /, offered);
    assert.doesNotMatch(text, /sec-websocket-protocol/i, offered);
    socket.destroy();
  }
});
