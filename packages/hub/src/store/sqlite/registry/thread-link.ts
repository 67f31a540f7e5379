// Where the registry file is asked: on the caller's thread while nobody is served (a command, a hub that starts), and from
// then on by a thread that begins with the first question and ends after a quiet minute. So neither a command nor the start
// of a hub waits for a thread. A thread that was lost begins anew once whoever asked it has been refused.
import { type Clock, keepAlive } from '../../../lib/clock.ts';
import type { Answered, Parameter } from '../../sql-registry/session.ts';
import { StoreError } from '../../store.ts';
import { RegistryFile } from './file.ts';
import { RegistryThread, settle } from './registry-thread.ts';

const quietMs = 60_000;

export class ThreadLink {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #ending = new Set<Promise<void>>();
  /** On this thread; null once its questions go to the other. */
  #file: RegistryFile | null;
  #thread: RegistryThread | null = null;
  #serves = false;
  #isClosed = false;
  #lost: StoreError | null = null;
  #holders = 0;
  #release: (() => void) | null = null;
  #quiet: { stop(): void } | null = null;

  /** The file is open and has the schema of this code; throws why it can't be. */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#file = new RegistryFile(path);
  }

  /** From now on nothing that is asked holds up the caller's thread, but for a transaction that has begun. */
  startServing(): void {
    this.#serves = true;
    this.#leaveFile();
  }

  ask(text: string, values: readonly Parameter[]): Promise<Answered> {
    if (this.#isClosed) return Promise.reject(new StoreError('unavailable', 'The registry is closed.'));
    // The rest of a transaction must not reach a thread that has not begun it.
    if (this.#lost) return Promise.reject(this.#lost);
    if (this.#serves) this.#leaveFile();
    const file = this.#file;
    if (file) return new Promise((resolve, reject) => settle({ resolve, reject }, file.run(text, values)));
    this.#thread ??= this.#startThread();
    return this.#thread.ask(text, values);
  }

  /** Keeps the process alive, and the thread, until the answer is called. */
  hold(): () => void {
    this.#holders += 1;
    this.#release ??= keepAlive();
    return () => {
      this.#holders -= 1;
      if (this.#holders > 0) return;
      this.#release?.();
      this.#release = null;
      this.#lost = null;
      this.#quiet?.stop();
      this.#quiet = this.#thread && this.#clock.after(quietMs, () => this.#endQuiet());
    };
  }

  async close(): Promise<void> {
    const release = keepAlive();
    this.#isClosed = true;
    this.#quiet?.stop();
    this.#file?.close();
    this.#file = null;
    this.#endThread();
    await Promise.all(this.#ending);
    release();
  }

  #leaveFile(): void {
    if (!this.#file || this.#file.isInTransaction) return;
    this.#file.close();
    this.#file = null;
  }

  #startThread(): RegistryThread {
    const thread = new RegistryThread(this.#path, (why) => {
      if (this.#thread !== thread) return;
      this.#thread = null;
      if (this.#holders > 0) this.#lost = why;
    });
    return thread;
  }

  #endQuiet(): void {
    if (this.#holders === 0 && this.#thread?.isIdle) this.#endThread();
  }

  #endThread(): void {
    if (!this.#thread) return;
    const ended = this.#thread.close();
    this.#thread = null;
    this.#ending.add(ended);
    void ended.then(() => this.#ending.delete(ended));
  }
}
