// One open stream, without its socket: the sequence that it has sent, its phase, and how it catches up. It has no queue
// that could overflow: the feed is the queue.
import { type ByeReason, limits, type ResyncReason } from '@carillon/protocol';
import type { Cursor, Cursors } from '../feed/cursor.ts';
import { type DeltaPage, readDelta } from '../feed/read.ts';
import type { Clock } from '../lib/clock.ts';
import { HubError } from '../model/errors.ts';
import { preferencesEtag } from '../model/preferences/preferences.ts';
import type { TokenOrigin, UserKey, Visibility } from '../model/principal.ts';
import type { FeedHead, FeedReader } from '../store/store.ts';
import { changeFrame, EncodedFrame, valueJson } from './frame.ts';
import { nextPhase, type Phase, type PhaseInput } from './phases.ts';

/** The connection, as the stream sees it; the edge has one for SSE and one for WebSocket. */
export interface Sink {
  /** False when the connection is full: the stream goes on when the edge calls `drained`. */
  write(frame: EncodedFrame): boolean;
  /** The same, for a heartbeat. */
  heartbeat(): boolean;
  /** Ends the connection once what was written has left. */
  close(): void;
  /** Ends the connection now, and discards what was not sent. */
  cut(): void;
}

/** From now, from a cursor, or from a text that is no cursor of this feed and is answered `resync`. */
export type StreamStart = Cursor | 'unreadable' | null;

export interface StreamSource {
  readonly read: FeedReader;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly revoked?: RevokedOrigins | undefined;
  /** The device of a stream is there. */
  readonly present?: (device: { readonly user: UserKey; readonly id: string }) => void;
}

/** Tokens that were revoked before they expired. */
interface RevokedOrigins {
  /** Another one whenever more may be revoked. */
  version(): number;
  has(origin: TokenOrigin): boolean;
}

export interface StreamOptions {
  readonly user: UserKey;
  readonly visibility: Visibility;
  readonly expiresAt: number;
  /** Of the token; null: it is never revoked. */
  readonly origin: TokenOrigin | null;
  /** The device that listens, if the request named it. */
  readonly subscription: string | null;
  readonly sink: Sink;
}

/** How long a closed connection may take for what was written last. */
const closeGraceMs = 5000;

export class Stream {
  readonly user: UserKey;
  readonly visibility: Visibility;
  readonly expiresAt: number;
  readonly origin: TokenOrigin | null;
  readonly subscription: string | null;
  waitingSince = 0;
  readonly #sink: Sink;
  readonly #source: StreamSource;
  #phase: Phase = 'catchingUp';
  #sent = 0;
  #epoch = 0;
  /** The newest known sequence, while not live. */
  #wanted = 0;
  /** The last sequence whose cursor was sent. */
  #cursorSent = 0;
  #cursorSentAt = 0;
  /** Of the preferences that were told. */
  #preferencesSeq = 0;
  #reading = false;
  #closedAt = 0;

