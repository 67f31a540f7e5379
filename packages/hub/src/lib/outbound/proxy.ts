// The proxy between this machine and the world, as the usual variables name it: HTTPS_PROXY, HTTP_PROXY, NO_PROXY, in
// upper or lower case. Every connection through it is a tunnel (CONNECT, RFC 9110, section 9.3.6), so TLS stays between
// the hub and whom it calls, and HTTP/2 works. Loopback addresses are never reached through it.
import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import ipaddr from 'ipaddr.js';

export interface Destination {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
}

export interface OutboundProxy {
  /** As it may be shown: without user and password. */
  readonly name: string;
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** The value of Proxy-Authorization. */
  readonly authorization: string | null;
}

/** The proxy of a destination; null where the hub connects by itself. */
export type FindProxy = (destination: Destination) => OutboundProxy | null;

export const noProxy: FindProxy = () => null;

class ProxyFailure extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`The outbound proxy failed: ${code}`);
    this.code = code;
  }
}

const answerBytesMax = 16 * 1024;

/** Throws an Error that names the variable which can't be used, and never quotes it: it may hold a password. */
export function readProxies(environment: NodeJS.ProcessEnv): FindProxy {
  const https = readProxy(environment, 'https_proxy');
  const http = readProxy(environment, 'http_proxy');
  if (!https && !http) return noProxy;
  const isExcepted = readExceptions(variable(environment, 'no_proxy'));
  return (destination) => {
    const proxy = destination.secure ? https : http;
    return proxy && !isLoopback(destination.hostname) && !isExcepted(destination) ? proxy : null;
  };
}

export function destinationOf({ protocol, hostname, port }: Pick<URL, 'protocol' | 'hostname' | 'port'>) {
  const secure = protocol === 'https:';
  return { hostname: unbracketed(hostname), port: Number(port || (secure ? 443 : 80)), secure };
}

/** Starts to connect to the proxy; `openTunnel` goes on from there. */
export function connectToProxy({ hostname, port, secure }: OutboundProxy): Socket {
  const address = { host: hostname, port };
  if (!secure) return connectPlain(address);
  const name = isIP(hostname) ? {} : { servername: hostname };
  return connectTls({ ...address, ...name, ALPNProtocols: ['http/1.1'] });
}

/** Waits for the proxy and asks it for the destination. The socket then carries bytes of the destination. */
export async function openTunnel(
  socket: Socket,
  proxy: OutboundProxy,
  { hostname, port }: Destination,
  signal: AbortSignal,
): Promise<void> {
  try {
    await once(socket, proxy.secure ? 'secureConnect' : 'connect', { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new ProxyFailure(`PROXY_${(error as NodeJS.ErrnoException).code ?? 'UNREACHABLE'}`);
  }
  const authority = `${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`;
  const authorization = proxy.authorization ? `Proxy-Authorization: ${proxy.authorization}\r\n` : '';
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
  const status = await readAnswer(socket, signal);
  if (status < 200 || status > 299) throw new ProxyFailure(`PROXY_${status}`);
}

/** The status of the answer; bytes after its head go back to the socket. */
function readAnswer(socket: Socket, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let received = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) {
      if (received.length > answerBytesMax) reject(new ProxyFailure('PROXY_ANSWER'));
      return;
    }
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(received.toString('latin1', 0, end)) ?? [];
    const rest = received.subarray(end + 4);
    socket.off('data', onData).pause();
    if (rest.length > 0) socket.unshift(rest);
    if (status) resolve(Number(status));
    else reject(new ProxyFailure('PROXY_ANSWER'));
  };
  const onClose = (): void => reject(new ProxyFailure('PROXY_ECONNRESET'));
  const onAbort = (): void => reject(signal.reason);
  socket.on('data', onData).once('close', onClose).once('end', onClose);
  signal.addEventListener('abort', onAbort, { once: true });
  return promise.finally(() => {
    socket.off('data', onData).off('close', onClose).off('end', onClose);
    signal.removeEventListener('abort', onAbort);
  });
}

/** The lower case comes first, as with curl. */
function variable(environment: NodeJS.ProcessEnv, name: string): string {
  return (environment[name] || environment[name.toUpperCase()] || '').trim();
}

function readProxy(environment: NodeJS.ProcessEnv, name: string): OutboundProxy | null {
  const value = variable(environment, name);
  if (value === '') return null;
  const url = URL.parse(value.includes('://') ? value : `http://${value}`);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '')
    throw new Error(`${name.toUpperCase()} must be an http or https address of a proxy`);
  const { username, password } = url;
  const user = username === '' ? null : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    ...destinationOf(url),
    name: url.origin,
    authorization: user === null ? null : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

/** `*`, or names (with everything below them), addresses and CIDR ranges, each with a port or for all. */
function readExceptions(list: string): (destination: Destination) => boolean {
  const entries = list
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(readException);
  return (destination) => entries.some((matches) => matches(destination));
}

function readException(entry: string): (destination: Destination) => boolean {
  if (entry === '*') return () => true;
  if (ipaddr.isValidCIDR(entry)) {
    const [range, bits] = ipaddr.parseCIDR(entry);
    return ({ hostname }) => {
      if (!ipaddr.isValid(hostname)) return false;
      const address = ipaddr.process(hostname);
      return address.kind() === range.kind() && address.match(range, bits);
    };
  }
  const [, host = entry, port] = isIP(entry) ? [] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  const name = unbracketed(host)
    .replace(/^\*?\./, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return (destination) => {
    if (port !== undefined && Number(port) !== destination.port) return false;
    const hostname = destination.hostname.replace(/\.$/, '').toLowerCase();
    return hostname === name || (!isIP(hostname) && hostname.endsWith(`.${name}`));
  };
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
