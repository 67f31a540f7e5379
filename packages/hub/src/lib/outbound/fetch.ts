// `fetch` for what the hub calls beside push services: issuers, documents that prove a host, the clock of others. It goes
// through the outbound proxy where there is one, else it is Node's own.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  connectToProxy,
  type Destination,
  destinationOf,
  type FindProxy,
  noProxy,
  type OutboundProxy,
  openTunnel,
} from './proxy.ts';

const connectMs = 5000;
/** Loaded with the first call: 30 MB that a hub without a proxy does not spend. */
const load = createRequire(import.meta.url);

export function openFetch(find: FindProxy): typeof fetch {
  if (find === noProxy) return fetch;
  let dispatcher: import('undici').Agent | null = null;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (find(destinationOf(url)) === null) return fetch(input, init);
    const undici: typeof import('undici') = load('undici');
    dispatcher ??= new undici.Agent({
      allowH2: false,
      connect: (target, callback) => {
        const destination = destinationOf(target);
        const proxy = find(destination);
        if (!proxy) return callback(new Error(`${destination.hostname} has no proxy.`), null);
        tunnelTo(destination, proxy, AbortSignal.timeout(connectMs)).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
    const { method, headers, signal, redirect } = init ?? {};
    const answer = await undici.fetch(url, {
      dispatcher,
      ...(method ? { method } : {}),
      ...(headers ? { headers: [...new Headers(headers)] } : {}),
      ...(signal ? { signal } : {}),
      ...(redirect ? { redirect } : {}),
    });
    // undici's own classes and Node's are of one source, and declared twice.
    return answer as unknown as Response;
  };
}

/** A connection to the destination through the proxy, with TLS where the destination has it. */
export async function tunnelTo(
  destination: Destination,
  proxy: OutboundProxy,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connectToProxy(proxy);
  socket.on('error', () => {}); // once it is open, its user gets the error
  try {
    await openTunnel(socket, proxy, destination, signal);
    if (!destination.secure) return socket;
    const { hostname } = destination;
    const secure = connectTls({
      socket,
      ...(isIP(hostname) ? { host: hostname } : { servername: hostname }),
    });
    secure.on('error', () => {}); // the same
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
