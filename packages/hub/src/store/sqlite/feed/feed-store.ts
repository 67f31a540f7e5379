// The SQLite feed store: a writer's thread that gets one batch at a time, and reads on the main thread. The planner is
// passed as the name of its module, since code can't be sent to a thread.
import { Worker } from 'node:worker_threads';
import type { Watches } from '../../../model/change-subscription.ts';
import { type FeedStore, StoreError } from '../../store.ts';
import { type PackedCommitted, packWrites, unpackCommitted, unpackDeliveries } from './commit/messages.ts';
import type { WriterAnswer, WriterData, WriterRequest } from './commit/writer.ts';
import { openReader } from './reader.ts';

export interface FeedStoreOptions {
  readonly path: string;
  /** Of the registry that remembers how far the feeds have come, if one does. */
  readonly registryPath?: string;
  readonly planner: URL;
}

export async function openFeedStore(options: FeedStoreOptions): Promise<FeedStore> {
  const { path, registryPath = null, planner } = options;
  const workerData: WriterData = { path, registryPath, planner: planner.href, module: writerModule };
  const resourceLimits = { maxYoungGenerationSizeMb: 8 };
  const worker = new Worker(bootstrap, { eval: true, workerData, resourceLimits, name: 'carillon-writer' });
  const writer = new Writer(worker);
  await writer.ready;
  const read = await openReaderOr(path, () => writer.close());
  let sentWatches: Watches | null = null;
  return {
    read,
    shared: false,
    webhooks: read.webhooks,
    commit: async (writes, now, claim = true, watches = null) => {
      // Sent when it is another one: it may be large.
      const isSame = watches === sentWatches;
      sentWatches = watches;
      const packed = packWrites(writes);
      const answer = await writer.ask({ writes: packed, now, claim, ...(isSame ? {} : { watches }) });
      for (const write of writes) if (write.kind === 'erase') read.erased(write.user);
      return unpackCommitted((answer as { committed: PackedCommitted }).committed, writes);
    },
    claim: async (query) => {
      const answer = await writer.ask({ query });
      return unpackDeliveries((answer as { claimed: readonly unknown[] }).claimed);
    },
    async probe() {
      await writer.ask('probe');
    },
    async close() {
      // First the reader, so that the writer can cut the log.
      read.close();
      await writer.close();
    },
  };
}

/** A reader that can't be opened leaves no thread behind. */
async function openReaderOr(
  path: string,
  close: () => Promise<void>,
): Promise<ReturnType<typeof openReader>> {
  try {
    return openReader(path);
  } catch (error) {
    await close();
    throw error;
  }
}

/** `.ts` in the repository, `.js` as published. */
const writerModule = new URL(
  import.meta.url.endsWith('.ts') ? './commit/writer.ts' : './commit/writer.js',
  import.meta.url,
).href;

/** A thread has no compile cache unless it asks for one before it loads anything: 30 MB and 100 ms. */
const bootstrap = `
  require('node:module').enableCompileCache();
  import(require('node:worker_threads').workerData.module);
`;

type Done = Exclude<WriterAnswer, 'ready' | 'closed' | { readonly fault: unknown }>;

interface Waiting {
  resolve(answer: Done): void;
  reject(error: StoreError): void;
}

class Writer {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  /** Answers come in the order of the batches. */
  readonly #waiting: Waiting[] = [];
  #gone: StoreError | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#exited = new Promise((exited) => worker.once('exit', () => exited()));
    worker.on('message', (answer: WriterAnswer) => {
      if (answer === 'ready') resolve();
      else if (answer !== 'closed') this.#settle(answer);
    });
    worker.on('error', (error) => {
      this.#gone = new StoreError('unavailable', `The store's writer ended: ${String(error)}`, error);
      reject(error);
      for (const { reject: fail } of this.#waiting.splice(0)) fail(this.#gone);
    });
  }

  ask(request: Exclude<WriterRequest, 'close'>): Promise<Done> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#post(request);
    });
  }

  async close(): Promise<void> {
    if (!this.#gone) this.#post('close');
    await this.#exited;
  }

  #post(request: WriterRequest): void {
    this.#worker.postMessage(request);
  }

  #settle(answer: Exclude<WriterAnswer, 'ready' | 'closed'>): void {
    const waiting = this.#waiting.shift() as Waiting;
    if ('fault' in answer) waiting.reject(new StoreError(answer.fault, answer.message));
    else waiting.resolve(answer);
  }
}
