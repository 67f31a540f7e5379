// The hub's end of the registry's thread. Answers come in the order of the questions. The thread keeps the process alive
// only while a caller waits for it.
import { Worker } from 'node:worker_threads';
import type { Answered, Parameter } from '../../sql-registry/session.ts';
import { StoreError } from '../../store.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './thread.ts';

interface Waiting {
  resolve(answer: Answered): void;
  reject(error: StoreError): void;
}

export class ThreadLink {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #waiting: Waiting[] = [];
  #gone: StoreError | null = null;
  #holders = 0;

  /** Resolves when the file is open and has the schema of this code; rejects with why it can't be. */
  static async open(path: string): Promise<ThreadLink> {
    const workerData: ThreadData = { path, module: threadModule };
    const resourceLimits = { maxYoungGenerationSizeMb: 4 };
    const worker = new Worker(bootstrap, {
      eval: true,
      workerData,
      resourceLimits,
      name: 'carillon-registry',
    });
    const ready = Promise.withResolvers<void>();
    const link = new ThreadLink(worker, ready);
    await ready.promise;
    worker.unref();
    return link;
  }

  private constructor(worker: Worker, ready: PromiseWithResolvers<void>) {
    this.#worker = worker;
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (answer: ThreadAnswer) => {
      if (answer === 'ready') ready.resolve();
      else if (answer !== 'closed') this.#settle(answer);
    });
    worker.on('error', (error) => {
      ready.reject(error);
      this.#lose(`The registry's thread ended: ${String(error)}`);
    });
    worker.once('exit', () => this.#lose('The registry is closed.'));
  }

  ask(text: string, values: readonly Parameter[]): Promise<Answered> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#post({ text, values });
    });
  }

  /** Keeps the process alive until the answer is called. */
  hold(): () => void {
    this.#holders += 1;
    if (this.#holders === 1) this.#worker.ref();
    return () => {
      this.#holders -= 1;
      if (this.#holders === 0) this.#worker.unref();
    };
  }

  async close(): Promise<void> {
    this.#worker.ref();
    if (!this.#gone) this.#post('close');
    await this.#exited;
  }

  #post(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }

  #settle(answer: Exclude<ThreadAnswer, 'ready' | 'closed'>): void {
    const waiting = this.#waiting.shift();
    if ('fault' in answer) waiting?.reject(new StoreError(answer.fault, answer.message));
    else waiting?.resolve(answer);
  }

  #lose(reason: string): void {
    this.#gone ??= new StoreError('unavailable', reason);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#gone);
  }
}

/** `.ts` in the repository, `.js` as published. */
const threadModule = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
  .href;

/** A thread has no compile cache unless it asks for one before it loads anything. */
const bootstrap = `
  require('node:module').enableCompileCache();
  import(require('node:worker_threads').workerData.module);
`;
