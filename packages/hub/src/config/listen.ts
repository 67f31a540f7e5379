// Where the hub listens, for clients and for who scrapes metrics, under which URL clients reach it, which proxies it trusts, and how it stops.
// Every URL that the hub writes begins with the public URL.
import { Type } from '@carillon/protocol/schemas';
import ipaddr from 'ipaddr.js';
import { isLoopback, urlHost, withoutBrackets } from '../lib/url-host.ts';
import { quoteUrl } from './expected.ts';
import { type Reading, repeated, setting } from './setting.ts';

export interface ListenConfig {
  readonly port: number;
  readonly host: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly trustedProxies: readonly string[];
  /** Between saying that it is not ready and ending the streams. */
  readonly drainDelayMs: number;
  /** Where metrics need no token; null: nowhere. */
  readonly metricsListen: { readonly port: number; readonly host: string } | null;
}

export const listenSettings = {
  port: setting({
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: 4280,
    takes: 'number',
    about: 'port to listen on; 0 takes any free one',
  }),
  host: setting({
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
    takes: 'address',
    about: 'address to listen on',
  }),
  'public-url': setting(
    {
      schema: Type.String({ minLength: 1 }),
      usual: 'where it listens',
      takes: 'url',
      about: 'URL under which clients reach the hub',
    },
    (given) => (given === null ? null : readPublicUrl(given)),
  ),
  'trusted-proxy': repeated(
    { takes: 'cidr', usual: 'none', about: 'proxy whose X-Forwarded-For is trusted' },
    readProxy,
  ),
  'drain-delay': setting({
    schema: Type.Integer({ minimum: 0, maximum: 60 }),
    usual: '0; with a bus 2',
    takes: 'seconds',
    unit: 'seconds',
    about: 'how long /readyz answers 503 before the streams end',
  }),
  'metrics-port': setting({
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    usual: 'none',
    takes: 'number',
    about: 'port on which GET /metrics needs no token; 0 takes any free one',
  }),
  'metrics-host': setting({
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
    takes: 'address',
    about: 'address of the port of the metrics, which only a scraper should reach',
  }),
};

export function readListen(
  { values, isGiven, problem }: Reading<typeof listenSettings>,
  {
    dev,
    tls,
    hasBus,
  }: { readonly dev: boolean; readonly tls: 'off' | 'dev' | 'own'; readonly hasBus: boolean },
): ListenConfig {
  const { port, 'metrics-port': metricsPort } = values;
  const host = withoutBrackets(values.host);
  if (dev && !isLoopback(host))
    problem('host', `"${host}" is not a loopback address, and --dev never listens beyond loopback`);
  if (metricsPort === null && isGiven('metrics-host'))
    problem('metrics-host', 'is needed only beside metrics-port');
  if (metricsPort === port && port !== 0) problem('metrics-port', 'must be another one than port');
  const own = `${tls === 'off' ? 'http' : 'https'}://${urlHost(tls === 'dev' ? 'localhost' : host)}:${port}`;
  return {
    port,
    host,
    publicUrl: values['public-url'] ?? own,
    trustedProxies: values['trusted-proxy'],
    drainDelayMs: 1000 * (values['drain-delay'] ?? (hasBus ? 2 : 0)),
    metricsListen:
      metricsPort === null ? null : { port: metricsPort, host: withoutBrackets(values['metrics-host']) },
  };
}

function readPublicUrl(given: string): string {
  const url = URL.parse(given);
  const bare = url !== null && url.username + url.password + url.search + url.hash === '';
  if (bare && /^https?:$/.test(url.protocol)) return given.replace(/\/+$/, '');
  throw new Error(`${quoteUrl(given)} must be an http or https URL without user, password and query`);
}

function readProxy(given: string): string {
  if (ipaddr.isValid(given) || ipaddr.isValidCIDR(given)) return given;
  throw new Error(`"${given}" must be an address or a CIDR range such as 10.0.0.0/8`);
}
