// Sends many failed deliveries again, step by step. A step is one commit of a hundred; after it a redrive waits at least as long
// as the step took, so that posts have the store for themselves half of the time. Its progress is stored before each step, and
// a node goes on with what another one left: at once when that ended in order, after 15 s when it was lost.
import { randomUUID } from 'node:crypto';
import { operatorLimits } from '@carillon/protocol';
import type { Committer } from '../../../feed/commit.ts';
import type { Clock } from '../../../lib/clock.ts';
import {
  keyOfDelivery,
  type RedriveHold,
  type RedriveJob,
  type RedriveProgress,
  type Selection,
  type StoredDelivery,
} from '../../../model/delivery.ts';
import { HubError } from '../../../model/errors.ts';
import type { Redrives as StoredRedrives } from '../../../store/registry.ts';
import { type FeedReader, StoreError } from '../../../store/store.ts';

export interface Redrives {
  /** Who holds what this node begins. */
  hold(): RedriveHold;
  /** Goes on with one that is stored under that hold. */
  run(job: RedriveJob, hold: RedriveHold): void;
  /** Ends after the step that is under way; another node, or this one at its next start, goes on. */
  close(): Promise<void>;
}

const stepSize = 100;
const countSize = 500;
const pauseMinMs = 5;
const pauseMaxMs = 1000;
const heldMs = 15_000;
/** While nothing of it needs to be stored, that it is held is. */
const saveEveryMs = 2000;
const lookEveryMs = 5000;

export interface RedrivesOptions {
  readonly stored: Pick<StoredRedrives, 'save' | 'takeLost'>;
  readonly read: Pick<FeedReader, 'failedDeliveries' | 'sendContexts'>;
  readonly committer: Pick<Committer, 'commit'>;
  readonly clock: Clock;
  /** No other process serves this data, so whatever is under way at the start is left over. Null: this one takes over none. */
  readonly isAlone: boolean | null;
  readonly onFailure: (error: unknown) => void;
}

export function newRedrive(
  selection: Selection,
  options: { readonly dryRun: boolean; readonly now: number },
) {
  return {
    ...{ id: randomUUID(), selection, dryRun: options.dryRun, startedAt: options.now, endedAt: null },
    ...{ state: 'counting', found: 0, redriven: 0, more: false, seen: 0, after: null, step: null },
  } satisfies RedriveJob;
}

export function openRedrives(options: RedrivesOptions): Redrives {
  const { clock, stored, isAlone, onFailure } = options;
  const running = new Map<string, Promise<void>>();
  const closing = Promise.withResolvers<void>();
  let isClosing = false;
  const stop = { isAsked: () => isClosing, asked: closing.promise };
  const hold = (): RedriveHold => ({ holder: randomUUID(), heldUntil: clock.now() + heldMs });
  const run = (job: RedriveJob, held: RedriveHold): void => {
    const work = new Run(job, held, { ...options, stop }).toTheEnd();
    running.set(
      job.id,
      work.finally(() => void running.delete(job.id)),
    );
  };
  const look = async (before: number): Promise<void> => {
    try {
      for (let held = hold(); !isClosing; held = hold()) {
        const job = await stored.takeLost(before, held, (id) => running.has(id));
        if (!job) return;
        run(job, held);
      }
    } catch (error) {
      onFailure(error);
    }
  };
  const timer = isAlone === null ? null : clock.every(lookEveryMs, () => void look(clock.now()));
  if (isAlone !== null) void look(isAlone ? Number.MAX_SAFE_INTEGER : clock.now());
  return {
    hold,
    run,
    async close() {
      isClosing = true;
      closing.resolve();
      timer?.stop();
      await Promise.all(running.values());
    },
  };
}

interface RunOptions extends RedrivesOptions {
  readonly stop: { isAsked(): boolean; readonly asked: Promise<void> };
}

/** One redrive, as this node goes on with it. */
class Run {
  readonly #job: RedriveJob;
  readonly #holder: string;
  readonly #options: RunOptions;
  #progress: RedriveProgress;
  #isHeld = true;
  #savedAt: number;

  constructor(job: RedriveJob, { holder }: RedriveHold, options: RunOptions) {
    this.#job = job;
    this.#progress = job;
    this.#holder = holder;
    this.#options = options;
    this.#savedAt = options.clock.now();
  }

