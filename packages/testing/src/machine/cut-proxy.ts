// A network between a hub and its database that can be cut at a chosen moment: bytes pass, until those a test looks for
// go by. Then either they arrive and no answer comes back, or they never arrive. Or it goes silent, as when packets are
// dropped: no connection ends, and nothing comes through any of them.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Cut = 'before' | 'after';

/**
 * What becomes of a connection that was there in the silence: TCP brings everything it sent once packets pass again, or
 * a router has forgotten it, and nothing ever comes through it.
 */
export type Silence = 'held' | 'forgotten';

export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Cuts the connection on which a client sends these bytes next, before they are passed on or after. */
  cutAt(bytes: string, cut: Cut): void;
  /** From the cut on all other connections end as well, and new ones are refused. */
  staysCut: boolean;
  /** From here on nothing passes, until it is mended. */
  silence(how: Silence): void;
  mend(): void;
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
  #silence: Silence | null = null;
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

  silence(how: Silence): void {
    this.#silence = how;
    for (const socket of this.#sockets) socket.pause();
  }

  mend(): void {
    const forgotten = this.#silence === 'forgotten';
    this.#silence = null;
    if (!forgotten) for (const socket of this.#sockets) socket.resume();
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
    if (this.#silence) for (const socket of [client, server]) socket.pause();
  }

  #endOthers(...kept: readonly Socket[]): void {
    for (const socket of this.#sockets) if (!kept.includes(socket)) socket.destroy();
  }
}
