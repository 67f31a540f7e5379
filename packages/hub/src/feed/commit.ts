// Group commit: every write to a feed goes through here. Writes that arrive during a transaction form the next batch. A
// batch closes when the commit before it ends, at the end of the event-loop turn when the store is idle, or at its cap,
// never on a timer. A caller is answered after COMMIT. The queue is bounded; beyond it the hub is busy.
// Two batches may be under way, so that the store has the next one while this thread answers the last. The second opens
// only for `eagerWrites`, since small transactions cost more than they save, or beside `spareWrites`.
import { setImmediate } from 'node:timers';
import type { Clock } from '../lib/clock.ts';
import type { Watches } from '../model/change-subscription.ts';
import { busy, HubError } from '../model/errors.ts';
import type { Outcome, OutcomeOf, Refusal, Write } from '../model/write.ts';
import { type Committed, type FeedStore, StoreError, type StoreFault } from '../store/store.ts';
import type { Publisher } from './publish.ts';
import { Room } from './room.ts';

export interface CommitLimits {
  readonly queuedWrites: number;
  readonly queuedBytes: number;
  readonly batchWrites: number;
  readonly batchBytes: number;
  /** This many waiting writes open a batch at once, even a second one. */
  readonly eagerWrites: number;
  /** Beside a batch smaller than this, any write opens a second one: the store has time to spare. */
  readonly spareWrites: number;
  /** How often a batch that met a lock is retried. */
  readonly retries: number;
}

/** Batches: the store commits one while this thread answers the other. */
const underWayMax = 2;

export const commitLimits: CommitLimits = {
  queuedWrites: 4096,
  queuedBytes: 16 * 1024 * 1024,
  batchWrites: 128,
  batchBytes: 1024 * 1024,
  eagerWrites: 16,
  spareWrites: 0,
  retries: 3,
};

/**
 * In a store of several nodes a batch costs two round trips and a dozen statements, so fewer and larger ones pay. But with
 * little to do, a write would wait for the round trips of the batch before it for nothing.
 */
export const sharedStoreLimits: CommitLimits = { ...commitLimits, eagerWrites: 32, spareWrites: 8 };

export interface Committer {
  /** Resolves after the commit is durable. Rejects with a HubError: then nothing was written, unless the error says otherwise. */
  commit<W extends Write>(write: W): Promise<OutcomeOf<W>>;
  /** Resolves when everything that was accepted is answered. */
  drain(): Promise<void>;
  /** Writes that are not answered yet: the load of this process by requests. */
  readonly load: number;
  /** Settles when there is room for the writes of another batch request; null: there is. */
  room(): Promise<void> | null;
}

interface Queued {
  readonly write: Write;
  readonly bytes: number;
  readonly resolve: (outcome: never) => void;
  readonly reject: (error: HubError) => void;
}

interface CommitterOptions {
  readonly store: Pick<FeedStore, 'commit'>;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly limits?: CommitLimits;
  readonly onFailure?: (error: unknown) => void;
  /** Whether the dispatcher has room for the deliveries of another batch; else they wait in the store. */
  readonly hasRoom?: () => boolean;
  /** Which endpoints are told of changes now; null: none. */
  readonly watches?: () => Watches | null;
}

export function openCommitter(options: CommitterOptions): Committer {
  return new GroupCommit(options);
}

