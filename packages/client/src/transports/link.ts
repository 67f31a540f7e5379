// One open stream, apart from its wire: it takes frames as text, and reports when the stream has begun and why it ended. A
// stream without a sign of life for two heartbeats is dead.
import type { Frame } from '@carillon/protocol';
import type { Clock, Timer } from '../clock.ts';
import { defer } from '../deferred.ts';
import { HubError } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';

export type LiveFrame = Extract<Frame, { cursor: string }>;

export interface LinkEnd {
  /** `resync`: the hub can't honour the cursor, and the whole feed must be read again. */
  readonly input: 'lost' | 'resync';
  /** In words for a person. */
  readonly reason: string;
  /** The wait that the hub asked for; null when it asked for none. */
  readonly retryAfterMs: number | null;
}

export interface Link {
  /** May reject, as a request does. */
  readonly ended: Promise<LinkEnd>;
  /** Acknowledges everything up to the cursor. */
  acknowledge(cursor: string): void;
}

export interface LinkAsk {
  readonly requests: Requests;
  readonly clock: Clock;
  /** The position of the view. */
  readonly cursor: () => string;
  readonly onFrame: (frame: LiveFrame) => void;
  /** Ends the link. */
  readonly signal: AbortSignal;
}

/** Resolves when the stream has begun; rejects with a HubError, or with `TransportBlocked`. */
export type OpenLink = (ask: LinkAsk) => Promise<Link>;

/** The hub answers, but something in between blocks this transport. */
export class TransportBlocked extends Error {}

/** A stream that has not begun after this long is blocked by something in between. */
export const openMaxMs = 10_000;
const heartbeatDefaultMs = 25_000;

export interface FrameLinkOptions {
  readonly ask: LinkAsk;
  /** Called after a silence. While it answers true, it is called less and less often. */
  readonly isAlive?: () => Promise<boolean>;
  readonly acknowledge?: (cursor: string) => void;
}

export class FrameLink implements Link {
  readonly #ask: LinkAsk;
  readonly #options: FrameLinkOptions;
  readonly #begun = defer();
  readonly #ended = defer<LinkEnd>();
  readonly begun = this.#begun.promise;
  readonly ended = this.#ended.promise;
  #silenceMs = 2 * heartbeatDefaultMs;
  #timer: Timer;
  #isOver = false;

  constructor(options: FrameLinkOptions) {
    this.#options = options;
    this.#ask = options.ask;
    this.#timer = this.#ask.clock.after(openMaxMs, () => {
      this.#begun.reject(new TransportBlocked());
      this.end();
    });
    this.begun.catch(() => {});
  }

  acknowledge(cursor: string): void {
    this.#options.acknowledge?.(cursor);
  }

  /** Takes one frame. Types that this client does not have are skipped: newer hubs may send more. */
  take(text: string): void {
    if (this.#isOver) return;
    const frame: Frame = JSON.parse(text);
    if (frame.type === 'resync') this.end('Everything is read again.', null, 'resync');
    else if (frame.type === 'bye') this.end('The hub closed the stream.', frame.retryAfterMs);
    else if ('cursor' in frame) {
      if (frame.type === 'ready') this.#silenceMs = 2000 * frame.heartbeatSeconds;
      this.beat();
      this.#ask.onFrame(frame);
      this.#begun.resolve();
    }
  }

  /** A sign of life. */
  beat(): void {
    this.#listen(this.#silenceMs);
  }

  /** Without a reason: the wire broke. */
  end(
    reason = 'The connection was lost.',
    retryAfterMs: number | null = null,
    input: LinkEnd['input'] = 'lost',
  ): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.stop();
    this.#ended.resolve({ input, reason, retryAfterMs });
    this.#begun.reject(new HubError('offline', reason, { retryAfterMs }));
  }

  #listen(silenceMs: number): void {
    this.#timer.stop();
    if (!this.#isOver) this.#timer = this.#ask.clock.after(silenceMs, () => void this.#silent(silenceMs));
  }

  async #silent(silenceMs: number): Promise<void> {
    this.#timer.stop();
    const isAlive = (await this.#options.isAlive?.().catch(() => false)) ?? false;
    if (!isAlive) this.end('The connection fell silent.');
    else this.#listen(Math.min(2 * silenceMs, 8 * this.#silenceMs));
  }
}
