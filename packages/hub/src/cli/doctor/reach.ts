// How the hub is reached: whether one serves this data and is ready, whether clients can call its public URL, how long its
// certificate is valid, and whether its clock agrees with others.

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { servingHub } from '../../hub/open-data.ts';
import { errorCode } from '../../lib/error-code.ts';
import { connectToProxy, type OutboundProxy } from '../../lib/outbound/proxy.ts';
import { isPrivateHost } from '../../model/push-address.ts';
import { isRefusedByApple } from '../../push/channels/contact.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const requestTimeoutMs = 5000;
const clockToleranceMs = 30_000;
const dayMs = 24 * 3600 * 1000;
const renewDays = 21;

export async function checkServing(dataDir: string): Promise<Finding> {
  const serving = servingHub(dataDir);
  if (!serving) return ok('hub', 'none serves this data now');
  const { publicUrl, processId } = serving;
  const answer = await ask(`${publicUrl}/readyz`, 'GET');
  const who = `process ${processId} at ${publicUrl}`;
  if (answer.status === 200) return ok('hub', `${who} is ready`);
  const what =
    answer.status === null ? `does not answer (${answer.reason})` : `answers ${answer.status} to /readyz`;
  if (answer.status !== null)
    return fail(
      'hub',
      `${who} ${what}`,
      'read its log, on standard error: it names what is missing, mostly the store',
    );
  return warn(
    'hub',
    `${who} ${what}`,
    'check its public URL, proxy and certificate, and that it can be reached from here',
  );
}

export function checkPublicUrl({ publicUrl, host, port, tls }: Config): Finding {
  const { hostname, protocol } = new URL(publicUrl);
  if (/^(0\.0\.0\.0|\[::\])$/.test(hostname)) {
    return fail('public-url', `${publicUrl} is no address that a client can call`, 'set --public-url to one');
  }
  const local = isPrivateHost(hostname);
  const listensBeyond = !isPrivateHost(host) || /^(0\.0\.0\.0|::)$/.test(host);
  if (local && listensBeyond) {
    return warn(
      'public-url',
      `it is ${publicUrl}, though the hub listens on ${host}:${port}`,
      'set --public-url to what clients call, since all links and tokens are made for it',
    );
  }
  if (!local && protocol === 'http:') {
    return warn('public-url', `${publicUrl} is not https`, 'MSAL and the SDKs of Graph insist on https');
  }
  const behind = protocol === 'https:' && tls === 'off' ? ' (a proxy must end TLS)' : '';
  return ok('public-url', `${publicUrl}${behind}`);
}

/** Whom push services may write to: Safari gets no push of a hub that names nobody whom Apple could reach. */
export function checkPushContact({ pushContact, publicUrl }: Config): Finding {
  const contact = pushContact ?? publicUrl;
  if (!isRefusedByApple(contact)) return ok('push-contact', contact);
  return warn(
    'push-contact',
    `Apple refuses web pushes of ${contact}, since it is not public`,
    'set --push-contact to a mailto: or https: address that is',
  );
}

/** The proxies to the world, when there are any. */
export async function checkProxy({ findProxy }: Config): Promise<Finding[]> {
  const distinct = new Map<string, OutboundProxy>();
  for (const secure of [true, false]) {
    const proxy = findProxy({ hostname: 'world.example', port: secure ? 443 : 80, secure });
    if (proxy) distinct.set(proxy.name, proxy);
  }
  return Promise.all([...distinct.values()].map(tryProxy));
}

async function tryProxy(proxy: OutboundProxy): Promise<Finding> {
  const socket = connectToProxy(proxy);
  socket.on('error', () => {});
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    await once(socket, proxy.secure ? 'secureConnect' : 'connect', { signal });
    return ok('proxy', `pushes and calls to issuers go through ${proxy.name}`);
  } catch (error) {
    const why = errorCode(error) ?? 'no answer';
    return fail(
      'proxy',
      `${proxy.name} can not be reached (${why})`,
      'correct HTTPS_PROXY and HTTP_PROXY, or name in NO_PROXY what needs none',
    );
  } finally {
    socket.destroy();
  }
}

export function checkCertificate({ tls, dataDir }: Config, now: number): Finding {
  if (tls === 'off') return ok('tls', 'the hub serves no TLS itself');
  const pem = tls === 'dev' ? readDevCertificate(dataDir) : tls.cert;
  if (pem === null) return ok('tls', 'the local certificate is made when the hub starts');
  const { validTo, validFrom, subject } = new X509Certificate(pem);
  const days = Math.floor((Date.parse(validTo) - now) / dayMs);
  const what = `the certificate of ${subject.replaceAll('\n', ', ')}`;
  const renew = tls === 'dev' ? 'start the hub again, which renews it' : 'renew it, and start the hub again';
  if (Date.parse(validFrom) > now)
    return fail('tls', `${what} is not valid before ${validFrom}`, 'check the clock');
  if (days < 0) return fail('tls', `${what} expired on ${validTo}`, renew);
  if (days < renewDays) return warn('tls', `${what} expires in ${days} days, on ${validTo}`, renew);
  return ok('tls', `${what} is valid until ${validTo}`);
}

function readDevCertificate(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, 'tls', 'localhost.pem'), 'utf8');
  } catch {
    return null;
  }
}

/** Compares with the first of these servers that answers; its Date has whole seconds and is taken as of mid-request. */
export async function checkClock(
  urls: readonly string[],
  now: () => number,
  get: typeof fetch = fetch,
): Promise<Finding> {
  for (const url of urls) {
    const asked = now();
    const { date } = await ask(url, 'HEAD', get);
    if (date === null) continue;
    const offMs = Math.round((asked + now()) / 2 - (date + 500));
    const seconds = `${(Math.abs(offMs) / 1000).toFixed(0)} s`;
    const { host } = new URL(url);
    if (Math.abs(offMs) <= clockToleranceMs)
      return ok('clock', `within ${clockToleranceMs / 1000} s of ${host}`);
    const what = `${seconds} ${offMs > 0 ? 'ahead of' : 'behind'} ${host}`;
    return warn(
      'clock',
      what,
      'set it by NTP: tokens are refused and notifications expire at the wrong time',
    );
  }
  return ok('clock', 'nothing to compare it with: no provider, issuer or hub answers');
}

interface Asked {
  readonly status: number | null;
  /** Its Date, in milliseconds since 1970. */
  readonly date: number | null;
  readonly reason: string;
}

async function ask(url: string, method: 'GET' | 'HEAD', get: typeof fetch = fetch): Promise<Asked> {
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const response = await get(url, {
      method,
      redirect: 'manual',
      signal,
      headers: { connection: 'close' },
    });
    await response.body?.cancel();
    const date = Date.parse(response.headers.get('date') ?? '');
    return { status: response.status, date: Number.isNaN(date) ? null : date, reason: '' };
  } catch (error) {
    const { cause, name } = error instanceof Error ? error : new Error(String(error));
    return { status: null, date: null, reason: errorCode(cause) ?? name };
  }
}
