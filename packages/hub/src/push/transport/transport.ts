// The one HTTP client of all push channels: pooled HTTP/1.1 and multiplexed HTTP/2, bounded in connections, requests,
// time and what it reads, and unable to reach inside with an address that a device registered. Redirects are never
// followed. Built on undici, which replaces connections that end and moves requests which HTTP/2 declares untouched.
import { lookup as dnsLookup } from 'node:dns';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import { type FindProxy, noProxy } from '../../lib/outbound/proxy.ts';
import type { PushFailure, PushRequest, PushTransport } from '../channels/contract.ts';
import { withdrawn } from '../channels/outcome.ts';
import type { Protocol } from './connector.ts';
import { Exchange, type Outcome } from './exchange.ts';
import { guardLookup, type LookupAll, openLookup, resolvesPrivately } from './guard.ts';
import { type Origin, type OriginKey, Origins } from './origins.ts';

export interface TransportOptions {
  readonly clock: Clock;
  /** Whether an address that a device registered may be a private one. */
  readonly allowPrivate: boolean;
  /** Certificates in PEM that are trusted beside the system's; throws when they can't be read. */
  readonly extraCa: string | null;
  /** The proxy to the world. Absent: none. */
  readonly findProxy?: FindProxy;
  /** For the whole request, waiting for a connection included. Default: 10 s. */
  readonly timeoutMs?: number;
  /** How long an answer may take to begin, or to go on. Default: three quarters of the whole. */
  readonly silenceMs?: number;
  /** Default: 4, and 2 where only HTTP/2 is spoken. */
  readonly connectionsPerOrigin?: number;
  /** Default: 256. */
  readonly connectionsMax?: number;
  /** After how long without a request a connection is closed. Default: 60 s. */
  readonly idleMs?: number;
  /** Requests that one origin may have under way or waiting; one more fails with `QUEUE_FULL`. Default: 4 096. */
  readonly requestsPerOrigin?: number;
  /** The same for all origins together. Default: 16 384. */
  readonly requestsMax?: number;
  /** Default: `dns.lookup`. */
  readonly lookup?: LookupAll;
}

const http1Connections = 4;
const http2Connections = 2;

export function openTransport(options: TransportOptions): PushTransport {
  const { clock, allowPrivate, timeoutMs = 10_000, requestsPerOrigin = 4096, requestsMax = 16_384 } = options;
  const origins = openOrigins(options, timeoutMs);
  let inFlight = 0;
  let closed = false;

  const dispatch = (request: PushRequest, url: URL, origin: Origin): Promise<Outcome> => {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const settle = (outcome: Outcome): void => {
      inFlight -= 1;
      origins.leave(origin);
      resolve(outcome);
    };
    const { method, headers, body, wait } = request;
    const exchange = new Exchange({ clock, timeoutMs, wait, settle });
    const path = url.pathname + url.search;
    origin.pool.dispatch({ method, path, headers, body }, exchange);
    return promise;
  };

  return {
    request(request) {
      const url = URL.parse(request.url);
      const key = url && keyOf(url, request, allowPrivate);
      if (!key) return failed('INVALID_URL');
      if (closed) return failed('CLOSED');
      if (request.wait?.isWithdrawn) return failed(withdrawn);
      if (inFlight >= requestsMax) return failed('QUEUE_FULL');
      const origin = origins.enter(key);
      if (origin.inFlight > requestsPerOrigin) {
        origins.leave(origin);
        return failed('QUEUE_FULL');
      }
      inFlight += 1;
      return dispatch(request, url, origin);
    },
    async close() {
      closed = true;
      await origins.close();
    },
  };
}

function openOrigins(options: TransportOptions, timeoutMs: number): Origins {
  const { clock, extraCa, connectionsPerOrigin, connectionsMax = 256, idleMs = 60_000 } = options;
  const silenceMs = options.silenceMs ?? Math.ceil(timeoutMs * 0.75);
  const lookup = options.lookup ?? dnsLookup;
  const many = connectionsPerOrigin ?? http1Connections;
  const few = connectionsPerOrigin ?? http2Connections;
  return new Origins({
    clock,
    timeoutMs,
    silenceMs,
    idleMs,
    connectionsMax,
    connectionsPerOrigin: { http1: many, negotiated: many, http2: few, priorKnowledge: few },
    lookup: openLookup(lookup),
    guardedLookup: guardLookup(lookup),
    isPrivateName: (name) => resolvesPrivately(name, lookup),
    findProxy: options.findProxy ?? noProxy,
    secureContext: trusting(extraCa),
  });
}

function trusting(extraCa: string | null): SecureContext | undefined {
  return extraCa === null
    ? undefined
    : createSecureContext({ ca: [...getCACertificates('default'), extraCa] });
}

function keyOf({ protocol, origin }: URL, request: PushRequest, allowPrivate: boolean): OriginKey | null {
  const guarded = !request.trusted && !allowPrivate;
  const spoken = protocolOf(protocol, request.http2Only);
  return spoken && { origin, guarded, protocol: spoken, connection: request.connection ?? '' };
}

function protocolOf(scheme: string, http2Only: boolean): Protocol | null {
  if (scheme === 'https:') return http2Only ? 'http2' : 'negotiated';
  if (scheme === 'http:') return http2Only ? 'priorKnowledge' : 'http1';
  return null;
}

function failed(reason: string): Promise<PushFailure> {
  return Promise.resolve({ failure: 'connect', reason, unanswered: false });
}