  constructor(options: StreamOptions, source: StreamSource) {
    this.user = options.user;
    this.visibility = options.visibility;
    this.expiresAt = options.expiresAt;
    this.origin = options.origin;
    this.subscription = options.subscription;
    this.#sink = options.sink;
    this.#source = source;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Sends `ready` and goes live, by way of everything after the cursor. The stream must be followed already. */
  async begin(from: StreamStart): Promise<void> {
    if (from === 'unreadable') {
      this.#resync('cursorInvalid');
      return;
    }
    const { read, cursors } = this.#source;
    const at = await read.position(this.user, this.visibility);
    try {
      if (from) cursors.check(from, at);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#epoch = at.epoch;
    this.#sent = from ? from.seq : at.head;
    this.#cursorSent = this.#sent;
    this.#wanted = Math.max(this.#wanted, at.head);
    this.#preferencesSeq = at.preferencesSeq;
    const ready = {
      type: 'ready',
      cursor: this.#cursor(this.#sent),
      unreadCount: at.unread,
      ...preferencesOf(at),
    } as const;
    this.#write(new EncodedFrame({ ...ready, heartbeatSeconds: limits.heartbeatSeconds }));
    await this.#catchUp();
  }

  /** A committed change of this feed; `frame` answers its frame, or null when it is not visible to this stream. */
  offer(change: FeedHead, frame: () => EncodedFrame | null): void {
    const isNext = change.seq === this.#sent + 1 && this.#isSameEpoch(change);
    if (this.#phase !== 'live' || !isNext) {
      this.notice(change);
      return;
    }
    this.#epoch = change.epoch;
    this.#sent = change.seq;
    const encoded = frame();
    if (!encoded) return;
    this.#cursorSent = change.seq;
    this.#write(encoded);
  }

  /** The feed's head as known elsewhere: a stream that is behind it catches up. */
  notice(head: FeedHead): void {
    if (this.#phase !== 'live') {
      this.#wanted = Math.max(this.#wanted, head.seq);
      return;
    }
    const isSameEpoch = this.#isSameEpoch(head);
    if (head.seq <= this.#sent && isSameEpoch) return;
    // In another epoch even a lower sequence is newer; the store decides whether the reader must start over.
    this.#wanted = isSameEpoch ? head.seq : this.#sent + 1;
    this.#enter('jumped');
    void this.#catchUp();
  }

  drained(): void {
    if (this.#phase !== 'waiting') return;
    this.#enter('drained');
    void this.#catchUp();
  }

  /** Keeps the connection alive, and sends the position of a head that moved without a visible change, at most once a minute. */
  async beat(now: number): Promise<void> {
    if (this.#phase !== 'live') return;
    if (this.subscription !== null) this.#source.present?.({ user: this.user, id: this.subscription });
    const moved = this.#sent > this.#cursorSent && now - this.#cursorSentAt >= limits.positionSeconds * 1000;
    if (!moved) {
      this.#taken(this.#sink.heartbeat());
      return;
    }
    this.#cursorSentAt = now;
    const { epoch, head, unread } = await this.#source.read.position(this.user, this.visibility);
    // A change that was told meanwhile carried the position with it.
    if (this.#phase !== 'live' || head !== this.#sent || this.#sent <= this.#cursorSent) return;
    this.#epoch = epoch;
    this.#cursorSent = head;
    this.#write(new EncodedFrame({ type: 'position', cursor: this.#cursor(head), unreadCount: unread }));
  }

  bye(reason: ByeReason, retryAfterMs: number): void {
    if (this.#phase === 'closed') return;
    this.#sink.write(new EncodedFrame({ type: 'bye', reason, retryAfterMs }));
    this.end();
  }

  /** Closes the connection; safe to call again. */
  end(): void {
    if (this.#phase === 'closed') return;
    this.#enter('ended');
    this.#closedAt = this.#source.clock.now();
    this.#sink.close();
  }

  /** A connection that never takes its `bye` would keep its buffers forever. */
  cutIfStuck(now: number): void {
    if (this.#phase === 'closed' && now - this.#closedAt >= closeGraceMs) this.#sink.cut();
  }

  /** A feed that did not exist yet had epoch 0. */
  #isSameEpoch({ epoch }: FeedHead): boolean {
    return epoch === this.#epoch || this.#sent === 0;
  }

  async #catchUp(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#phase === 'catchingUp') await this.#readPage();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#reading = false;
    }
    // It drained again while the last page was abandoned.
    if (this.#phase === 'catchingUp') await this.#catchUp();
  }

  async #readPage(): Promise<void> {
    if (this.#sent >= this.#wanted) {
      this.#enter('caughtUp');
      return;
    }
    const { read, cursors, clock } = this.#source;
    const wanted = this.#wanted;
    const cursor: Cursor = { epoch: this.#epoch, seq: this.#sent, startedAt: 0 };
    const now = clock.now();
    const { user, visibility } = this;
    const page = await readDelta(read, cursors, {
      user,
      visibility,
      cursor,
      limit: limits.deltaPageDefault,
      now,
    });
    this.#epoch = page.next.epoch;
    for (const row of page.rows) {
      if (this.#phase !== 'catchingUp') return;
      this.#sent = row.seq;
      this.#cursorSent = row.seq;
      this.#write(changeFrame(valueJson(row, now), this.#cursor(row.seq), page.unread));
    }
    if (this.#phase !== 'catchingUp') return;
    this.#sent = page.next.seq;
    if (page.preferencesSeq > this.#preferencesSeq) this.#tellPreferences(page);
    // A sequence that the store does not show must not cause a busy loop; one announced meanwhile may be newer than this page.
    if (page.done && this.#wanted === wanted) this.#wanted = Math.min(wanted, this.#sent);
  }

  /** In the frame of a position, since no notification has changed. */
  #tellPreferences({ unread, preferencesSeq }: Pick<DeltaPage, 'unread' | 'preferencesSeq'>): void {
    this.#preferencesSeq = preferencesSeq;
    this.#cursorSent = this.#sent;
    const position = { type: 'position', cursor: this.#cursor(this.#sent), unreadCount: unread } as const;
    this.#write(new EncodedFrame({ ...position, ...preferencesOf({ preferencesSeq }) }));
  }

  #write(frame: EncodedFrame): void {
    if (this.#phase !== 'closed') this.#taken(this.#sink.write(frame));
  }

  #taken(all: boolean): void {
    if (all || this.#phase === 'closed') return;
    this.waitingSince = this.#source.clock.now();
    this.#enter('blocked');
  }

  #enter(input: PhaseInput): void {
    this.#phase = nextPhase(this.#phase, input);
  }

  #cursor(seq: number): string {
    return this.#source.cursors.write(this.user, this.visibility, { epoch: this.#epoch, seq, startedAt: 0 });
  }

  #failed(error: unknown): void {
    if (error instanceof HubError && error.kind === 'resyncRequired') {
      this.#resync(error.details.resync ?? 'cursorInvalid');
    } else this.bye('unavailable', 1000);
  }

  #resync(reason: ResyncReason): void {
    if (this.#phase === 'closed') return;
    this.#sink.write(new EncodedFrame({ type: 'resync', reason }));
    this.end();
  }
}

/** What a device compares with the preferences that it has; absent where none were ever set. */
function preferencesOf(at: Pick<DeltaPage, 'preferencesSeq'>): { readonly preferences?: string } {
  return at.preferencesSeq === 0 ? {} : { preferences: preferencesEtag(at) };
}
