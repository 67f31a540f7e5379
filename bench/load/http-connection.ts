// One keep-alive connection of HTTP/1.1 on a bare socket, one request in flight: as light as a client can be, so that
// what is measured is the server. All sockets read into one buffer, which is looked at before the next read.
import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';

const shared = Buffer.allocUnsafe(64 * 1024);
const headEnd = Buffer.from('\r\n\r\n');
const none = Buffer.alloc(0);

/** The bytes are the connection's own: what is needed later must be copied. */
export type OnAnswer = (status: number, bytes: Buffer, bodyStart: number) => void;

export class HttpConnection {
  readonly #socket: Socket;
  #partial: Buffer = none;
  #onAnswer: OnAnswer | null = null;
  readonly #onError: (error: Error) => void;

  constructor(port: number, onError: (error: Error) => void) {
    const callback = (count: number): boolean => {
      this.#read(shared.subarray(0, count));
      return true;
    };
    this.#onError = onError;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: shared, callback } });
    this.#socket.on('error', onError);
    this.#socket.on('end', () => {
      if (this.#onAnswer) onError(new Error('the server closed a connection with a request in flight'));
    });
  }

  get idle(): boolean {
    return this.#onAnswer === null;
  }

  send(request: string, onAnswer: OnAnswer): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const bytes = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    const end = bytes.indexOf(headEnd);
    const length = end < 0 ? null : lengthOf(bytes, end);
    if (Number.isNaN(length)) {
      this.#onError(new Error('an answer came without Content-Length'));
      return;
    }
    if (length === null || bytes.length < end + 4 + length) {
      this.#partial = bytes === chunk ? Buffer.from(chunk) : bytes;
      return;
    }
    this.#partial = none;
    const answered = this.#onAnswer;
    this.#onAnswer = null;
    answered?.(statusOf(bytes), bytes.subarray(0, end + 4 + length), end + 4);
  }
}

/** `HTTP/1.1 201 …` */
function statusOf(bytes: Buffer): number {
  const digit = (at: number): number => (bytes[at] as number) - 48;
  return digit(9) * 100 + digit(10) * 10 + digit(11);
}

function lengthOf(bytes: Buffer, end: number): number {
  if ([204, 304].includes(statusOf(bytes))) return 0;
  const found = /\r\ncontent-length: (\d+)/i.exec(bytes.toString('latin1', 0, end));
  return found ? Number(found[1]) : Number.NaN;
}
