// Whether a server speaks HTTP/2 on a connection without TLS, asked with a connection of its own before any request is
// written: an HTTP/1.1 server would take the preface for a broken request, and the request after it must not be at stake.
import type { Socket } from 'node:net';

/** RFC 9113, section 3.4: the client's preface, and an empty SETTINGS frame. */
const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'),
  Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0),
]);
const typeAt = 3;
const settings = 4;

/** True when the first frame of the answer is SETTINGS, as it must be; false for other bytes or none. Ends the connection. */
export function speaksHttp2(socket: Socket): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length <= typeAt) return;
    resolve(received[typeAt] === settings);
    socket.destroy();
  });
  socket.once('end', () => socket.destroy());
  socket.once('close', () => resolve(false));
  socket.write(preface);
  return promise;
}
