// An open loop: requests are sent at a fixed rate whatever the answers do. When no connection is free a request waits,
// and its clock runs from the moment it was due.
import type { Buffer } from 'node:buffer';
import { HttpConnection } from './http-connection.ts';

export interface OpenLoop {
  readonly port: number;
  readonly perSecond: number;
  readonly count: number;
  readonly connections: number;
  /** Called at the moment that its clock starts. */
  readonly request: (index: number, startedAt: number) => string;
  readonly expected: number;
  readonly onAnswer?: (index: number, bytes: Buffer, bodyStart: number) => void;
}

/** Resolves when all are answered. */
export function runOpenLoop(options: OpenLoop): Promise<void> {
  return new Promise((resolve, reject) => new Pacer(options, resolve, reject).begin());
}

class Pacer {
  readonly #options: OpenLoop;
  readonly #done: () => void;
  readonly #failed: (error: Error) => void;
  readonly #idle: HttpConnection[];
  readonly #all: readonly HttpConnection[];
  readonly #waiting: { readonly index: number; readonly dueAt: number }[] = [];
  #startedAt = 0;
  #sent = 0;
  #answered = 0;
  #ended = false;

  constructor(options: OpenLoop, resolve: () => void, reject: (error: Error) => void) {
    this.#options = options;
    this.#done = () => this.#end(resolve);
    this.#failed = (error) => this.#end(() => reject(error));
    this.#all = Array.from(
      { length: options.connections },
      () => new HttpConnection(options.port, this.#failed),
    );
    this.#idle = [...this.#all];
  }

  begin(): void {
    this.#startedAt = performance.now();
    this.#tick();
  }

  #tick(): void {
    if (this.#ended) return;
    const { perSecond, count } = this.#options;
    const now = performance.now();
    const due = Math.min(count, Math.floor(((now - this.#startedAt) * perSecond) / 1000));
    while (this.#sent < due) {
      const index = this.#sent++;
      const connection = this.#idle.pop();
      if (connection) this.#send(connection, index, performance.now());
      else this.#waiting.push({ index, dueAt: now });
    }
    if (this.#sent < count) setTimeout(() => this.#tick(), 1);
  }

  #send(connection: HttpConnection, index: number, startedAt: number): void {
    const { request, expected, onAnswer } = this.#options;
    connection.send(request(index, startedAt), (status, bytes, bodyStart) => {
      if (status !== expected)
        return this.#failed(new Error(`unexpected answer: ${bytes.toString('utf8', 0, 500)}`));
      onAnswer?.(index, bytes, bodyStart);
      const next = this.#waiting.shift();
      if (next) this.#send(connection, next.index, next.dueAt);
      else this.#idle.push(connection);
      if (++this.#answered === this.#options.count) this.#done();
    });
  }

  #end(settle: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const connection of this.#all) connection.close();
    settle();
  }
}
