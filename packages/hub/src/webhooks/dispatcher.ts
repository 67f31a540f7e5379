// Tells endpoints of changes: a backlog each, with one attempt at a time, so that a slow endpoint delays only itself. What
// is taken is removed from the store afterwards, so a crash tells it again and loses nothing. What fails is tried again with
// growing pauses and given up after a while, as is what goes beyond the bounds; the lifecycle endpoint is told so.
import { webhookLimits } from '@carillon/protocol';
import type { Clock, Timer } from '../lib/clock.ts';
import {
  type BacklogResult,
  type BacklogState,
  type ChangeSubscription,
  nothingFails,
  type WaitingIn,
} from '../model/change-subscription.ts';
import { backlogLeaseMs, type FeedStore } from '../store/store.ts';
import { Backlog, type Batch } from './backlog.ts';
import type { BatchReader } from './batches.ts';
import { dueAfterMs, type PostOutcome } from './post.ts';
import type { BacklogRecorder } from './recorder.ts';
import { Turns } from './turns.ts';

export interface WebhookDispatcherOptions {
  readonly store: Pick<FeedStore, 'webhooks' | 'shared'>;
  readonly recorder: BacklogRecorder;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long a change is tried. */
  readonly retryMs: number;
  /** Null when nobody is told any more; `isAny`: whether there is anybody at all. */
  readonly find: (id: string) => Promise<ChangeSubscription | null>;
  readonly isAny: () => boolean;
  readonly batches: BatchReader;
  /** Never rejects for what the endpoint does. */
  readonly send: (batch: Batch, told: ChangeSubscription) => Promise<PostOutcome>;
  /** Resolves once it is durable that something was given up. */
  readonly noteMissed: (id: string) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

const lookEveryMs = { shared: 500, alone: 5000 };
/** Longer than an attempt: with less left the claim is renewed before. */
const heldLeastMs = 12_000;
const faultPauseMs = 1000;
/** After a slower one it is counted what waits. */
const quickMs = 1000;

export class WebhookDispatcher {
  readonly #options: WebhookDispatcherOptions;
  readonly #backlogs = new Map<string, Backlog>();
  readonly #turns = new Turns();
  readonly #timer: Timer;
  #closed = false;