  async toTheEnd(): Promise<void> {
    const { clock, onFailure } = this.#options;
    try {
      if (this.#progress.state === 'counting') await this.#count();
      if (this.#progress.state === 'running') await this.#redrive();
      if (!this.#goesOn) return await this.#release();
      await this.#save({ state: 'done', endedAt: clock.now() });
    } catch (error) {
      onFailure(error);
      // A store that is away comes back: whoever looks next goes on.
      const ended = isPassing(error) ? {} : ({ state: 'failed', endedAt: clock.now() } as const);
      await this.#release(ended).catch(onFailure);
    }
  }

  get #goesOn(): boolean {
    return this.#isHeld && !this.#options.stop.isAsked();
  }

  /** From the beginning, also after a crash: it changes nothing. */
  async #count(): Promise<void> {
    this.#progress = { ...this.#progress, found: 0, seen: 0, after: null, more: false };
    await this.#walk(countSize, async (page) => {
      const { found } = this.#progress;
      this.#progress = { ...this.#progress, found: found + this.#selected(page).length };
    });
    if (!this.#goesOn || this.#job.dryRun) return;
    await this.#save({ state: 'running', seen: 0, after: null });
  }

  async #redrive(): Promise<void> {
    await this.#settle();
    await this.#walk(stepSize, async (page) => {
      const deliveries = this.#selected(page).map(keyOfDelivery);
      if (deliveries.length === 0) return;
      await this.#save({ step: { deliveries, at: this.#options.clock.now() } });
      if (!this.#isHeld) return;
      const { redriven } = await this.#options.committer.commit({ kind: 'redrive', deliveries });
      this.#progress = { ...this.#progress, redriven: this.#progress.redriven + redriven };
    });
  }

  /** The step that a crash cut off: what of it was redriven counts, also where it has failed again since; the rest is redriven. */
  async #settle(): Promise<void> {
    const { step, redriven } = this.#progress;
    if (!step) return;
    const found = await this.#options.read.sendContexts(step.deliveries);
    const isLeft = step.deliveries.map((_, index) => {
      const row = found[index]?.delivery;
      return !row || (row.status === 'failed' && lastTriedAt(row) < step.at);
    });
    const deliveries = step.deliveries.filter((_, index) => isLeft[index]);
    const done = step.deliveries.length - deliveries.length;
    const more =
      deliveries.length === 0
        ? 0
        : (await this.#options.committer.commit({ kind: 'redrive', deliveries })).redriven;
    const after = step.deliveries.at(-1) ?? null;
    this.#progress = { ...this.#progress, redriven: redriven + done + more, step: null, after };
  }

  /** Page by page, until it ends or has looked at as many as it may. */
  async #walk(limit: number, take: (page: readonly StoredDelivery[]) => Promise<void>): Promise<void> {
    const { read, clock } = this.#options;
    while (this.#goesOn) {
      const { seen, after } = this.#progress;
      if (seen >= operatorLimits.redriveMax) {
        this.#progress = { ...this.#progress, more: true };
        return;
      }
      const began = clock.now();
      const page: readonly StoredDelivery[] = await read.failedDeliveries({
        ...{ app: this.#job.selection.app, after, limit },
      });
      await take(page);
      const last = page.at(-1);
      if (!last || !this.#isHeld) return;
      const next = { seen: seen + page.length, after: keyOfDelivery(last), step: null };
      this.#progress = { ...this.#progress, ...next };
      if (page.length < limit) return;
      if (clock.now() - this.#savedAt >= saveEveryMs) await this.#save({});
      await this.#pause(clock.now() - began);
    }
  }

  #selected(page: readonly StoredDelivery[]): StoredDelivery[] {
    const { channel, reason } = this.#job.selection;
    return page.filter(
      (each) => (channel === null || channel === each.channel) && (reason === null || reason === each.reason),
    );
  }

  async #pause(tookMs: number): Promise<void> {
    const { clock, stop } = this.#options;
    const over = Promise.withResolvers<void>();
    const timer = clock.after(Math.min(Math.max(tookMs, pauseMinMs), pauseMaxMs), over.resolve);
    await Promise.race([over.promise, stop.asked]);
    timer.stop();
  }

  async #save(change: Partial<RedriveProgress>): Promise<void> {
    const { stored, clock } = this.#options;
    this.#progress = { ...this.#progress, ...change };
    this.#savedAt = clock.now();
    const held = { holder: this.#holder, heldUntil: this.#savedAt + heldMs };
    this.#isHeld = await stored.save(this.#job.id, held, this.#progress);
  }

  /** Whoever looks next may go on at once. */
  async #release(change: Partial<RedriveProgress> = {}): Promise<void> {
    const released = { holder: this.#holder, heldUntil: 0 };
    await this.#options.stored.save(this.#job.id, released, { ...this.#progress, ...change });
  }
}

/** Of what was sent in a step, whoever goes on reads when it was tried last. */
function lastTriedAt({ sentAt, answer }: StoredDelivery): number {
  return Math.max(sentAt ?? 0, answer?.at ?? 0);
}

function isPassing(error: unknown): boolean {
  if (error instanceof StoreError) return error.fault === 'unavailable';
  return error instanceof HubError && error.kind === 'unavailable';
}
