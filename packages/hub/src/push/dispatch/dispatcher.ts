// The dispatcher takes deliveries that commits inserted already claimed, and those that a sweep finds due, and sends each
// through its channel. It is bounded in memory, in each lane and in attempts under way. Right before an attempt everything
// is read once more, so that what was handled elsewhere is not sent. A crash at any point leaves a row in the store that
// comes due again; the tag lets the device recognise a duplicate.
import { setImmediate } from 'node:timers';
import type { Committer } from '../../feed/commit.ts';
import type { Timer } from '../../lib/clock.ts';
import type { DeliveryKey, PlannedDelivery, Route } from '../../model/delivery.ts';
import type { FeedStore, SendContext } from '../../store/store.ts';
import { Lane } from './lane.ts';
import { Pace } from './pace.ts';
import { openRecorder, type Recorder } from './recorder.ts';
import { type Again, Sender, type SenderOptions } from './send.ts';

export interface DispatcherOptions extends Omit<SenderOptions, 'read'> {
  readonly store: Pick<FeedStore, 'claim' | 'read'>;
  readonly committer: Committer;
}

const sweepEveryMs = 500;
/** Deliveries held in memory, in all lanes together. */
const heldMost = 32_768;
/** Of these, what commits may fill. */
const claimRoom = 2048;
const claimedAtOnce = 512;
/** A lane with fewer takes the next from the store. */
const laneLow = 256;
const inFlightMost = 1024;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #recorder: Recorder;
  readonly #lanes = new Map<string, Lane>();
  /** The sequence of each delivery held in memory, by key. */
  readonly #held = new Map<string, number>();
  readonly #sender: Sender;
  readonly #pace: Pace;
  readonly #timer: Timer;
  readonly #idle: (() => void)[] = [];
  #inFlight = 0;
  #pumpAwaited = false;
  #sweeping: Promise<void> | null = null;
  #closed = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { committer, clock } = options;
    this.#recorder = openRecorder({ committer, clock, onRecorded: (result) => this.#release(result) });
    this.#sender = new Sender({ ...options, read: options.store.read }, this.#recorder);
    this.#pace = new Pace(options);
    this.#timer = clock.every(sweepEveryMs, () => void this.sweep().catch(options.onFailure));
  }

  /** Whether another batch's deliveries fit: what does not is better left unclaimed in the store. */
  get hasRoom(): boolean {
    return this.#held.size < claimRoom;
  }

  /** Deliveries in memory: those that wait here, and those under way. */
  get held(): number {
    return this.#held.size;
  }

  /** Attempts under way, with those that are still being looked up. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Attempts are under way, or results are being written. */
  get isBusy(): boolean {
    return this.#inFlight > 0 || this.#recorder.isWriting;
  }

  /** Deliveries that a commit made and claimed for this process. */
  take(deliveries: readonly PlannedDelivery[]): void {
    if (this.#closed) return;
    this.#pace.look();
    for (const delivery of deliveries) this.#hold(delivery);
    this.#awaitPump();
  }

  /** Looks in the store for what is due. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepOnce().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  /** Lets attempts under way end and records them; what waits stays in the store. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.stop();
    await this.#sweeping?.catch(() => {});
    for (const lane of this.#lanes.values()) for (const shed of lane.shed()) this.#release(shed);
    if (this.#inFlight > 0) await new Promise<void>((resolve) => void this.#idle.push(resolve));
    await this.#recorder.flush();
  }

  #hold(delivery: PlannedDelivery): void {
    const lane = this.#laneOf(delivery);
    const key = keyOf(delivery);
    // Held already for an older change: the newer one is found in the store when its claim ends, or right after.
    if (this.#held.get(key) === delivery.seq) return;
    const isPaused = lane.breaker.admits(this.#now()) === 0;
    const isProbe = isPaused && this.#sender.isGood(delivery) && lane.pushProbe(delivery);
    if (!isProbe && (isPaused || lane.room <= 0 || this.#held.size >= heldMost)) {
      lane.moreInStore = true;
      return;
    }
    this.#held.set(key, delivery.seq);
    if (!isProbe) lane.push(delivery);
  }

  #release(delivery: DeliveryKey & { readonly seq: number }): void {
    const key = keyOf(delivery);
    if (this.#held.get(key) === delivery.seq) this.#held.delete(key);
  }

  async #sweepOnce(): Promise<void> {
    const { store } = this.#options;
    const now = this.#now();
    for (const route of await store.read.dueRoutes(now)) {
      const lane = this.#laneOf(route);
      const admitted = lane.breaker.admits(now);
      const room = Math.min(lane.room, heldMost - this.#held.size, claimedAtOnce, admitted);
      if (this.#closed || room <= 0 || lane.queued >= laneLow) continue;
      const claimed = await store.claim({ ...route, now, limit: room });
      lane.moreInStore = claimed.length === room;
      for (const delivery of claimed) this.#hold(delivery);
    }
    this.#awaitPump();
  }

  #awaitPump(): void {
    if (this.#pumpAwaited) return;
    this.#pumpAwaited = true;
    setImmediate(() => {
      this.#pumpAwaited = false;
      void this.#pump().catch(this.#options.onFailure);
    });
  }

  /** Begins as many attempts as this turn may, the lanes in turn. */
  async #pump(): Promise<void> {
    if (this.#closed) return;
    if (this.#pace.holdsBack(() => this.#awaitPump())) return;
    const taken = this.#next();
    this.#sweepOn();
    if (taken.length === 0) return;
    const contexts = await this.#read(taken);
    taken.forEach((delivery, index) => void this.#send(delivery, contexts?.[index] ?? null));
    this.#awaitPump();
  }

  #next(): PlannedDelivery[] {
    const now = this.#now();
    const most = this.#pace.attempts;
    const taken: PlannedDelivery[] = [];
    for (let found = true; found; ) {
      found = false;
      for (const lane of this.#lanes.values()) {
        if (taken.length >= most || this.#inFlight >= inFlightMost) return taken;
        const delivery = lane.take(now);
        if (!delivery) continue;
        found = true;
        this.#inFlight++;
        taken.push(delivery);
      }
    }
    return taken;
  }

  /** A lane that runs low takes the next from the store at once, not with the next sweep. */
  #sweepOn(): void {
    for (const lane of this.#lanes.values()) {
      const low = lane.moreInStore && lane.queued < laneLow && lane.breaker.phase === 'closed';
      if (!low) continue;
      lane.moreInStore = false;
      void this.sweep().catch(this.#options.onFailure);
    }
  }

  async #read(taken: readonly PlannedDelivery[]): Promise<(SendContext | null)[] | null> {
    try {
      return await this.#options.store.read.sendContexts(taken);
    } catch (error) {
      this.#options.onFailure(error);
      return null;
    }
  }

  async #send(taken: PlannedDelivery, context: SendContext | null): Promise<void> {
    const lane = this.#laneOf(taken);
    const { onFailure } = this.#options;
    try {
      const ended = await this.#sender.send(lane, taken, context);
      if (ended === 'dropped') this.#release(taken);
      else if (ended !== 'recorded') this.#resumeLater(taken, ended);
    } catch (error) {
      // A probe that ended like this would keep its lane closed forever.
      lane.breaker.notMade();
      this.#release(taken);
      onFailure(error);
    } finally {
      this.#landed(lane);
    }
  }

  #resumeLater(taken: PlannedDelivery, { againAfterMs, orWhenFree }: Again): void {
    const waiting = orWhenFree?.(() => {
      timer.stop();
      this.#resume(taken);
    });
    const timer = this.#options.clock.after(againAfterMs, () => {
      waiting?.stop();
      this.#resume(taken);
    });
  }

  #resume(taken: PlannedDelivery): void {
    if (this.#closed) return;
    this.#laneOf(taken).push(taken);
    this.#awaitPump();
  }

  #landed(lane: Lane): void {
    lane.inFlight--;
    this.#inFlight--;
    if (lane.breaker.phase === 'open')
      for (const shed of lane.shed((each) => this.#sender.isGood(each))) this.#release(shed);
    if (this.#inFlight === 0) for (const idle of this.#idle.splice(0)) idle();
    this.#awaitPump();
  }

  #laneOf({ app, channel }: Route): Lane {
    const key = `${channel} ${app}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane({ app, channel });
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

function keyOf({ user, notification, subscription, kind }: DeliveryKey): string {
  return `${user}${subscription}${notification}${kind}`;
}
