// When the connection of an answer is gone, also when it was gone before anybody asked: a client may leave while its token
// is verified, and its 'close' does not come twice.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Duplex, Writable } from 'node:stream';

/** An answer of HTTP/1 or 2, or the socket of a WebSocket. */
type Connection = ServerResponse | Duplex;

export function whenClosed(connection: Connection, call: () => void): void {
  if (isGone(connection)) call();
  else connection.once('close', call);
}

/** A response of HTTP/2 says so by its stream. */
export function isGone(connection: Connection): boolean {
  const stream: unknown = Reflect.get(connection, 'stream');
  return connection.destroyed || (stream instanceof Writable && stream.destroyed);
}

/**
 * When the client of a request has left, or has ended its side of a connection of HTTP/1. The hub keeps such a connection
 * open, for an answer that comes at once; but of a client that left nothing else arrives until something is written.
 */
export function whenLeft(request: IncomingMessage, response: ServerResponse, call: () => void): void {
  whenClosed(response, call);
  if (request.httpVersionMajor !== 1) return;
  const { socket } = request;
  // Each request that was sent ahead of its turn listens for itself.
  socket.setMaxListeners(0);
  if (socket.readableEnded) call();
  socket.once('end', call);
  response.once('close', () => socket.off('end', call));
}
