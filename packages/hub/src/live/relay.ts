// Between the streams of this node and the other nodes: publishes to the bus what is committed here, and forwards to the
// streams, in order, what the bus brings. The bus may lose anything, so heads are compared: each second with those that
// others announce, and with the store a second after a join, after a connection, in a sweep, and each second without a bus.
import { setImmediate as nextTurn } from 'node:timers';
import type { Bus, BusChange } from '../bus/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { UserKey } from '../model/principal.ts';
import type { Change } from '../model/write.ts';
import { type FeedHead, type FeedReader, headsMax } from '../store/store.ts';
import { busChangeOf } from './bus-change.ts';
import type { FanOut } from './fan-out.ts';
import { MovedHeads } from './moved-heads.ts';
import { Reorder } from './reorder.ts';
import type { Waits } from './waits.ts';

const turnMs = 1000;
/** Every user with a stream here is compared with the store once in so many turns, whatever the bus says. */
const sweepTurns = 30;

export interface RelayOptions {
  readonly bus: Bus;
  readonly fanOut: FanOut;
  readonly waits: Waits;
  readonly read: Pick<FeedReader, 'heads'>;
  readonly clock: Clock;
  /** Called once for each outage of the store. */
  readonly onFailure: (error: unknown) => void;
  /** Told of a change of another node, for a user with streams or waits here. */
  readonly onForeign?: (change: BusChange) => void;
  /** Null: nothing is traced. */
  readonly traced?: TracedChanges | null;
}

/** How a trace goes on at the nodes whose streams get a change. */
export interface TracedChanges {
  /** That of the last traced change of a notification. */
  traceparentOf(notification: string): string | null;
  /** A traced change has come from another node. */
  came(traceparent: string, seq: number): void;
}

export class Relay {
  readonly #options: RelayOptions;
  readonly #reorder: Reorder;
  readonly #moved = new MovedHeads();
  readonly #timer: Timer;
  /** Users with streams or waits here. */
  readonly #users = new Set<UserKey>();
  /** Those of them with a wait too. */
  readonly #shared = new Set<UserKey>();
  #sweep: Iterator<UserKey> = this.#users.values();
  /** Users that the sweep has yet to compare, with a fraction carried over. */
  #sweepDue = 0;
  /** Joined in this turn, and in the one before. */
  #joined = new Set<UserKey>();
  #joinedBefore = new Set<UserKey>();
  /** To be compared with the store, as soon as it answers. */
  readonly #due = new Set<UserKey>();
  #comparing = false;
  #failed = false;
  #closed = false;

  constructor(options: RelayOptions) {
    const { bus, fanOut, waits, clock } = options;
    this.#options = options;
    this.#reorder = new Reorder(clock, (change) => {
      fanOut.forward(change);
      waits.forward(change);
    });
    this.#timer = clock.every(turnMs, () => this.#turn());
    const watcher = {
      joined: (user: UserKey) => this.#join(user),
      left: (user: UserKey) => this.#leave(user),
    };
    for (const each of [fanOut, waits]) each.watchUsers(watcher);
    bus.listen({
      change: (change) => {
        if (change.traceparent !== undefined) options.traced?.came(change.traceparent, change.seq);
        if (this.#users.has(change.user)) options.onForeign?.(change);
        this.#forward(change);
      },
      head: (head) => this.#notice(head),
      connected: () => this.#compareAll(),
    });
  }

  /** The follower of `feed/publish`, in place of the fan-out. */
  follow(changes: readonly Change[]): void {
    const { bus, clock, traced } = this.#options;
    const now = clock.now();
    const encoded = changes.map((change) => {
      const traceparent = traced?.traceparentOf(change.notification.id) ?? null;
      const encodedOne = busChangeOf(change, now);
      return traceparent === null ? encodedOne : { ...encodedOne, traceparent };
    });
    bus.publish(encoded);
    for (const each of encoded) {
      this.#moved.moved(each);
      this.#forward(each);
    }
  }

  /** The same for heads that moved without a change of a notification: what is new about them is read from the store. */
  moved(heads: readonly FeedHead[]): void {
    this.#options.bus.publishHeads(heads);
    for (const head of heads) {
      this.#moved.moved(head);
      this.#notice(head);
    }
  }

  /** Announces the heads that are left; the bus outlives the relay. */
  close(): void {
    this.#closed = true;
    this.#timer.stop();
    this.#reorder.close();
    this.#due.clear();
    this.#options.bus.publishHeads(this.#moved.take());
  }

  #forward(change: BusChange): void {
    if (this.#users.has(change.user)) this.#reorder.take(change);
  }

  #notice(head: FeedHead): void {
    if (!this.#users.has(head.user)) return;
    this.#reorder.pass(head);
    this.#options.fanOut.notice(head);
    this.#options.waits.notice(head);
  }

  /** Also for a wait beside a stream: what it has read may be older than what the bus brought before. */
  #join(user: UserKey): void {
    const isWatched = this.#users.has(user);
    if (isWatched) this.#shared.add(user);
    this.#users.add(user);
    this.#joined.add(user);
    if (!isWatched) this.#options.bus.join(user);
  }

  #leave(user: UserKey): void {
    if (this.#shared.delete(user)) return;
    for (const users of [this.#users, this.#joined, this.#joinedBefore, this.#due]) users.delete(user);
    this.#reorder.forget(user);
    this.#options.bus.leave(user);
  }

  #turn(): void {
    const { bus } = this.#options;
    if (!bus.connected) {
      this.#compareAll();
      return;
    }
    bus.publishHeads(this.#moved.take());
    // A change that was published before the bus subscribed for the join did not arrive here.
    for (const user of this.#joinedBefore) this.#due.add(user);
    this.#joinedBefore = this.#joined;
    this.#joined = new Set();
    this.#sweepSome();
    void this.#compare();
  }

  /** Its share of the users, in turn. */
  #sweepSome(): void {
    this.#sweepDue += this.#users.size / sweepTurns;
    for (; this.#sweepDue >= 1; this.#sweepDue--) {
      let next = this.#sweep.next();
      if (next.done) {
        this.#sweep = this.#users.values();
        next = this.#sweep.next();
      }
      if (!next.done) this.#due.add(next.value);
    }
  }

  #compareAll(): void {
    for (const user of this.#users) this.#due.add(user);
    void this.#compare();
  }

  /** One query at a time, and requests have their turn between two of them. */
  async #compare(): Promise<void> {
    if (this.#comparing) return;
    this.#comparing = true;
    while (this.#due.size > 0 && !this.#closed && (await this.#compareSome(this.#takeDue())))
      await new Promise<void>((resolve) => void nextTurn(resolve));
    this.#comparing = false;
  }

  /** False when the store does not answer: a later turn asks again, and the streams keep what they have. */
  async #compareSome(users: readonly UserKey[]): Promise<boolean> {
    try {
      for (const head of await this.#options.read.heads(users)) this.#notice(head);
      this.#failed = false;
      return true;
    } catch (error) {
      for (const user of users) if (this.#users.has(user)) this.#due.add(user);
      if (!this.#failed) this.#options.onFailure(error);
      this.#failed = true;
      return false;
    }
  }

  #takeDue(): UserKey[] {
    const users = [...this.#due.values().take(headsMax)];
    for (const user of users) this.#due.delete(user);
    return users;
  }
}
