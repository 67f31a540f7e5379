// Real servers for the client of the push channels: HTTP/1.1 and HTTP/2, with TLS of a local authority or without. They
// count their connections, and close whatever is still open.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import {
  createServer as createHttp2,
  createSecureServer as createHttp2Secure,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { makeDevCertificate } from '../../../hub/src/edge/http/dev-certificate.ts';
import { systemClock } from '../../../hub/src/lib/clock.ts';
import { tempFolder } from '../hub/identity.ts';

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
}

export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export async function makeTls(): Promise<TlsFiles> {
  const folder = tempFolder();
  try {
    const { key, cert, caPath } = await makeDevCertificate(join(folder.path, 'tls'), systemClock);
    return { key, cert, ca: readFileSync(caPath, 'utf8') };
  } finally {
    folder.remove();
  }
}

export type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

export function serveHttp1(listener: RequestListener, tls?: TlsFiles): Promise<TestServer> {
  const server = tls ? createHttps(tls, listener) : createHttp(listener);
  server.keepAliveTimeout = 0;
  return listen(server, tls ? 'https' : 'http');
}

export interface Http2Options {
  readonly tls?: TlsFiles;
  readonly settings?: Settings;
  /** Sees the server before it listens. */
  readonly prepare?: (server: Http2Server) => void;
}

export function serveHttp2(listener: StreamListener, options: Http2Options = {}): Promise<TestServer> {
  const { tls, settings = {}, prepare } = options;
  const server = tls ? createHttp2Secure({ ...tls, settings }) : createHttp2({ settings });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {}); // a client that goes away is what some tests are about
    listener(stream, headers);
  });
  server.on('sessionError', () => {});
  prepare?.(server as Http2Server);
  return listen(server as unknown as Server, tls ? 'https' : 'http');
}

export async function listen(server: Server, scheme: string): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://localhost:${port}`,
    port,
    get connections() {
      return connections;
    },
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** Answers after the request has been read. */
export function answer(stream: ServerHttp2Stream, status = 201, body = ''): void {
  stream.resume();
  stream.once('end', () => {
    if (stream.destroyed) return;
    stream.respond({ ':status': status });
    stream.end(body);
  });
}
