// Opens the connections of one origin, and decides by the server which protocol they speak: by ALPN over TLS, else by
// asking. Every connection passes the guard, takes a slot, and is given up when it is not open in time.
import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import type { Clock } from '../../lib/clock.ts';
import { checkHost, type Lookup } from './guard.ts';
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
  await options.slots.reserve(signal);
  const socket = options.slots.occupy(() => startConnecting(target, options));
  socket.on('error', () => {}); // once it is open, its user gets the error
  try {
    await once(socket, socket instanceof TLSSocket ? 'secureConnect' : 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
  if (options.protocol === 'http2' && socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
    socket.destroy();
    throw new ConnectionFailure('NO_HTTP2');
  }
  if (socket.destroyed) throw new ConnectionFailure('ECONNRESET');
  return socket;
}

function startConnecting({ hostname, protocol, port }: Target, options: ConnectorOptions): Socket {
  const { lookup, secureContext } = options;
  const secure = protocol === 'https:';
  const address = { host: hostname, port: Number(port || (secure ? 443 : 80)), lookup };
  const socket = secure
    ? connectTls({
        ...address,
        ...(isIP(hostname) ? {} : { servername: hostname }),
        ...(secureContext ? { secureContext } : {}),
        ALPNProtocols: options.protocol === 'http2' ? ['h2'] : ['h2', 'http/1.1'],
      })
    : connectPlain(address);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
}
