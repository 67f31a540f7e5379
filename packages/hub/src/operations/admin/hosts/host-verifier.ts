// Proof that an app's operator holds a host name: a TXT record of its DNS, or a document at its well-known address. The
// document is fetched like any foreign address: never from a private network, without redirects, and bounded.
import { promises as systemDns, lookup as systemLookup } from 'node:dns';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { tunnelTo } from '../../../lib/outbound/fetch.ts';
import { destinationOf, type FindProxy, noProxy } from '../../../lib/outbound/proxy.ts';
import { type HubError, invalid } from '../../../model/errors.ts';
import { isPrivateHost } from '../../../model/push-address.ts';

export interface HostVerifier {
  /** Throws `invalidRequest` for a name that is, or leads to, an address inside a private network. */
  check(host: string): Promise<void>;
  verify(host: string, value: string): Promise<Verification>;
}

interface Verification {
  readonly by: 'dns' | 'wellKnown' | null;
  /** What was found at each place, for people. */
  readonly dns: string;
  readonly wellKnown: string;
}

export interface HostVerifierOptions {
  readonly allowPrivate: boolean;
  /** The proxy to the world, for the document; DNS is always asked from here. Absent: none. */
  readonly findProxy?: FindProxy;
  readonly resolveTxt?: (host: string) => Promise<string[][]>;
  /** All addresses of a name. */
  readonly resolve?: (host: string) => Promise<string[]>;
  /** Answers the status and at most 1 KiB of the body. */
  readonly get?: (url: string, lookup: LookupFunction) => Promise<{ status: number; body: string }>;
}

const timeoutMs = 5000;
const bodyBytesMax = 1024;
const prefix = 'carillon-verification';

export function challengeOf(host: string, value: string) {
  return { dns: `${prefix}=${value}`, wellKnown: wellKnownUrl(host), value };
}

function wellKnownUrl(host: string): string {
  return `https://${host}/.well-known/${prefix}`;
}

export function openHostVerifier(options: HostVerifierOptions): HostVerifier {
  const { allowPrivate, findProxy = noProxy, resolveTxt = txtRecords, resolve = addresses } = options;
  const get = options.get ?? ((url, lookup) => getOnce(url, lookup, findProxy));

  async function publicAddresses(host: string): Promise<string[]> {
    const found = isPrivateHost(host) ? [host] : await Promise.race([resolve(host), late()]);
    if (!allowPrivate && found.some(isPrivateHost)) throw insideNetwork(host);
    return found;
  }

  /** Connects to the address that was checked: the name is not resolved a second time. */
  const lookup: LookupFunction = (host, { all }, done) => {
    publicAddresses(host).then(
      (found) => {
        const each = found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        if (all) done(null, each);
        else done(null, each[0]?.address ?? '', each[0]?.family);
      },
      (error: NodeJS.ErrnoException) => done(error, ''),
    );
  };

  async function check(host: string): Promise<void> {
    await publicAddresses(host).catch((error: unknown) => {
      // A name without any address here can still be proven by its DNS, or be known to the proxy.
      if (isRefusal(error)) throw error;
    });
  }

  return {
    check,
    async verify(host, value) {
      const wanted = [value, `${prefix}=${value}`];
      const dns = await readTxt(host, resolveTxt, wanted);
      if (dns === found) return { by: 'dns', dns, wellKnown: 'not looked at' };
      if (!allowPrivate && isPrivateHost(host)) throw insideNetwork(host);
      const url = wellKnownUrl(host);
      // The proxy resolves the name once more, and what it finds can't be checked from here.
      if (findProxy(destinationOf(new URL(url)))) await check(host);
      const wellKnown = await readWellKnown(url, (asked) => get(asked, lookup), wanted);
      return { by: wellKnown === found ? 'wellKnown' : null, dns, wellKnown };
    },
  };
}

const found = 'found';

async function readTxt(
  host: string,
  resolveTxt: (host: string) => Promise<string[][]>,
  wanted: readonly string[],
): Promise<string> {
  try {
    const records = (await resolveTxt(host)).map((parts) => parts.join(''));
    if (records.some((record) => record === wanted[1])) return found;
    const others = records.filter((record) => record.startsWith(`${prefix}=`)).length;
    return others > 0 ? `the TXT record ${prefix}=… holds another value` : `no TXT record ${prefix}=…`;
  } catch (error) {
    return `no TXT record can be read (${codeOf(error)})`;
  }
}

async function readWellKnown(
  url: string,
  get: (url: string) => Promise<{ status: number; body: string }>,
  wanted: readonly string[],
): Promise<string> {
  try {
    const { status, body } = await get(url);
    if (status !== 200) return `${url} answered ${status}`;
    return wanted.includes(body.trim()) ? found : `${url} holds another value`;
  } catch (error) {
    if (isRefusal(error)) throw error;
    return `${url} can not be read (${codeOf(error)})`;
  }
}

function insideNetwork(host: string): HubError {
  return invalid(
    `"${host}" is or leads to an address inside a private network, which is never asked.`,
    'host',
  );
}

function isRefusal(error: unknown): error is HubError {
  return (error as { kind?: string }).kind === 'invalidRequest';
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? (error as Error).name;
}

/** The system's resolver has no bound of its own. */
function late(): Promise<never> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

function txtRecords(host: string): Promise<string[][]> {
  return new systemDns.Resolver({ timeout: timeoutMs, tries: 1 }).resolveTxt(host);
}

function addresses(host: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, each) => {
      if (error) reject(error);
      else resolve(each.map(({ address }) => address));
    });
  });
}

/** One GET, without redirects; `lookup` is for a connection without a proxy. */
export async function getOnce(
  url: string,
  lookup: LookupFunction,
  findProxy: FindProxy = noProxy,
): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  const destination = destinationOf(new URL(url));
  const proxy = findProxy(destination);
  const tunnel = proxy && (await tunnelTo(destination, proxy, signal));
  const connection = tunnel ? { createConnection: () => tunnel } : { agent: false, lookup };
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...connection, signal }, (response) => {
      let body = '';
      const end = (): void => resolve({ status: response.statusCode ?? 0, body });
      response.setEncoding('latin1').on('data', (chunk: string) => {
        body += chunk;
        if (body.length <= bodyBytesMax) return;
        response.destroy();
        resolve({ status: response.statusCode ?? 0, body: '' }); // too long to be the value
      });
      response.on('end', end).on('error', reject);
    });
    asked.on('error', reject).end();
  });
}
