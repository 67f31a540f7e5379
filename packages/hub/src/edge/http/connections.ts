// The open connections. An address may have so many that have not authenticated: beyond it the oldest idle one is closed,
// and what makes no progress ends (stalled, silent-sessions). For a drain, plain sockets finish a running request, and HTTP/2 sessions get
// a GOAWAY, for which Node's own close would wait forever; what is left after the grace period is cut.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { constants, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import { limits } from '@carillon/protocol';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { SilentSessions } from './silent-sessions.ts';
import { Stalled } from './stalled.ts';

const graceMs = 5000;
const lookAgainMs = 100;
/** A client may need so long from its connection to its request: TLS, a slow network, a hub that a thousand come back to. */
const strangerGraceMs = 1000;

/** What identifies a connection, whether seen as a socket, below TLS or through a session of HTTP/2. */
interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** A connection over which nobody has authenticated. */
interface Stranger {
  readonly socket: Socket;
  readonly openedAt: number;
  /** Requests under way. */
  requests: number;
}

export class Connections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<Http2Session>();
  readonly #stalled: Stalled;
  readonly #silent: SilentSessions;
  readonly #isProxy: (address: string) => boolean;
  /** By address, then by port, the oldest first. */
  readonly #strangers = new Map<string, Map<number, Stranger>>();
  /** As requests show them. */
  readonly #known = new WeakSet<object>();

  /** Connections of a proxy are many clients', and not bounded by its address. */
  constructor(server: object, isProxy: (address: string) => boolean, clock: Clock) {
    this.#server = server as Server;
    this.#isProxy = isProxy;
    this.#stalled = new Stalled(this.#sockets, clock);
    this.#silent = new SilentSessions(clock);
    this.#server.on('connection', (socket) => this.#opened(socket));
    // Before Node's own listener, which makes the session of this socket at once.
    let newest: Socket | null = null;
    this.#server.prependListener('secureConnection', (socket: Socket) => {
      newest = socket;
      this.#track(socket);
    });
    this.#server.on('request', (request, response) => this.#asked(request, response));
    this.#server.on('session', (session: Http2Session) => {
      this.#began(session);
      if (newest) this.#silent.watch(session, newest);
    });
  }

  /** Somebody authenticated over this connection. */
  authenticated(socket: Peer | undefined): void {
    // Gone already, with its session of HTTP/2.
    if (!socket || this.#known.has(socket)) return;
    this.#known.add(socket);
    this.#forget(socket);
  }

  /** A live stream was opened over this connection. */
  isLive(socket: object | undefined): void {
    if (socket) this.#stalled.isLive(socket);
  }

  async drain(close: () => Promise<void>): Promise<void> {
    const cut = systemClock.after(graceMs, () => {
      for (const session of this.#sessions) session.destroy();
      for (const socket of this.#sockets) socket.destroy();
    });
    const closed = close();
    for (const session of this.#sessions) session.close();
    // A connection is idle once its request is answered, and would then be kept alive.
    const idle = systemClock.every(lookAgainMs, () => {
      if ('closeIdleConnections' in this.#server) this.#server.closeIdleConnections();
    });
    await closed;
    idle.stop();
    cut.stop();
    this.#stalled.stop();
    this.#silent.stop();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #began(session: Http2Session): void {
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    session.on('stream', (stream: ServerHttp2Stream, _headers: object, flags: number) =>
      this.#stalled.watchStream(stream, (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0),
    );
  }

  #opened(socket: Socket): void {
    this.#track(socket);
    const { remoteAddress: address = '', remotePort: port = 0 } = socket;
    if (this.#isProxy(address)) return;
    const strangers = this.#strangers.get(address) ?? new Map<number, Stranger>();
    this.#strangers.set(address, strangers);
    strangers.set(port, { socket, openedAt: systemClock.now(), requests: 0 });
    socket.once('close', () => this.#forget({ remoteAddress: address, remotePort: port }));
    if (strangers.size === limits.connectionsPerAddress + 1) this.#trimSoon(strangers);
  }

  /** After a moment, and after what was received is read: many devices behind one address may come back together. */
  #trimSoon(strangers: ReadonlyMap<number, Stranger>): void {
    systemClock.after(strangerGraceMs, () =>
      setImmediate(() => {
        const now = systemClock.now();
        for (const { requests, openedAt, socket } of strangers.values()) {
          if (strangers.size <= limits.connectionsPerAddress) return;
          if (requests > 0 || now - openedAt < strangerGraceMs) continue;
          this.#forget(socket);
          socket.destroy();
        }
        // Those that are left are at work, or have just come: look again.
        if (strangers.size > limits.connectionsPerAddress) this.#trimSoon(strangers);
      }),
    );
  }

  #asked({ socket }: IncomingMessage, response: ServerResponse): void {
    if (!socket || this.#known.has(socket)) return;
    const stranger = this.#strangers.get(socket.remoteAddress ?? '')?.get(socket.remotePort ?? 0);
    if (!stranger) return;
    stranger.requests++;
    response.once('close', () => stranger.requests--);
  }

  #forget({ remoteAddress = '', remotePort = 0 }: Peer): void {
    const strangers = this.#strangers.get(remoteAddress);
    if (strangers?.delete(remotePort) && strangers.size === 0) this.#strangers.delete(remoteAddress);
  }
}
