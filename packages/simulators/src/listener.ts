// One port for all: TLS with HTTP/2 or HTTP/1.1 as the client negotiates (ALPN), or without TLS both in plain, told apart
// by HTTP/2's preface. Hands every whole request on as an Exchange and keeps the connections, to end them all at close.
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type IncomingHttpHeaders, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type Connection, type Exchange, receiveHttp1, receiveHttp2 } from './exchange.ts';

/** What APNs and FCM allow is of this order; a client that opens more streams must wait. */
const maxConcurrentStreams = 1000;
const keepAliveMs = 60_000;

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** PEM; null: without TLS. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
  readonly onExchange: (exchange: Exchange) => void;
  readonly onConnection: (protocol: 'http1' | 'http2') => void;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

export async function openListener(options: ListenerOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const serve = openProtocols(options);
  const server = options.tls ? listenTls(options.tls, serve) : listenPlain(serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening || sockets.size > 0) await once(server, 'close');
    },
  };
}

type Serve = (connection: Connection, http2: boolean) => void;

/** The two protocols over sockets that are already open. */
function openProtocols({ onExchange, onConnection }: ListenerOptions): Serve {
  const hand = (exchange: Exchange | null): void => {
    if (exchange) onExchange(exchange);
  };
  const connections = new WeakMap<object, Connection>();
  const http1 = createHttpServer({ keepAliveTimeout: keepAliveMs }, (request: IncomingMessage, response) => {
    const connection = connections.get(request.socket);
    if (connection) void receiveHttp1(request, response, connection).then(hand);
  });
  return (connection, http2) => {
    onConnection(http2 ? 'http2' : 'http1');
    const { socket } = connection;
    socket.on('error', () => {});
    if (http2) {
      const session = performServerHandshake(socket, { settings: { maxConcurrentStreams } });
      session.on('error', () => {});
      session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
        void receiveHttp2(stream, headers, connection).then(hand);
      });
    } else {
      connections.set(socket, connection);
      http1.emit('connection', socket);
    }
  };
}

function listenTls(tls: { readonly key: string; readonly cert: string }, serve: Serve): Server {
  const raws = new Map<string, Socket>();
  const server = createTlsServer({ ...tls, ALPNProtocols: ['h2', 'http/1.1'] });
  server.on('connection', (raw: Socket) => {
    const name = peer(raw);
    raws.set(name, raw);
    raw.once('close', () => raws.delete(name));
  });
  server.on('secureConnection', (socket) => {
    const raw = raws.get(peer(socket));
    if (raw) serve({ raw, socket }, socket.alpnProtocol === 'h2');
    else socket.destroy();
  });
  server.on('tlsClientError', () => {});
  return server;
}

function peer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function listenPlain(serve: Serve): Server {
  return createNetServer((socket) => {
    socket.once('readable', () => {
      const start: Buffer | null = socket.read();
      if (start === null) return socket.destroy();
      socket.unshift(start);
      return serve({ raw: socket, socket }, start.subarray(0, 3).toString('latin1') === 'PRI');
    });
  });
}
