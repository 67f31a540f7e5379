// One run of the registry's thread, as the hub's own thread holds it. Answers come in the order of the questions. When it
// ends by itself, whoever waits is refused, and it tells so once.
import { Worker } from 'node:worker_threads';
import type { Answered, Parameter } from '../../sql-registry/session.ts';
import { StoreError } from '../../store.ts';
import type { FileAnswer } from './file.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './thread.ts';

interface Waiting {
  resolve(answer: Answered): void;
  reject(error: StoreError): void;
}

export class RegistryThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #waiting: Waiting[] = [];

  constructor(path: string, onLost: (why: StoreError) => void) {
    const workerData: ThreadData = { path, module: threadModule };
    const resourceLimits = { maxYoungGenerationSizeMb: 4 };
    const worker = new Worker(bootstrap, {
      eval: true,
      workerData,
      resourceLimits,
      name: 'carillon-registry',
    });
    this.#worker = worker;
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    let isOver = false;
    const end = (reason: string): void => {
      const error = new StoreError('unavailable', reason);
      if (!isOver) onLost(error);
      isOver = true;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    worker.on('message', (answer: ThreadAnswer) => {
      if (answer === 'closed') isOver = true;
      else settle(this.#waiting.shift(), answer);
    });
    worker.on('error', (error) => end(`The registry's thread ended: ${String(error)}`));
    worker.once('exit', () => end("The registry's thread ended."));
    // Whoever waits for an answer keeps the process alive.
    worker.unref();
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  ask(text: string, values: readonly Parameter[]): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#post({ text, values });
    });
  }

  /** After what was asked is answered. */
  close(): Promise<void> {
    this.#post('close');
    return this.#exited;
  }

  #post(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }
}

export function settle(waiting: Waiting | undefined, answer: FileAnswer): void {
  if ('fault' in answer) waiting?.reject(new StoreError(answer.fault, answer.message));
  else waiting?.resolve(answer);
}

/** `.ts` in the repository, `.js` as published. */
const threadModule = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
  .href;

/** A thread has no compile cache unless it asks for one before it loads anything. */
const bootstrap = `
  require('node:module').enableCompileCache();
  import(require('node:worker_threads').workerData.module);
`;
