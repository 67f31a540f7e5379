// A stream over a WebSocket (RFC 6455): the same frames as over SSE, one JSON text each. The upgrade walks through the
// same router and the same steps as any request, so a refusal is an ordinary answer.
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { FanOut } from '../../live/fan-out.ts';
import type { EncodedFrame } from '../../live/frame.ts';
import type { Sink } from '../../live/stream.ts';
import { invalid } from '../../model/errors.ts';
import type { StreamOrder } from '../../operations/kernel/answer.ts';
import { ClientFrames } from './client-frames.ts';

interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();
const clientBytesMax = 16 * 1024;
/** Beyond this the connection is not keeping up, and the feed is the queue. */
const bufferedBytesMax = 64 * 1024;
const closeNormal = 1000;

const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: clientBytesMax,
  autoPong: false, // it would buffer without a bound for a client that does not read
});

/** Leads every upgrade request through Fastify's router. */
export function takeUpgrades(app: FastifyInstance): void {
  (app.server as unknown as Server).on(
    'upgrade',
    (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      upgrades.set(request, { socket, head });
      socket.on('error', () => socket.destroy());
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket as never);
      response.on('finish', () => socket.end());
      app.routing(request, response);
    },
  );
}

/** Any other upgrade that a client offers, like h2c, is ignored, and its request answered as it stands. */
export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

export function wantsWebSocket({ raw }: FastifyRequest): boolean {
  return upgrades.has(raw);
}

/** What `ws` would refuse in words of its own (RFC 6455, section 4.2.1). */
export function checkHandshake({ headers }: FastifyRequest): void {
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    throw invalid(
      'An upgrade to a WebSocket needs a Sec-WebSocket-Key of 16 bytes in base64.',
      'Sec-WebSocket-Key',
    );
  }
  if (headers['sec-websocket-version'] !== '13') {
    throw invalid('Sec-WebSocket-Version must be 13.', 'Sec-WebSocket-Version');
  }
}

export function openWebSocket(
  request: FastifyRequest,
  reply: FastifyReply,
  order: StreamOrder,
  fanOut: FanOut,
): void {
  fanOut.check(order.user.key);
  const { socket, head } = upgrades.get(request.raw) as Upgrade;
  // None that the hub speaks, so none is answered, whatever was offered (RFC 6455, 4.2.2); `ws` would take the first.
  delete request.raw.headers['sec-websocket-protocol'];
  reply.hijack();
  reply.raw.detachSocket(socket as never);
  server.handleUpgrade(request.raw, socket, head, (connection) => follow(connection, socket, order, fanOut));
}

function follow(connection: WebSocket, socket: Duplex, order: StreamOrder, fanOut: FanOut): void {
  const { user, principal, from, subscription } = order;
  const sink = new WebSocketSink(connection, socket);
  const stream = fanOut.join(
    {
      user: user.key,
      visibility: principal.visibility,
      expiresAt: principal.expiresAt,
      origin: principal.origin,
      subscription,
      sink,
    },
    from,
  );
  const frames = new ClientFrames(order, (retryAfterMs) => {
    connection.pause(); // nothing more of a flood is read; what closes the connection is the hub's own bound
    stream.bye('throttled', retryAfterMs);
  });
  connection.on('message', (bytes, isBinary) => frames.take(isBinary ? null : String(bytes)));
  connection.on('ping', (payload) => {
    if (frames.count()) sink.pong(payload);
  });
  connection.on('pong', () => {
    if (!sink.isAnswered()) frames.count();
  });
  socket.on('drain', () => stream.drained());
  connection.on('close', () => fanOut.leave(stream));
  connection.on('error', () => connection.terminate());
}

class WebSocketSink implements Sink {
  readonly #connection: WebSocket;
  readonly #socket: Duplex;
  /** Heartbeats that the client has not answered. */
  #unanswered = 0;

  constructor(connection: WebSocket, socket: Duplex) {
    this.#connection = connection;
    this.#socket = socket;
  }

  /** Whole frames, straight to the socket: one write instead of two for each of a thousand readers. */
  write(frame: EncodedFrame): boolean {
    if (this.#connection.readyState === this.#connection.OPEN) this.#socket.write(frame.webSocket);
    return this.#socket.writableLength < bufferedBytesMax;
  }

  heartbeat(): boolean {
    this.#connection.ping();
    this.#unanswered++;
    return this.#socket.writableLength < bufferedBytesMax;
  }

  pong(payload: Buffer): void {
    const isOpen = this.#connection.readyState === this.#connection.OPEN;
    if (isOpen && this.#socket.writableLength < bufferedBytesMax) this.#connection.pong(payload);
  }

  /** Whether a pong answers a heartbeat; any other is the client's own. */
  isAnswered(): boolean {
    if (this.#unanswered === 0) return false;
    this.#unanswered--;
    return true;
  }

  close(): void {
    this.#connection.close(closeNormal);
  }

  cut(): void {
    this.#connection.terminate();
  }
}