class GroupCommit implements Committer {
  readonly #options: CommitterOptions;
  readonly #limits: CommitLimits;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #underWay = 0;
  #writesUnderWay = 0;
  #turnAwaited = false;
  #drained: (() => void)[] = [];
  readonly #room: Room;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#limits = options.limits ?? commitLimits;
    // What is under way, and the next batch.
    this.#room = new Room((underWayMax + 1) * this.#limits.batchWrites);
  }

  commit<W extends Write>(write: W): Promise<OutcomeOf<W>> {
    const bytes = sizeOf(write);
    if (
      this.#queue.length >= this.#limits.queuedWrites ||
      this.#queuedBytes + bytes > this.#limits.queuedBytes
    ) {
      return Promise.reject(busy('Too many writes wait for the store: try again in a moment.'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, bytes, resolve, reject });
      this.#queuedBytes += bytes;
      if (this.#queue.length >= this.#limits.eagerWrites) this.#launch();
      else if (this.#queue.length >= this.#worthwhile) this.#awaitTurn();
    });
  }

  /** How many waiting writes open a batch. */
  get #worthwhile(): number {
    return this.#underWay === 0 || this.#writesUnderWay < this.#limits.spareWrites
      ? 1
      : this.#limits.eagerWrites;
  }

  get load(): number {
    return this.#queue.length + this.#writesUnderWay;
  }

  room(): Promise<void> | null {
    return this.#room.wait(this.load);
  }

  drain(): Promise<void> {
    if (this.#underWay === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#drained.push(resolve));
  }

  #awaitTurn(): void {
    if (this.#turnAwaited || this.#underWay === underWayMax) return;
    this.#turnAwaited = true;
    setImmediate(() => {
      this.#turnAwaited = false;
      this.#launch();
    });
  }

  #launch(): void {
    while (this.#underWay < underWayMax && this.#queue.length >= this.#worthwhile) {
      this.#underWay++;
      void this.#run(this.#nextBatch());
    }
  }

  async #run(batch: readonly Queued[]): Promise<void> {
    this.#writesUnderWay += batch.length;
    const settled = await this.#attempt(batch);
    this.#writesUnderWay -= batch.length;
    this.#underWay--;
    // The next batch leaves for the store before this one's answers are written.
    this.#launch();
    this.#settle(batch, settled);
    this.#room.look(this.load);
    if (this.#underWay > 0 || this.#queue.length > 0) return;
    for (const drained of this.#drained.splice(0)) drained();
  }

  #nextBatch(): Queued[] {
    let bytes = 0;
    let count = 0;
    for (const { bytes: size } of this.#queue) {
      if (count === this.#limits.batchWrites || (count > 0 && bytes + size > this.#limits.batchBytes)) break;
      bytes += size;
      count++;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  /** Never rejects: a failure becomes the answer of each write. */
  async #attempt(batch: readonly Queued[], retried = 0): Promise<Settled> {
    const { store, clock, onFailure, hasRoom, watches } = this.#options;
    const writes = batch.map(({ write }) => write);
    try {
      return await store.commit(writes, clock.now(), hasRoom?.() ?? true, watches?.() ?? null);
    } catch (error) {
      const fault = error instanceof StoreError ? error.fault : 'poison';
      if (fault === 'busy' && retried < this.#limits.retries) return this.#attempt(batch, retried + 1);
      if (fault === 'poison' && batch.length > 1) return this.#bisect(batch);
      onFailure?.(error);
      const failure = failureOf(fault, error);
      return { outcomes: batch.map(() => failure), ...nothing };
    }
  }

  /** Isolates the failing write, so that only it fails. */
  async #bisect(batch: readonly Queued[]): Promise<Settled> {
    const middle = batch.length >> 1;
    const outcomes: (Outcome | HubError)[] = [];
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      const settled = await this.#attempt(half);
      // The other batch may commit before the next half does, and changes are published in the order of commits.
      this.#options.publisher.publish(settled);
      outcomes.push(...settled.outcomes);
    }
    return { outcomes, ...nothing };
  }

  #settle(batch: readonly Queued[], settled: Settled): void {
    const { outcomes } = settled;
    this.#options.publisher.publish(settled);
    batch.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index] as Outcome | HubError;
      if (outcome instanceof HubError) reject(outcome);
      else if ('refused' in outcome) reject(refusalError(outcome));
      else resolve(outcome as never);
    });
  }
}

interface Settled extends Omit<Committed, 'outcomes'> {
  readonly outcomes: readonly (Outcome | HubError)[];
}

const nothing = { changes: [], moved: [], deliveries: [], webhooks: [] };

function failureOf(fault: StoreFault, cause: unknown): HubError {
  switch (fault) {
    case 'poison':
      return new HubError('generalException', 'The hub could not store this; its log has the cause.');
    case 'uncertain':
      return busy(
        'The connection to the store was lost during this write, so its outcome is unknown: check before you repeat it, or repeat a post with the same appNotificationId.',
        cause,
      );
    case 'busy':
    case 'unavailable':
      return busy(
        'The store can not be written right now, and nothing was changed: try again in a moment.',
        cause,
      );
  }
}

function refusalError({ refused, message, ...details }: Refusal): HubError {
  return new HubError(refused, message, details);
}

function sizeOf(write: Write): number {
  switch (write.kind) {
    case 'post':
      return 256 + write.content.length * 2;
    case 'respond':
      return 512 + (write.text?.length ?? 0) * 2;
    case 'state':
      return 128 + write.targets.length * 64;
    case 'erase':
      return 128 + write.ids.length * 64;
    case 'record':
    case 'webhooks':
      return write.results.length * 256;
    case 'preferences':
      return 512 + (write.patch.mutes?.length ?? 0) * 256;
    case 'deadline':
    case 'expire':
    case 'wake':
    case 'purge':
      return write.due.length * 512;
    case 'delete':
    case 'subscribe':
    case 'renew':
    case 'unsubscribe':
    case 'gone':
    case 'fetch':
    case 'receipts':
    case 'redrive':
      return 512;
  }
}
