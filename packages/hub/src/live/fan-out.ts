// The open streams of each user. A committed change is encoded once for each visibility and offered to every stream of its
// user. One timer wheel sends heartbeats, and ends streams whose token has expired or that never drain.
import { limits } from '@carillon/protocol';
import type { BusChange } from '../bus/bus.ts';
import type { Timer } from '../lib/clock.ts';
import { HubError, throttled } from '../model/errors.ts';
import type { UserKey, Visibility } from '../model/principal.ts';
import type { Change } from '../model/write.ts';
import type { FeedHead } from '../store/store.ts';
import { changeFrame, type EncodedFrame, valueJson } from './frame.ts';
import { Stream, type StreamOptions, type StreamSource, type StreamStart } from './stream.ts';

const turnMs = 1000;
/** Streams that come back after a restart are spread over this long. */
const drainSpreadMs = 5000;

/** Called when a user gets the first stream on this node, and loses the last. */
export interface UserWatcher {
  joined(user: UserKey): void;
  left(user: UserKey): void;
}

/** What a stream's frame needs of a change, without the value. */
type Announced = Omit<BusChange, 'value'>;

export class FanOut {
  readonly #source: StreamSource;
  #watcher: UserWatcher | null = null;
  readonly #byUser = new Map<UserKey, Set<Stream>>();
  /** One slot a second of the heartbeat's period. */
  readonly #wheel: Set<Stream>[] = Array.from({ length: limits.heartbeatSeconds }, () => new Set());
  readonly #timer: Timer;
  #turn = 0;
  /** Counts all joins, to spread new streams over the wheel. */
  #joined = 0;
  #open = 0;
  #draining = false;
  #revocationsSeen: number | undefined;

  constructor(source: StreamSource) {
    this.#source = source;
    this.#revocationsSeen = source.revoked?.version();
    this.#timer = source.clock.every(turnMs, () => this.turn());
  }

  /** Set before the first stream; at most one watcher. */
  watchUsers(watcher: UserWatcher): void {
    this.#watcher = watcher;
  }

  /** Streams that are open, or closed and not yet disconnected. */
  get open(): number {
    return this.#open;
  }

  /** Follows the feed for a new connection. The edge calls `leave` when the connection is gone. */
  join(options: StreamOptions, from: StreamStart): Stream {
    const streams = this.#byUser.get(options.user) ?? new Set();
    this.check(options.user);
    const stream = new Stream(options, this.#source);
    streams.add(stream);
    this.#byUser.set(options.user, streams);
    if (streams.size === 1) this.#watcher?.joined(options.user);
    this.#slotOf(this.#joined++).add(stream);
    this.#open++;
    // Its token may have been revoked since the request was admitted.
    if (this.#isRevoked(stream)) stream.bye('tokenExpired', 0);
    else void stream.begin(from).catch(() => stream.bye('unavailable', 1000));
    return stream;
  }

  /** Throws when this user may open no more streams. */
  check(user: UserKey): void {
    if (this.#draining)
      throw new HubError('unavailable', 'The hub is shutting down.', { retryAfterMs: 1000 });
    const open = this.#byUser.get(user)?.size ?? 0;
    if (open < limits.streamsPerUser) return;
    throw throttled(`A user has at most ${limits.streamsPerUser} streams open at once.`, {
      retryAfterMs: 60_000,
      limit: limits.streamsPerUser,
    });
  }

  leave(stream: Stream): void {
    stream.end();
    const streams = this.#byUser.get(stream.user);
    if (!streams?.delete(stream)) return;
    this.#open--;
    if (streams.size === 0) {
      this.#byUser.delete(stream.user);
      this.#watcher?.left(stream.user);
    }
    for (const slot of this.#wheel) slot.delete(stream);
  }

  /** Whether a device has a stream here. */
  isListening(user: UserKey, subscription: string): boolean {
    for (const stream of this.#byUser.get(user) ?? []) if (stream.subscription === subscription) return true;
    return false;
  }

  /** The follower of `feed/publish`. */
  follow(changes: readonly Change[]): void {
    for (const change of changes) {
      const streams = this.#byUser.get(change.user);
      if (!streams) continue;
      const { user, epoch, seq, unread, unreadOfApp, notification } = change;
      const announced = { user, epoch, seq, unread, unreadOfApp, app: notification.app };
      this.#offer(streams, announced, () => valueJson(notification, this.#source.clock.now()));
    }
  }

  /** The same for a change that is encoded already, from this node or another. */
  forward(change: BusChange): void {
    const streams = this.#byUser.get(change.user);
    if (streams) this.#offer(streams, change, () => change.value);
  }

  /** The same for heads that moved without a change of a notification. */
  moved(heads: readonly FeedHead[]): void {
    for (const head of heads) this.notice(head);
  }

  /** The new head of a feed: streams that are behind it catch up. */
  notice(head: FeedHead): void {
    for (const stream of this.#byUser.get(head.user) ?? []) stream.notice(head);
  }

  #isRevoked({ origin }: Stream): boolean {
    return origin !== null && (this.#source.revoked?.has(origin) ?? false);
  }

  #endRevoked(): void {
    const version = this.#source.revoked?.version();
    if (version === this.#revocationsSeen) return;
    this.#revocationsSeen = version;
    for (const streams of this.#byUser.values())
      for (const stream of streams) if (this.#isRevoked(stream)) stream.bye('tokenExpired', 0);
  }

  /** One second of the wheel. */
  turn(): void {
    const now = this.#source.clock.now();
    this.#endRevoked();
    for (const stream of this.#slotOf(this.#turn++)) {
      if (stream.expiresAt + limits.clockToleranceSeconds * 1000 <= now) stream.bye('tokenExpired', 0);
      else void stream.beat(now).catch(() => stream.bye('unavailable', 1000));
    }
    for (const slot of this.#wheel) {
      for (const stream of slot) {
        const late = now - stream.waitingSince > limits.slowConsumerSeconds * 1000;
        if (stream.phase === 'waiting' && late) stream.bye('slowConsumer', 1000);
        stream.cutIfStuck(now);
      }
    }
  }

  /** Sends `bye` to every stream, each with its own time to reconnect. */
  drain(random: () => number): void {
    this.#draining = true;
    this.#timer.stop();
    for (const streams of this.#byUser.values()) {
      for (const stream of streams) stream.bye('drain', 500 + Math.floor(random() * drainSpreadMs));
    }
  }

  #slotOf(index: number): Set<Stream> {
    return this.#wheel[index % this.#wheel.length] as Set<Stream>;
  }

  #offer(streams: ReadonlySet<Stream>, announced: Announced, value: () => string): void {
    const frameFor = this.#encoder(announced, value);
    for (const stream of streams) stream.offer(announced, () => frameFor(stream.visibility));
  }

  #encoder(announced: Announced, value: () => string): (visibility: Visibility) => EncodedFrame | null {
    const frames = new Map<Visibility, EncodedFrame | null>();
    const { cursors } = this.#source;
    const { user, epoch, seq, app } = announced;
    let encoded: string | null = null;
    return (visibility) => {
      const known = frames.get(visibility);
      if (known !== undefined) return known;
      let frame: EncodedFrame | null = null;
      if (visibility === null || app === visibility) {
        encoded ??= value();
        const unread = visibility === null ? announced.unread : announced.unreadOfApp;
        frame = changeFrame(encoded, cursors.write(user, visibility, { epoch, seq, startedAt: 0 }), unread);
      }
      frames.set(visibility, frame);
      return frame;
    };
  }
}
