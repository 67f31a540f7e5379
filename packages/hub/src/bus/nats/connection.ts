// One connection to a NATS server, reopened forever with jitter, and the subscriptions that outlive it. Without it,
// and beyond a bound of what the server has not taken yet, publishing drops. The client's own reconnection stays off: it
// would keep what is published meanwhile, and can't be stopped before its first success.
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';

/** Of what is published and not yet confirmed by the server's answer to a PING. */
const pendingMaxBytes = 8 * 1024 * 1024;
const askEveryBytes = 256 * 1024;
const retryFirstMs = 250;
const retryMaxMs = 4000;
const closeGraceMs = 1000;

export interface ConnectionListener {
  message(subject: string, bytes: Uint8Array): void;
  connected(server: string): void;
  /** Called once for each outage, with its cause. */
  away(error: Error): void;
  /** The server refuses something, such as a subject; the connection stays. */
  refused(error: Error): void;
}

export interface ConnectionSetup {
  /** One attempt. */
  readonly connect: () => Promise<NatsConnection>;
  readonly clock: Clock;
  readonly random: Random;
}

export class Connection {
  readonly #setup: ConnectionSetup;
  readonly #listener: ConnectionListener;
  readonly #subjects = new Map<string, Subscription | null>();
  #nats: NatsConnection | null = null;
  #isConnected = false;
  #pendingBytes = 0;
  #asking = false;
  #failures = 0;
  #reported = false;
  #closed = false;
  #pause: { readonly timer: Timer; readonly end: () => void } | null = null;
  readonly #running: Promise<void>;

  constructor(setup: ConnectionSetup, listener: ConnectionListener) {
    this.#setup = setup;
    this.#listener = listener;
    this.#running = this.#run();
  }

  /** All subscriptions are in effect. */
  get connected(): boolean {
    return this.#isConnected;
  }

  get payloadMaxBytes(): number {
    return this.#nats?.info?.max_payload ?? 0;
  }

  subscribe(subject: string): void {
    if (!this.#subjects.has(subject)) this.#subjects.set(subject, this.#open(subject));
  }

  unsubscribe(subject: string): void {
    this.#subjects.get(subject)?.unsubscribe();
    this.#subjects.delete(subject);
  }

  /** False when it was dropped. */
  publish(subject: string, bytes: Uint8Array): boolean {
    const nats = this.#nats;
    if (!nats || !this.#isConnected || this.#pendingBytes + bytes.length > pendingMaxBytes) return false;
    try {
      nats.publish(subject, bytes);
    } catch {
      return false; // it closes at this moment
    }
    this.#pendingBytes += bytes.length + subject.length;
    if (this.#pendingBytes >= askEveryBytes) void this.#ask(nats);
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const nats = this.#nats;
    if (nats && this.#isConnected)
      await Promise.race([nats.flush().catch(() => {}), this.#wait(closeGraceMs)]);
    this.#pause?.end();
    // An attempt to connect that is under way ends by itself, within its timeout, and closes what it gets.
    if (!nats) return;
    await nats.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const why = await this.#connectOnce();
      if (this.#closed) return;
      if (!this.#reported) this.#listener.away(why);
      this.#reported = true;
      await this.#wait(this.#retryMs());
    }
  }

  /** Resolves when the connection is over, with why. */
  async #connectOnce(): Promise<Error> {
    try {
      const nats = await this.#setup.connect();
      return (await this.#use(nats)) ?? new Error('the connection was closed');
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#isConnected = false;
      this.#nats = null;
    }
  }

  async #use(nats: NatsConnection): Promise<Error | undefined> {
    if (this.#closed) {
      await nats.close();
      return undefined;
    }
    this.#nats = nats;
    this.#pendingBytes = 0;
    this.#asking = false;
    const over = nats.closed();
    void this.#watch(nats);
    for (const subject of this.#subjects.keys()) this.#subjects.set(subject, this.#open(subject));
    const settled = await Promise.race([nats.flush().then(() => null), over.then((error) => ({ error }))]);
    if (settled === null && !this.#closed) {
      this.#isConnected = true;
      this.#failures = 0;
      this.#reported = false;
      this.#listener.connected(nats.getServer());
    }
    return (await over) ?? undefined;
  }

  async #watch(nats: NatsConnection): Promise<void> {
    for await (const status of nats.status()) {
      if (status.type === 'error') this.#listener.refused(status.error);
      // Its own way to end a stale connection waits for bytes to leave that never will.
      if (status.type === 'staleConnection') void nats.close();
    }
  }

  #open(subject: string): Subscription | null {
    if (!this.#nats || this.#nats.isClosed()) return null;
    const callback = (error: Error | null, message: Msg): void => {
      if (!error) this.#listener.message(message.subject, message.data);
    };
    return this.#nats.subscribe(subject, { callback });
  }

  /** Finds out what the server has taken, so that one that takes nothing more can't fill the memory. */
  async #ask(nats: NatsConnection): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const asked = this.#pendingBytes;
    await nats.flush().catch(() => {});
    if (this.#nats !== nats) return;
    this.#pendingBytes -= asked;
    this.#asking = false;
    if (this.#pendingBytes >= askEveryBytes) void this.#ask(nats);
  }

  /** At least half of a doubling delay, so that many nodes do not come back at once. */
  #retryMs(): number {
    const ceiling = Math.min(retryMaxMs, retryFirstMs * 2 ** Math.min(this.#failures++, 10));
    return (ceiling * (1 + this.#setup.random())) / 2;
  }

  async #wait(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pause = { timer: this.#setup.clock.after(delayMs, resolve), end: resolve };
    await promise;
    this.#pause?.timer.stop();
    this.#pause = null;
  }
}
