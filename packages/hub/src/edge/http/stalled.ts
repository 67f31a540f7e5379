// Ends what makes no progress: a connection of HTTP/1 or a WebSocket whose reader takes nothing of what waits for it, and
// streams of HTTP/2 that are neither read nor, while their body is on its way, written. A live stream has more time: the
// fan-out says goodbye to it first.
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { limits } from '@carillon/protocol';
import type { Clock, Timer } from '../../lib/clock.ts';

const lookEveryMs = 2000;
const stalledMs = limits.stalledSeconds * 1000;
/** For the `bye` of a live stream to be written, and to leave. */
const goodbyeMs = 10_000;

interface Wait {
  /** Bytes that have left, as far as they are known. */
  readonly sent: number;
  readonly since: number;
}

interface Unsent {
  readonly bytes: number;
  readonly since: number;
}

export class Stalled {
  readonly #sockets: ReadonlySet<Socket>;
  readonly #clock: Clock;
  readonly #waits = new WeakMap<Socket, Wait>();
  /** Sockets of live streams. */
  readonly #live = new WeakSet<object>();
  /** Streams of HTTP/2, with what of their answers has not left. Node's own timeout of one begins anew whenever the session sends anything. */
  readonly #streams = new Map<ServerHttp2Stream, Unsent>();
  /** When streams of HTTP/2 began whose body has not arrived. */
  readonly #bodies = new Map<ServerHttp2Stream, number>();
  readonly #timer: Timer;

  constructor(sockets: ReadonlySet<Socket>, clock: Clock) {
    this.#sockets = sockets;
    this.#clock = clock;
    this.#timer = clock.every(lookEveryMs, () => this.#look(clock.now()));
  }

  stop(): void {
    this.#timer.stop();
  }

  /** A live stream was opened on this socket. */
  isLive(socket: object): void {
    this.#live.add(socket);
  }

  watchStream(stream: ServerHttp2Stream, hasBody: boolean): void {
    this.#streams.set(stream, { bytes: 0, since: this.#clock.now() });
    stream.once('close', () => this.#streams.delete(stream));
    if (!hasBody) return;
    this.#bodies.set(stream, this.#clock.now());
    const forget = (): void => void this.#bodies.delete(stream);
    stream.once('end', forget).once('close', forget);
  }

  #look(now: number): void {
    for (const socket of this.#sockets) if (socket.writableLength > 0) this.#lookAt(socket, now);
    for (const [stream, unsent] of this.#streams) this.#lookAtStream(stream, unsent, now);
    for (const [stream, since] of this.#bodies) {
      if (now - since < stalledMs) break; // the oldest come first
      stream.close(constants.NGHTTP2_CANCEL);
    }
  }

  #lookAtStream(stream: ServerHttp2Stream, { bytes, since }: Unsent, now: number): void {
    const { writableLength } = stream;
    if (writableLength === 0 || writableLength !== bytes)
      this.#streams.set(stream, { bytes: writableLength, since: now });
    else if (now - since >= stalledMs && !isLive(stream)) stream.close(constants.NGHTTP2_CANCEL);
  }

  #lookAt(socket: Socket, now: number): void {
    const sent = socket.bytesWritten - socket.writableLength - queuedBytes(socket);
    const wait = this.#waits.get(socket);
    if (wait?.sent !== sent) this.#waits.set(socket, { sent, since: now });
    else if (now - wait.since >= stalledMs + (this.#live.has(socket) ? goodbyeMs : 0)) socket.destroy();
  }
}

function isLive(stream: ServerHttp2Stream): boolean {
  return String(stream.sentHeaders?.['content-type']).startsWith('text/event-stream');
}

/** What the operating system has not taken of the write under way: Node's own timeout of a socket reads the same. */
function queuedBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  return typeof handle === 'object' && handle !== null
    ? Number(Reflect.get(handle, 'writeQueueSize') ?? 0)
    : 0;
}
