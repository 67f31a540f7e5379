// Ends sessions of HTTP/2 whose client is gone. Each is asked for a sign of life (PING, RFC 9113, section 6.7), which no
// answer under way delays. Node does not notice a reset that comes in the middle of a write over TLS: neither session nor
// socket closes, and each would keep its descriptor and its streams for ever.
import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../lib/clock.ts';

const lookEveryMs = 2000;
const askEveryMs = 30_000;
/** Beyond what a stream whose reader takes nothing has for its goodbye. */
const silentMs = 60_000;

interface Session {
  readonly socket: Socket;
  askedAt: number;
  answeredAt: number;
}

export class SilentSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<Http2Session, Session>();
  readonly #timer: Timer;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#timer = clock.every(lookEveryMs, () => this.#look(clock.now()));
  }

  stop(): void {
    this.#timer.stop();
  }

  watch(session: Http2Session, socket: Socket): void {
    const now = this.#clock.now();
    this.#sessions.set(session, { socket, askedAt: now, answeredAt: now });
    socket.once('close', () => this.#sessions.delete(session));
  }

  #look(now: number): void {
    for (const [session, state] of this.#sessions) {
      if (now - state.askedAt < askEveryMs) continue;
      if (now - state.answeredAt >= silentMs + askEveryMs) this.#end(session, state);
      else this.#ask(session, state, now);
    }
  }

  #ask(session: Http2Session, state: Session, now: number): void {
    state.askedAt = now;
    if (session.destroyed || session.closed) return; // it has so long to end by itself
    session.ping((error) => {
      if (!error) state.answeredAt = this.#clock.now();
    });
  }

  /** The socket by itself: ending the session would wait for what it still has to write. */
  #end(session: Http2Session, { socket }: Session): void {
    this.#sessions.delete(session);
    session.destroy();
    socket.destroy();
  }
}
