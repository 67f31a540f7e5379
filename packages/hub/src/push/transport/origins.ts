// The pools of connections, one for each origin and way of speaking to it. What a device registered never shares a pool
// with what an operator configured, or a connection that the guard has not seen would carry its requests.
import { createRequire } from 'node:module';
import type { SecureContext } from 'node:tls';
import type { Pool } from 'undici';
import type { Clock } from '../../lib/clock.ts';
import type { FindProxy } from '../../lib/outbound/proxy.ts';
import { openConnector, type Protocol } from './connector.ts';
import type { Lookup } from './guard.ts';
import { ConnectionSlots } from './slots.ts';

export interface OriginSettings {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly idleMs: number;
  readonly connectionsMax: number;
  readonly connectionsPerOrigin: Readonly<Record<Protocol, number>>;
  readonly lookup: Lookup;
  readonly guardedLookup: Lookup;
  readonly isPrivateName: (name: string) => Promise<boolean>;
  readonly findProxy: FindProxy;
  readonly secureContext: SecureContext | undefined;
}

export interface OriginKey {
  /** As `URL.origin`. */
  readonly origin: string;
  readonly protocol: Protocol;
  readonly guarded: boolean;
  /** What must not share a connection with another of the same origin: empty for what may. */
  readonly connection: string;
}

export interface Origin {
  readonly name: string;
  readonly pool: Pool;
  inFlight: number;
  sockets: number;
}

/** Loaded with the first push: 0.1 s and 30 MB that a hub without any does not spend. */
const load = createRequire(import.meta.url);
const loadUndici = (): typeof import('undici') => load('undici');

/** Streams of one HTTP/2 connection, unless the server allows fewer. */
const streamsMax = 256;

export class Origins {
  readonly #settings: OriginSettings;
  readonly #slots: ConnectionSlots;
  /** The least recently used first. */
  readonly #origins = new Map<string, Origin>();

  constructor(settings: OriginSettings) {
    this.#settings = settings;
    this.#slots = new ConnectionSlots({
      max: settings.connectionsMax,
      makeRoom: () => this.#closeIdle(),
    });
  }

  /** The origin's pool, for one more request. */
  enter(key: OriginKey): Origin {
    const name = `${key.guarded ? 'guarded' : 'open'} ${key.protocol} ${key.origin} ${key.connection}`;
    const origin = this.#origins.get(name) ?? this.#open(name, key);
    this.#origins.delete(name);
    this.#origins.set(name, origin);
    origin.inFlight += 1;
    return origin;
  }

  /** The request has its outcome. */
  leave(origin: Origin): void {
    origin.inFlight -= 1;
    if (origin.inFlight === 0) this.#tidyUp(origin);
  }

  async close(): Promise<void> {
    const origins = [...this.#origins.values()];
    this.#origins.clear();
    const closed = origins.map(({ pool }) => pool.destroy());
    this.#slots.close();
    await Promise.all(closed);
  }

  #open(name: string, { origin: url, protocol, guarded }: OriginKey): Origin {
    const { clock, timeoutMs, silenceMs, idleMs, connectionsPerOrigin, secureContext, ...settings } =
      this.#settings;
    const pool = new (loadUndici().Pool)(url, {
      connections: connectionsPerOrigin[protocol],
      connect: openConnector({
        protocol,
        guarded,
        lookup: guarded ? settings.guardedLookup : settings.lookup,
        isPrivateName: settings.isPrivateName,
        findProxy: settings.findProxy,
        secureContext,
        slots: this.#slots,
        clock,
        timeoutMs,
        onOpen: (socket) => {
          origin.sockets += 1;
          socket.once('close', () => {
            origin.sockets -= 1;
            this.#tidyUp(origin);
          });
        },
        onFailure: (error) => this.#fail(origin, error),
      }),
      allowH2: protocol !== 'http1',
      h2Options: { maxConcurrentStreams: streamsMax, pingInterval: 30_000 },
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      // Before the end of the whole request, so that undici asks a silent connection for a sign of life and replaces
      // it, which it does for no other timeout.
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
    const origin: Origin = { name, pool, inFlight: 0, sockets: 0 };
    return origin;
  }

  /** No connection is possible: all waiting requests fail now, or each would make its own attempt. */
  #fail(origin: Origin, error: Error): void {
    if (origin.sockets === 0) this.#end(origin, error);
  }

  /** Forgets an origin that is of no more use, and makes room for who waits; not while undici is calling back. */
  #tidyUp(origin: Origin): void {
    if (origin.sockets > 0 && !this.#slots.isWaitedFor) return;
    queueMicrotask(() => {
      if (origin.sockets === 0 && origin.inFlight === 0) this.#end(origin);
      if (this.#slots.isWaitedFor) this.#closeIdle();
    });
  }

  /** Closes the least recently used origin that has connections and no request. */
  #closeIdle(): void {
    for (const origin of this.#origins.values()) {
      if (origin.inFlight > 0 || origin.sockets === 0) continue;
      this.#end(origin);
      return;
    }
  }

  #end(origin: Origin, error: Error | null = null): void {
    if (this.#origins.get(origin.name) === origin) this.#origins.delete(origin.name);
    void origin.pool.destroy(error);
  }
}
