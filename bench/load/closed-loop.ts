// A closed loop: each connection sends its next request when it has the answer to the one before. It runs for a bounded
// time whenever it is told to, and is silent in between.
import { setTimeout as delay } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';

export interface ClosedLoopOptions {
  readonly port: number;
  readonly connections: number;
  readonly nextRequest: () => string;
  readonly expected: readonly number[];
}

export interface Slice {
  /** Comes before what is measured. */
  readonly leadMs: number;
  readonly measureMs: number;
  /** Called when the measuring begins and when it ends. */
  readonly onEdge?: () => void;
}

export interface Throughput {
  readonly requests: number;
  readonly ms: number;
}

const requestsMax = 2_000_000;
const drainMaxMs = 5000;

export class ClosedLoop {
  readonly #options: ClosedLoopOptions;
  readonly #connections: HttpConnection[];
  #running = false;
  #sent = 0;
  #answered = 0;
  #failure: Error | null = null;

  constructor(options: ClosedLoopOptions) {
    this.#options = options;
    const open = () => new HttpConnection(options.port, (error) => this.#fail(error));
    this.#connections = Array.from({ length: options.connections }, open);
  }

  async run({ leadMs, measureMs, onEdge }: Slice): Promise<Throughput> {
    this.#running = true;
    for (const connection of this.#connections) this.#next(connection);
    await delay(leadMs);
    onEdge?.();
    const before = this.#answered;
    const startedAt = performance.now();
    await delay(measureMs);
    const throughput = { requests: this.#answered - before, ms: performance.now() - startedAt };
    onEdge?.();
    this.#running = false;
    await this.#drained();
    return throughput;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  async #drained(): Promise<void> {
    for (let waitedMs = 0; this.#sent > this.#answered && !this.#failure; waitedMs += 5) {
      if (waitedMs > drainMaxMs) throw new Error('requests were not answered after the load');
      await delay(5);
    }
    if (this.#failure) throw this.#failure;
  }

  #next(connection: HttpConnection): void {
    if (!this.#running || this.#sent === requestsMax) return;
    this.#sent++;
    connection.send(this.#options.nextRequest(), (status, bytes) => {
      this.#answered++;
      if (this.#options.expected.includes(status)) this.#next(connection);
      else this.#fail(new Error(`unexpected answer: ${bytes.toString('utf8', 0, 500)}`));
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#running = false;
  }
}
