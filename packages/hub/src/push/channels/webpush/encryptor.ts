// Encrypts without holding up the hub: a key agreement takes a third of a millisecond, so that many in one turn of the
// event loop go to a thread of their own, which starts when it is first needed. One at a time stays here, where it is
// done sooner, unless the thread is at work anyway; and so does everything when the thread fails.
import { setImmediate } from 'node:timers';
import { Worker } from 'node:worker_threads';
import type { EncryptAnswer, EncryptRequest } from './encrypting-thread.ts';
import { type BrowserKeys, encrypt } from './encryption.ts';

export interface Encryptor {
  /** Null when the browser's keys are none. */
  encrypt(plaintext: string, keys: BrowserKeys): Promise<Buffer | null>;
  close(): Promise<void>;
}

/** `.ts` in the repository, `.js` as published. */
const threadModule = new URL(
  import.meta.url.endsWith('.ts') ? './encrypting-thread.ts' : './encrypting-thread.js',
  import.meta.url,
);

interface Waiting {
  readonly request: EncryptRequest;
  readonly resolve: (body: Buffer | null) => void;
}

export function openEncryptor(): Encryptor {
  return new ThreadEncryptor();
}

class ThreadEncryptor implements Encryptor {
  #thread: Worker | null = null;
  #failed = false;
  /** Of this turn, not handed over yet. */
  #gathered: Waiting[] = [];
  /** Handed over; answers come in the same order. */
  #handedOver: Waiting[][] = [];
  #inTurn = 0;

  async encrypt(plaintext: string, keys: BrowserKeys): Promise<Buffer | null> {
    this.#inTurn++;
    if (this.#inTurn === 1) setImmediate(() => this.#endTurn());
    const isAlone = this.#inTurn === 1 && this.#handedOver.length === 0;
    if (isAlone || this.#failed) return encrypt(Buffer.from(plaintext), keys);
    return new Promise((resolve) => this.#gathered.push({ request: { plaintext, keys }, resolve }));
  }

  async close(): Promise<void> {
    this.#failed = true;
    await this.#thread?.terminate();
  }

  #endTurn(): void {
    this.#inTurn = 0;
    const batch = this.#gathered;
    if (batch.length === 0) return;
    this.#gathered = [];
    this.#handedOver.push(batch);
    if (this.#failed) this.#giveUp();
    else this.#open().postMessage(batch.map(({ request }) => request));
  }

  #open(): Worker {
    if (this.#thread) return this.#thread;
    const thread = new Worker(threadModule, { name: 'carillon-encryption' });
    thread.unref();
    thread.on('message', (bodies: EncryptAnswer) => {
      const batch = this.#handedOver.shift() ?? [];
      batch.forEach(({ resolve }, index) => {
        const body = bodies[index] ?? null;
        resolve(body && Buffer.from(body.buffer, body.byteOffset, body.byteLength));
      });
    });
    thread.on('error', () => this.#giveUp());
    thread.on('exit', () => this.#giveUp());
    this.#thread = thread;
    return thread;
  }

  /** What the thread did not get to is done here. */
  #giveUp(): void {
    this.#failed = true;
    for (const { request, resolve } of this.#handedOver.splice(0).flat()) {
      resolve(encrypt(Buffer.from(request.plaintext), request.keys));
    }
  }
}
