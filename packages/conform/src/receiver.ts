// A receiver of change notifications on this machine, for a hub that can reach it. It answers the handshake and keeps what
// was delivered.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Delivered {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const deliveryMs = 30_000;

export class Receiver implements AsyncDisposable {
  readonly url: string;
  /** What the handshake is answered with; null: the token. */
  handshake: string | null = null;
  readonly #server: Server;
  readonly #delivered: Delivered[] = [];
  #wake = (): void => {};

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on('request', async (request, response) => {
      const token = new URL(request.url ?? '/', url).searchParams.get('validationToken');
      const body = await text(request);
      if (token !== null) {
        response.writeHead(200, { 'content-type': 'text/plain' }).end(this.handshake ?? token);
        return;
      }
      this.#delivered.push({ headers: request.headers, body });
      response.writeHead(202).end();
      this.#wake();
    });
  }

  static async open(url: string | null, port: number): Promise<Receiver> {
    const server = createServer();
    server.listen(port, url === null ? '127.0.0.1' : undefined);
    await once(server, 'listening');
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return new Receiver(server, url ?? own);
  }

  /** The first delivery for which it holds. */
  async next(holds: (delivered: Delivered) => boolean): Promise<Delivered> {
    const late = AbortSignal.timeout(deliveryMs);
    for (let seen = 0; ; ) {
      for (; seen < this.#delivered.length; seen += 1) {
        const delivered = this.#delivered[seen] as Delivered;
        if (holds(delivered)) return delivered;
      }
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        late.addEventListener('abort', () =>
          reject(new Error(`nothing was delivered within ${deliveryMs / 1000} s`)),
        );
        if (seen < this.#delivered.length) resolve();
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
