// A network between a hub and its database that can be cut at a chosen moment: bytes pass, until those a test looks for
// go by. Then either they arrive and no answer comes back, or they never arrive.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Cut = 'before' | 'after';

export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Cuts the connection on which a client sends these bytes next, before they are passed on or after. */
  cutAt(bytes: string, cut: Cut): void;
  /** From the cut on all other connections end as well, and new ones are refused. */
  staysCut: boolean;
}

export async function openCutProxy(targetPort: number): Promise<CutProxy> {
  const proxy = new CuttingProxy(targetPort);
  await proxy.listening;
  return proxy;
}

class CuttingProxy implements CutProxy {
  readonly listening: Promise<unknown>;
  connections = 0;
  staysCut = false;
  #armed: { readonly bytes: string; readonly cut: Cut } | null = null;
  #isCut = false;
  readonly #sockets = new Set<Socket>();
  readonly #targetPort: number;
  readonly #server = createServer((client) => this.#pass(client));

  constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server.listen(0, '127.0.0.1');
    this.listening = once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cutAt(bytes: string, cut: Cut): void {
    this.#armed = { bytes, cut };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(client: Socket): void {
    this.connections++;
    if (this.#isCut && this.staysCut) {
      client.destroy();
      return;
    }
    const server = connect(this.#targetPort, '127.0.0.1');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => this.#sockets.delete(socket));
    }
    let passes = true;
    client.on('data', (bytes) => {
      const armed = this.#armed;
      if (!passes) return;
      if (!armed || !bytes.includes(armed.bytes)) {
        server.write(bytes);
        return;
      }
      this.#armed = null;
      this.#isCut = true;
      passes = false;
      if (this.staysCut) this.#endOthers(client, server);
      if (armed.cut === 'before') server.destroy();
      // The client learns of it once the server has done what it was sent, as after a reboot of a router.
      else server.end(bytes);
      if (armed.cut === 'before') client.destroy();
      else server.once('close', () => client.destroy());
    });
    server.on('data', (bytes) => passes && client.write(bytes));
    server.once('close', () => passes && client.destroy());
    client.once('close', () => passes && server.destroy());
  }

  #endOthers(...kept: readonly Socket[]): void {
    for (const socket of this.#sockets) if (!kept.includes(socket)) socket.destroy();
  }
}
