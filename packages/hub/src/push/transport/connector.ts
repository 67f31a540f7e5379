// Opens the connections of one origin, and decides by the server which protocol they speak: by ALPN over TLS, else by
// asking. Where there is an outbound proxy it is a tunnel through it. Every connection passes the guard, takes a slot, and is given up when it is not open in time.
import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import type { Clock } from '../../lib/clock.ts';
import {
  connectToProxy,
  type Destination,
  destinationOf,
  type FindProxy,
  openTunnel,
} from '../../lib/outbound/proxy.ts';
import { checkHost, ForbiddenAddress, type Lookup } from './guard.ts';
import { speaksHttp2 } from './prior-knowledge.ts';
import { ConnectionFailure, type ConnectionSlots } from './slots.ts';

/**
 * What an origin is spoken to with: `http1` without TLS; `negotiated` over TLS, HTTP/2 preferred; `http2` over TLS and
 * nothing else; `priorKnowledge` HTTP/2 without TLS, or HTTP/1.1 when the server doesn't speak it.
 */
export type Protocol = 'http1' | 'negotiated' | 'http2' | 'priorKnowledge';

export interface ConnectorOptions {
  readonly protocol: Protocol;
  /** Whether private addresses are refused; the lookup does so for names. */
  readonly guarded: boolean;
  readonly lookup: Lookup;
  readonly isPrivateName: (name: string) => Promise<boolean>;
  readonly findProxy: FindProxy;
  readonly secureContext: SecureContext | undefined;
  readonly slots: ConnectionSlots;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly onOpen: (socket: Socket) => void;
  /** Called before the requests that wait for the connection fail. */
  readonly onFailure: (error: Error) => void;
}

type Target = Pick<buildConnector.Options, 'hostname' | 'protocol' | 'port'>;

export function openConnector(options: ConnectorOptions): buildConnector.connector {
  // As long as the origin has a pool: one that has been idle is asked again, since it may be another server by then.
  let http2: boolean | null = null;
  const connect = async (target: Target, signal: AbortSignal): Promise<Socket> => {
    if (options.protocol === 'priorKnowledge') http2 ??= await askForHttp2(target, options, signal);
    const socket = await dial(target, options, signal);
    // undici takes the protocol of a connection from here, whether it has TLS or not.
    if (http2) Object.assign(socket, { alpnProtocol: 'h2' });
    return socket;
  };
  return (target, callback) => {
    withDeadline(options, (signal) => connect(target, signal)).then(
      (socket) => {
        options.onOpen(socket);
        callback(null, socket);
      },
      (error: Error) => {
        options.onFailure(error);
        callback(error, null);
      },
    );
  };
}

async function withDeadline<T>(
  { clock, timeoutMs }: ConnectorOptions,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = clock.after(timeoutMs, () => deadline.abort(new ConnectionFailure('ETIMEDOUT')));
  try {
    return await run(deadline.signal);
  } finally {
    timer.stop();
  }
}

async function askForHttp2(target: Target, options: ConnectorOptions, signal: AbortSignal): Promise<boolean> {
  const socket = await dial(target, options, signal);
  const giveUp = () => socket.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  const answer = await speaksHttp2(socket);
  signal.throwIfAborted();
  return answer;
}

async function dial(target: Target, options: ConnectorOptions, signal: AbortSignal): Promise<Socket> {
  if (options.guarded) checkHost(target.hostname);
  const destination = destinationOf(target);
  const socket = await open(destination, options, signal);
  if (options.protocol === 'http2' && socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
    socket.destroy();
    throw new ConnectionFailure('NO_HTTP2');
  }
  if (socket.destroyed) throw new ConnectionFailure('ECONNRESET');
  return socket;
}

async function open(
  destination: Destination,
  options: ConnectorOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const { slots, guarded, findProxy, isPrivateName } = options;
  const proxy = findProxy(destination);
  // The proxy resolves the name by itself: what this machine can tell is told before it is asked.
  if (proxy && guarded && (await isPrivateName(destination.hostname))) throw new ForbiddenAddress();
  await slots.reserve(signal);
  const connection = slots.occupy(() =>
    kept(proxy ? connectToProxy(proxy) : startConnecting(destination, options)),
  );
  try {
    if (!proxy) return await opened(connection, signal);
    await openTunnel(connection, proxy, destination, signal);
    if (!destination.secure) return connection;
    return await opened(
      kept(connectTls({ ...tlsOptions(destination, options), socket: connection })),
      signal,
    );
  } catch (error) {
    connection.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

async function opened(socket: Socket, signal: AbortSignal): Promise<Socket> {
  await once(socket, socket instanceof TLSSocket ? 'secureConnect' : 'connect', { signal });
  return socket;
}

function startConnecting(destination: Destination, options: ConnectorOptions): Socket {
  const { hostname: host, port, secure } = destination;
  const address = { host, port, lookup: options.lookup };
  return secure ? connectTls({ ...address, ...tlsOptions(destination, options) }) : connectPlain(address);
}

function tlsOptions({ hostname }: Destination, { secureContext, protocol }: ConnectorOptions) {
  return {
    ...(isIP(hostname) ? { host: hostname } : { servername: hostname }),
    ...(secureContext ? { secureContext } : {}),
    ALPNProtocols: protocol === 'http2' ? ['h2'] : ['h2', 'http/1.1'],
  };
}

function kept(socket: Socket): Socket {
  socket.on('error', () => {}); // once it is open, its user gets the error
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
}
