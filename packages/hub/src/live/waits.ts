// Requests that wait until a notification changes. What tells them is what reaches the streams of this node: a change of
// this node or of another, or a head that says one was lost. Being told only means to read the store again, so whatever the
// bus does, the answer is the store's. An app has so many waits on a node; a wait ends with its caller, and with the node.
import { limits } from '@carillon/protocol';
import type { BusChange } from '../bus/bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { AppId } from '../model/app.ts';
import { HubError } from '../model/errors.ts';
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

/** Calls back when the caller has gone. */
export type WhenGone = (call: () => void) => void;

interface Waiting {
  readonly waits: Set<Wait>;
  /** The sequence up to which nothing was lost; 0 until a head said so. */
  seq: number;
}

export class Waits {
  readonly #clock: Clock;
  readonly #byUser = new Map<UserKey, Waiting>();
  readonly #byApp = new Map<AppId, number>();
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
    const wait = new Wait(awaited, this.#clock, () => this.#close(wait));
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
    for (const wait of waiting.waits) if (value.startsWith(`{"id":"${wait.id}"`)) wait.tell();
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

  #close(wait: Wait): void {
    const { app, user } = wait;
    const waiting = this.#byUser.get(user);
    if (!waiting?.waits.delete(wait)) return;
    const open = (this.#byApp.get(app) ?? 1) - 1;
    if (open === 0) this.#byApp.delete(app);
    else this.#byApp.set(app, open);
    if (waiting.waits.size > 0) return;
    this.#byUser.delete(user);
    this.#watcher?.left(user);
  }
}

export class Wait implements Awaited {
  readonly app: AppId;
  readonly user: UserKey;
  readonly id: string;
  readonly close: () => void;
  readonly #clock: Clock;
  #told = false;
  #ended = false;
  #resume: (() => void) | null = null;

  constructor({ app, user, id }: Awaited, clock: Clock, close: () => void) {
    this.app = app;
    this.user = user;
    this.id = id;
    this.close = close;
    this.#clock = clock;
  }

  tell(): void {
    this.#told = true;
    this.#resume?.();
  }

  end(): void {
    this.#ended = true;
    this.#resume?.();
  }

  /** Looks each time that it was told, until something is found, the time is over or the caller has gone. Closes it. */
  async until<Found>(
    look: () => Promise<Found | null>,
    { waitMs, whenGone }: { readonly waitMs: number; readonly whenGone: WhenGone },
  ): Promise<Found | null> {
    const timer = this.#clock.after(waitMs, () => this.end());
    whenGone(() => this.end());
    try {
      while (!this.#ended) {
        if (!this.#told) await this.#next();
        if (!this.#told) continue;
        this.#told = false;
        const found = await look();
        if (found !== null) return found;
      }
      return null;
    } finally {
      timer.stop();
      this.close();
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }
}

function tooMany(): HubError {
  return new HubError(
    'throttled',
    `An app has at most ${limits.waitsPerApp} waits open at once: wait as long as Retry-After says.`,
    { retryAfterMs: 1000 },
  );
}