  constructor(options: WebhookDispatcherOptions) {
    this.#options = options;
    const { clock, store, onFailure } = options;
    const look = () => void this.look().catch(onFailure);
    this.#timer = clock.every(store.shared ? lookEveryMs.shared : lookEveryMs.alone, () => {
      if (options.isAny()) look();
    });
    look();
  }

  /** What a commit has added. */
  take(backlogs: readonly WaitingIn[]): void {
    for (const { backlog: id, ...waiting } of backlogs) {
      const backlog = this.#laneOf(id);
      backlog.add(waiting);
      this.#wake(backlog);
    }
  }

  /** What waits in the store: after a start, and what other nodes have added. */
  async look(): Promise<void> {
    const { store, clock } = this.#options;
    for (const id of await store.webhooks.due(clock.now())) {
      const backlog = this.#laneOf(id);
      if (!backlog.isBusy) this.#wake(backlog);
    }
  }

  /** Nobody is told any more. */
  end(id: string): void {
    this.#backlogs.get(id)?.timer?.stop();
    this.#backlogs.delete(id);
    const upTo = Number.MAX_SAFE_INTEGER;
    this.#options.recorder.record({ backlog: id, upTo, ...nothingFails, ended: true });
  }

  /** To be called once the transport is closed, so that attempts under way end. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.stop();
    for (const { timer } of this.#backlogs.values()) timer?.stop();
    await this.#turns.close();
    const { recorder, store, onFailure } = this.#options;
    await recorder.flush();
    await store.webhooks.release().catch(onFailure);
  }

  #laneOf(id: string): Backlog {
    let backlog = this.#backlogs.get(id);
    if (!backlog) {
      backlog = new Backlog(id);
      this.#backlogs.set(id, backlog);
    }
    return backlog;
  }

  #wake(backlog: Backlog): void {
    if (this.#closed) return;
    if (backlog.isBusy) {
      backlog.again = true;
      return;
    }
    // What fails waits for its time, and more of it changes nothing but its bounds.
    if (backlog.timer && backlog.isFailing && !isOver(backlog)) return;
    backlog.timer?.stop();
    backlog.timer = null;
    backlog.isBusy = true;
    this.#turns.take(backlog.isFailing ? 'failing' : 'good', () => this.#run(backlog));
  }

  async #run(backlog: Backlog): Promise<void> {
    try {
      do {
        backlog.again = false;
        while (!this.#closed && (await this.#step(backlog)));
      } while (backlog.again && !backlog.isFailing && !this.#closed);
    } catch (error) {
      this.#options.onFailure(error);
      this.#later(backlog, faultPauseMs);
    } finally {
      backlog.isBusy = false;
    }
  }

  /** One attempt, and whether to go on at once. */
  async #step(backlog: Backlog): Promise<boolean> {
    const { clock, find, send, batches } = this.#options;
    const told = await find(backlog.id);
    if (!told) {
      this.end(backlog.id);
      return false;
    }
    if (!(await this.#hold(backlog))) return false;
    backlog.batch ??= await batches.read(backlog, told);
    const { batch } = backlog;
    if (!batch) {
      backlog.waiting = { count: 0, bytes: 0 };
      return false;
    }
    if ((backlog.hasFailed || isOver(backlog)) && (await this.#giveUp(backlog, batch))) return true;
    const waitMs = Math.min(backlog.state.due, this.#endOf(backlog, batch)) - clock.now();
    if (waitMs > 0) {
      this.#later(backlog, waitMs);
      return false;
    }
    const began = clock.now();
    const outcome = await send(batch, told);
    if (this.#closed && !outcome.taken) return false;
    if (outcome.taken) this.#taken(backlog, batch);
    else this.#failed(backlog, outcome, began);
    if (!outcome.taken || clock.now() - began > quickMs) await this.#count(backlog);
    // What failed looks at its bounds, and then waits.
    return true;
  }

  /** Whether this node may tell it now. */
  async #hold(backlog: Backlog): Promise<boolean> {
    const { store, clock } = this.#options;
    const now = clock.now();
    if (backlog.heldUntil - now >= heldLeastMs) return true;
    const wasHeld = backlog.heldUntil > now;
    const state = await store.webhooks.claim(backlog.id, now);
    if (!state) return false;
    // An earlier version kept a wait of years as it was.
    const due = Math.min(state.due, now + this.#options.retryMs);
    if (!wasHeld) backlog.takeOver({ ...state, due });
    backlog.heldUntil = store.shared ? now + backlogLeaseMs : Number.POSITIVE_INFINITY;
    return true;
  }

  #endOf({ hasFailed }: Backlog, { changes }: Batch): number {
    const [oldest] = changes;
    return hasFailed && oldest ? oldest.at + this.#options.retryMs : Number.POSITIVE_INFINITY;
  }

  /** What was tried for too long, and all of too much; whether there was any. */
  async #giveUp(backlog: Backlog, batch: Batch): Promise<boolean> {
    const upTo = (await this.#beyond(backlog)) ?? (await this.#tooOld(backlog, batch));
    if (upTo === null) return false;
    await this.#options.noteMissed(backlog.id);
    backlog.gaveUp(upTo);
    this.#record(backlog, upTo);
    return true;
  }

  async #beyond(backlog: Backlog): Promise<number | null> {
    if (!isOver(backlog)) return null;
    const last = await this.#count(backlog);
    return isOver(backlog) ? last : null;
  }

  /** Other nodes add to it too. Answers the place of the last that counts. */
  async #count(backlog: Backlog): Promise<number> {
    const most = webhookLimits.waiting + 1;
    const { count, bytes, last } = await this.#options.store.webhooks.waiting(backlog.id, most);
    backlog.waiting = { count, bytes };
    return last;
  }

  async #tooOld(backlog: Backlog, batch: Batch): Promise<number | null> {
    const { clock, retryMs, store } = this.#options;
    if (clock.now() < this.#endOf(backlog, batch)) return null;
    return store.webhooks.lastUntil(backlog.id, clock.now() - retryMs);
  }

  #taken(backlog: Backlog, batch: Batch): void {
    backlog.succeeded(batch);
    this.#record(backlog, batch.last);
  }

  #failed(backlog: Backlog, { afterMs, answer }: PostOutcome, began: number): void {
    const { clock, random, retryMs } = this.#options;
    const attempts = backlog.state.attempts + 1;
    const due = clock.now() + dueAfterMs({ attempts, afterMs, retryMs }, random);
    backlog.failed({ attempts, due, failingSince: backlog.state.failingSince ?? began, answer });
    this.#record(backlog, null);
  }

  #record({ id, state }: { readonly id: string; readonly state: BacklogState }, upTo: number | null): void {
    const result: BacklogResult = { backlog: id, upTo, ...state, ended: false };
    this.#options.recorder.record(result);
  }

  #later(backlog: Backlog, waitMs: number): void {
    backlog.timer?.stop();
    backlog.timer = this.#options.clock.after(Math.ceil(waitMs), () => {
      backlog.timer = null;
      this.#wake(backlog);
    });
  }
}

function isOver({ waiting: { count, bytes } }: Backlog): boolean {
  return count > webhookLimits.waiting || bytes > webhookLimits.waitingBytes;
}
