// One address before a server, which resets connections (RST, on both sides) after so many bytes of the server or of the
// client, and may lead to another server for those that come next, as after a failover. 0 resets at once.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Reset {
  readonly by: 'client' | 'server';
  readonly bytes: number;
}

export interface ResetProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Where new connections lead; those that are open stay where they are. */
  targetPort: number;
  /** What becomes of new connections; null: they stay. */
  resetAfter: Reset | null;
  /** Resets all that are open. */
  reset(): void;
}

export async function openResetProxy(targetPort: number): Promise<ResetProxy> {
  const proxy = new ResettingProxy(targetPort);
  await proxy.listening;
  return proxy;
}

/** Every few bytes at first, where protocols greet each other, and then wider: to `maxBytes`, of both sides in turn. */
export function resets(maxBytes: number): Reset[] {
  const all: Reset[] = [];
  for (let bytes = 0; bytes <= maxBytes; bytes += bytes < 100 ? 9 : Math.ceil(bytes / 5))
    all.push({ by: 'server', bytes }, { by: 'client', bytes });
  return all;
}

class ResettingProxy implements ResetProxy {
  readonly listening: Promise<unknown>;
  connections = 0;
  targetPort: number;
  resetAfter: Reset | null = null;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#pass(client));

  constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.#server.listen(0, '127.0.0.1');
    this.listening = once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(client: Socket): void {
    this.connections++;
    const server = connect(this.targetPort, '127.0.0.1');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => this.#sockets.delete(socket));
    }
    const cut = (): void => {
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
    const { by, bytes } = this.resetAfter ?? { by: 'server', bytes: Number.POSITIVE_INFINITY };
    if (bytes === 0) server.once('connect', cut);
    pass(client, server, { left: by === 'client' ? bytes : Number.POSITIVE_INFINITY, cut });
    pass(server, client, { left: by === 'server' ? bytes : Number.POSITIVE_INFINITY, cut });
  }
}

interface Passing {
  left: number;
  readonly cut: () => void;
}

function pass(from: Socket, to: Socket, passing: Passing): void {
  from.on('data', (chunk) => {
    to.write(chunk.subarray(0, passing.left));
    passing.left -= chunk.length;
    if (passing.left <= 0) passing.cut();
  });
  from.once('end', () => to.end());
}
