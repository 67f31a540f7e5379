// When the connection of an answer is gone, also when it was gone before anybody asked: a client may leave while its token
// is verified, and its 'close' does not come twice.
import type { ServerResponse } from 'node:http';
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
