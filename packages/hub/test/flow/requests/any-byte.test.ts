// Every printable byte, and every byte percent-encoded, in every place of a path: whatever stands there, without a token, is
// answered below 500, and a refusal has Graph's shape.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { startHub, until } from '@carillon/testing/hub/hub.ts';

const hub = await startHub();
after(hub.close);

const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
const encoded = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, '0')}`);
const paths = [
  '/v1.0/me/notifications/x/deliveries',
  '/beta/users/x/notifications',
  '/admin/apps/x/channels',
  '/identity/authorize',
  '/inbox/x',
  '/healthz',
];

/** Before, after, and in the middle of each segment. */
function placesOf(path: string): number[] {
  const segments = [...path.matchAll(/[^/]+/g)].map(({ index, 0: { length } }) => ({ index, length }));
  return [
    ...new Set(
      segments.flatMap(({ index, length }) => [index, index + Math.floor(length / 2), index + length]),
    ),
  ];
}

interface Asked {
  readonly status: number;
  readonly body: string;
}

/** Asks one after another over one connection, and over a new one where the hub ended it. */
class Asker {
  #socket: Socket | null = null;
  #text = '';
  #ended = true;

  async ask(path: string): Promise<Asked> {
    if (this.#ended) await this.#open();
    this.#text = '';
    this.#socket?.write(`GET ${path} HTTP/1.1\r\nHost: hub.example\r\n\r\n`, 'latin1');
    await until(() => this.#answer() !== null || this.#ended, `an answer to ${path}`);
    const answer = this.#answer();
    assert.ok(answer, `no answer to ${path}: ${this.#text}`);
    if (/\r\nconnection: close/i.test(this.#text)) this.leave();
    return answer;
  }

  leave(): void {
    this.#socket?.destroy();
    this.#ended = true;
  }

  async #open(): Promise<void> {
    const { hostname, port } = new URL(hub.baseUrl);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    this.#ended = false;
    socket.setEncoding('utf8').on('data', (text) => {
      this.#text += text;
    });
    socket.on('close', () => {
      if (socket === this.#socket) this.#ended = true;
    });
    this.#socket = socket;
  }

  #answer(): Asked | null {
    const end = this.#text.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#text.slice(0, end + 2))?.[1] ?? 0);
    const body = this.#text.slice(end + 4);
    return Buffer.byteLength(body) < length ? null : { status: Number(this.#text.slice(9, 12)), body };
  }
}

describe('any byte in a path', () => {
  for (const path of paths) {
    test(path, async () => {
      const asker = new Asker();
      for (const at of placesOf(path)) {
        for (const byte of [...printable, ...encoded]) {
          const asked = path.slice(0, at) + byte + path.slice(at);
          const { status, body } = await asker.ask(asked);
          assert.ok(status >= 200 && status < 500, `${asked}: ${status} ${body}`);
          if (status < 400 || path.startsWith('/identity')) continue;
          const { error } = JSON.parse(body) as { error: Record<string, unknown> };
          assert.deepEqual(
            [typeof error.code, typeof error.message, typeof error.innerError],
            ['string', 'string', 'object'],
            asked,
          );
        }
      }
      asker.leave();
    });
  }
});
