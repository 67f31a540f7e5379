// One request and the ways to end it, the same over HTTP/2 and HTTP/1.1: an answer, a broken connection, or a GOAWAY
// before the answer. listener.ts makes the connections.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { GivenAnswer, ReceivedRequest } from './simulator.ts';

/** More than any provider takes; each has a smaller bound of its own. */
const maxBodyBytes = 1024 * 1024;

export interface Connection {
  /** The one of TCP, under TLS. */
  readonly raw: Socket;
  readonly socket: Socket;
}

export interface Exchange {
  readonly request: ReceivedRequest;
  readonly protocol: 'HTTP/2' | 'HTTP/1.1';
  readonly connection: Connection;
  answer(answer: GivenAnswer): void;
  /** Ends it without an answer: the stream, or the connection where there is none. */
  reset(): void;
  /** Tells the client to use a new connection from now on; this request is still answered. */
  goAway(): void;
}

/** Breaks it with a TCP reset, the way a crashed machine or a proxy does. */
export function resetConnection({ raw, socket }: Connection): void {
  socket.on('error', () => {});
  raw.on('error', () => {});
  raw.resetAndDestroy();
  socket.destroy();
}

export async function receiveHttp2(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  connection: Connection,
): Promise<Exchange | null> {
  stream.on('error', () => {});
  const body = await readBody(stream, connection);
  const session = stream.session as ServerHttp2Session | undefined;
  if (!session || body === null) return null;
  return {
    request: {
      method: headers[':method'] ?? '',
      path: headers[':path'] ?? '',
      authority: headers[':authority'] ?? headers.host ?? '',
      headers: plainHeaders(headers),
      body,
    },
    protocol: 'HTTP/2',
    connection,
    answer: (answer) => answerHttp2(stream, answer),
    reset: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    goAway: () => {
      session.goaway();
      session.close();
    },
  };
}

function answerHttp2(stream: ServerHttp2Stream, { status, headers, body }: GivenAnswer): void {
  if (stream.closed || stream.destroyed) return;
  stream.respond({ ...headers, ':status': status }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
}

export async function receiveHttp1(
  request: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
): Promise<Exchange | null> {
  response.on('error', () => {});
  const body = await readBody(request, connection);
  if (body === null) return null;
  return {
    request: {
      method: request.method ?? '',
      path: request.url ?? '',
      authority: request.headers.host ?? '',
      headers: plainHeaders(request.headers),
      body,
    },
    protocol: 'HTTP/1.1',
    connection,
    answer: ({ status, headers = {}, body: text }) => {
      response.statusCode = status;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.end(text);
    },
    reset: () => resetConnection(connection),
    goAway: () => response.setHeader('connection', 'close'),
  };
}

/** Null when the client broke off, or was cut off since it sends more than anyone takes. */
function readBody(stream: Readable, connection: Connection): Promise<Buffer | null> {
  const { promise, resolve } = Promise.withResolvers<Buffer | null>();
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBodyBytes) resetConnection(connection);
    else chunks.push(chunk);
  });
  stream.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
  stream.on('close', () => resolve(null));
  return promise;
}

function plainHeaders(received: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in received) {
    const value = received[name];
    if (name.startsWith(':') || value === undefined) continue;
    headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}
