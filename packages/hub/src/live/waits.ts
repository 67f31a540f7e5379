// Requests that wait until a notification changes. What tells them is what reaches the streams of this node: a change of
// this node or of another, or a head that says one was lost. Being told only means to read the store again, so whatever the
// bus does, the answer is the store's. An app has so many waits on a node; a wait ends with its caller, and with the node.
import { limits } from '@carillon/protocol';
import type { BusChange } from '../bus/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { AppId } from '../model/app.ts';
import { type HubError, throttled } from '../model/errors.ts';
import { isJsonOf } from '../model/notification.ts';
import type { UserKey } from '../model/principal.ts';
import type { Change } from '../model/write.ts';
import type { FeedHead } from '../store/store.ts';
import type { UserWatcher } from './fan-out.ts';

export interface Awaited {
  /** Whose wait it is. */
  readonly app: AppId;
  readonly user: UserKey;
  readonly id: string;
}

/** A wait's end: with what was found, with nothing, or with why that can't be said. */
export type Settle<Found> = (found: Promise<Found>) => void;

export interface Awaiting<Found> {
  /** Reads the store; null while there is nothing to be found. */
  readonly look: () => Promise<Found | null>;
  readonly waitMs: number;
  readonly settle: Settle<Found | null>;
}

/** Waits whose time is over together. */
interface Ending {
  readonly waits: Set<Wait>;
  readonly timer: Timer;
}

const togetherMs = 100;

interface Waiting {
  readonly waits: Set<Wait>;
  /** The sequence up to which nothing was lost; 0 until a head said so. */
  seq: number;
}

export class Waits {
  readonly #clock: Clock;
  readonly #byUser = new Map<UserKey, Waiting>();
  readonly #byApp = new Map<AppId, number>();
  /** By the moment of their end, so that a thousand waits of a minute share a timer. */
  readonly #byEnd = new Map<number, Ending>();
  #watcher: UserWatcher | null = null;
  #draining = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Set before the first wait; at most one watcher. */
  watchUsers(watcher: UserWatcher): void {
    this.#watcher = watcher;
  }

  get open(): number {
    let open = 0;
    for (const count of this.#byApp.values()) open += count;
    return open;
  }

  /** From now on changes of the notification are noticed, until it is closed. Throws `throttled`. */
  begin(awaited: Awaited): Wait {
    const { app, user } = awaited;
    const open = this.#byApp.get(app) ?? 0;
    if (open >= limits.waitsPerApp) throw tooMany();
    const waiting = this.#byUser.get(user) ?? { waits: new Set(), seq: 0 };
    const wait = new Wait(awaited, this);
    waiting.waits.add(wait);
    this.#byApp.set(app, open + 1);
    this.#byUser.set(user, waiting);
    if (waiting.waits.size === 1) this.#watcher?.joined(user);
    if (this.#draining) wait.end();
    return wait;
  }

  /** The follower of `feed/publish`: what this node committed. */
  follow(changes: readonly Change[]): void {
    for (const { user, notification } of changes)
      for (const wait of this.#byUser.get(user)?.waits ?? []) if (wait.id === notification.id) wait.tell();
  }

  /** A change of this node or another, in the order of the feed unless some were lost. */
  forward(change: BusChange): void {
    const { user, seq, value } = change;
    const waiting = this.#byUser.get(user);
    if (!waiting) return;
    if (waiting.seq > 0 && seq > waiting.seq + 1) {
      this.notice(change);
      return;
    }
    if (seq === waiting.seq + 1) waiting.seq = seq;
    for (const wait of waiting.waits) if (isJsonOf(value, wait.id)) wait.tell();
  }

  /** How far the feed has come: what is before it may not have reached this node. */
  notice({ user, seq }: FeedHead): void {
    const waiting = this.#byUser.get(user);
    if (!waiting || seq <= waiting.seq) return;
    waiting.seq = seq;
    for (const wait of waiting.waits) wait.tell();
  }

  /** Ends all waits, and those that come, as if their time were over. */
  drain(): void {
    this.#draining = true;
    for (const { waits } of this.#byUser.values()) for (const wait of waits) wait.end();
  }

  /** Up to a tenth of a second early. */
  endAfter(wait: Wait, waitMs: number): void {
    const now = this.#clock.now();
    wait.endsAt = Math.floor((now + waitMs) / togetherMs) * togetherMs;
    let ending = this.#byEnd.get(wait.endsAt);
    if (!ending) {
      const { endsAt } = wait;
      ending = { waits: new Set(), timer: this.#clock.after(endsAt - now, () => this.#end(endsAt)) };
      this.#byEnd.set(endsAt, ending);
    }
    ending.waits.add(wait);
  }

  #end(endsAt: number): void {
    for (const wait of this.#byEnd.get(endsAt)?.waits ?? []) wait.end();
  }

  close(wait: Wait): void {
    const { app, user, endsAt } = wait;
    const waiting = this.#byUser.get(user);
    if (!waiting?.waits.delete(wait)) return;
    const ending = this.#byEnd.get(endsAt);
    if (ending?.waits.delete(wait) && ending.waits.size === 0) {
      ending.timer.stop();
      this.#byEnd.delete(endsAt);
    }
    const open = (this.#byApp.get(app) ?? 1) - 1;
    if (open === 0) this.#byApp.delete(app);
    else this.#byApp.set(app, open);
    if (waiting.waits.size > 0) return;
    this.#byUser.delete(user);
    this.#watcher?.left(user);
  }
}

/** Holds little more than whom to tell: there may be ten thousand for a minute. */
export class Wait implements Awaited {
  readonly app: AppId;
  readonly user: UserKey;
  readonly id: string;
  /** 0 until it has begun to wait. */
  endsAt = 0;
  readonly #waits: Waits;
  #told = false;
  #ended = false;
  #isLooking = false;
  #awaiting: Awaiting<unknown> | null = null;

  constructor({ app, user, id }: Awaited, waits: Waits) {
    this.app = app;
    this.user = user;
    this.id = id;
    this.#waits = waits;
  }

  tell(): void {
    this.#told = true;
    this.#proceed();
  }

  end(): void {
    this.#ended = true;
    this.#proceed();
  }

  close(): void {
    this.#awaiting = null;
    this.#waits.close(this);
  }

  /** Looks each time that it was told, until something is found or it has ended: its time is over, or its caller is gone. */
  until<Found>(awaiting: Awaiting<Found>): () => void {
    this.#awaiting = awaiting as Awaiting<unknown>;
    this.#waits.endAfter(this, awaiting.waitMs);
    this.#proceed();
    return () => this.end();
  }

  #proceed(): void {
    if (!this.#awaiting || this.#isLooking) return;
    if (this.#ended) this.#settle(Promise.resolve(null));
    else if (this.#told) void this.#look(this.#awaiting);
  }

  async #look({ look }: Awaiting<unknown>): Promise<void> {
    this.#told = false;
    this.#isLooking = true;
    const looked = look();
    // One that failed has an end too: its failure.
    const found = await looked.catch(() => undefined);
    this.#isLooking = false;
    if (found === null) this.#proceed();
    else this.#settle(looked);
  }

  #settle(found: Promise<unknown>): void {
    const { settle } = this.#awaiting ?? {};
    this.close();
    settle?.(found);
  }
}

function tooMany(): HubError {
  return throttled(
    `An app has at most ${limits.waitsPerApp} waits open at once: wait as long as Retry-After says.`,
    { retryAfterMs: 1000, limit: limits.waitsPerApp },
  );
}
