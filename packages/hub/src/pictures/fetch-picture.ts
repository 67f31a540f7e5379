// One picture of another site, asked for by the hub in place of the person who looks. Its address was named by an app, so it
// passes the guard of push addresses: never inside the operator's network, by the address that is connected to. No
// redirect is followed, and size, time and kind are bounded. Why there is none is not told: it would map networks.
import { lookup as dnsLookup } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { tunnelTo } from '../lib/outbound/fetch.ts';
import { destinationOf, type FindProxy, noProxy } from '../lib/outbound/proxy.ts';
import {
  checkHost,
  guardLookup,
  type LookupAll,
  openLookup,
  resolvesPrivately,
} from '../push/transport/guard.ts';
import { type PictureType, pictureTypeOf } from './picture-type.ts';

export interface Picture {
  readonly type: PictureType;
  readonly bytes: Buffer;
}

/** Null where there is none that may be shown. */
export type FetchPicture = (url: string) => Promise<Picture | null>;

export interface PictureSource {
  readonly allowPrivate: boolean;
  /** The proxy to the world. Absent: none. */
  readonly findProxy?: FindProxy;
  /** Certificates in PEM that are trusted beside the system's. */
  readonly extraCa?: string | null;
  /** Default: `dns.lookup`. */
  readonly lookup?: LookupAll;
  readonly timeoutMs?: number;
}

export const pictureBytesMax = 1024 * 1024;

export function openPictureFetch(source: PictureSource): FetchPicture {
  const { extraCa = null } = source;
  // Once: to read all certificates of the system takes a tenth of a second.
  const trusted =
    extraCa === null
      ? {}
      : { secureContext: createSecureContext({ ca: [...getCACertificates('default'), extraCa] }) };
  return (text) => fetchPicture(text, source, trusted).catch(() => null);
}

interface Trusted {
  readonly secureContext?: SecureContext;
}

async function fetchPicture(text: string, source: PictureSource, trusted: Trusted): Promise<Picture | null> {
  const { allowPrivate, findProxy = noProxy, timeoutMs = 10_000 } = source;
  const lookup = source.lookup ?? dnsLookup;
  const url = new URL(text);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null;
  if (!allowPrivate) checkHost(url.hostname);
  const signal = AbortSignal.timeout(timeoutMs);
  const destination = destinationOf(url);
  const proxy = findProxy(destination);
  // The proxy resolves the name by itself: what this machine can tell is told before it is asked.
  if (proxy && !allowPrivate && (await resolvesPrivately(destination.hostname, lookup))) return null;
  const tunnel = proxy && (await tunnelTo(destination, proxy, signal));
  const connection = tunnel
    ? { createConnection: () => tunnel }
    : { agent: false, lookup: allowPrivate ? openLookup(lookup) : guardLookup(lookup) };
  const headers = {
    accept: 'image/avif,image/webp,image/png,image/jpeg,image/gif',
    'user-agent': 'Carillon',
  };
  const { promise, resolve, reject } = Promise.withResolvers<Picture | null>();
  const asked = request(url, { ...connection, ...trusted, headers, signal }, (response) => {
    readPicture(response).then(resolve, reject);
  });
  asked.on('error', reject).end();
  return promise;
}

async function readPicture(response: IncomingMessage): Promise<Picture | null> {
  const { statusCode, headers } = response;
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  const isRefused =
    statusCode !== 200 || !isPlain || Number(headers['content-length'] ?? 0) > pictureBytesMax;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    if (isRefused) return null;
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) return null;
      chunks.push(chunk);
      size += chunk.length;
      if (size > pictureBytesMax) return null;
    }
  } finally {
    response.destroy();
  }
  const bytes = Buffer.concat(chunks, size);
  const type = pictureTypeOf(bytes);
  return type === null ? null : { type, bytes };
}
