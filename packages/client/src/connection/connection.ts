// Keeps one feed up to date while it is open: it runs the step of each phase of ./phases.ts, and the table gives the next
// phase. `onBase` gets what the hub sends, in order; `onStatus` gets the phase.

import type { Clock, Random, Timer } from '../clock.ts';
import type { FeedPhase, Transport } from '../feed/feed.ts';
import type { BaseStep } from '../feed/feed-view.ts';
import { backoffMs } from '../requests/backoff.ts';
import { HubError, messageOf, offline } from '../requests/hub-error.ts';
import { itemsAfter, readChanges } from '../requests/read-changes.ts';
import type { Requests } from '../requests/requests.ts';
import { type Link, type LiveFrame, type OpenLink, TransportBlocked } from '../transports/link.ts';
import { nextPhase, type PhaseInput } from './phases.ts';

export interface ConnectionStatus {
  readonly phase: FeedPhase;
  readonly transport: Transport | null;
  readonly reason: string | null;
}

/** Before anything was tried. */
export const beginning: ConnectionStatus = { phase: 'connecting', transport: null, reason: 'Connecting.' };

export interface ConnectionOptions {
  readonly requests: Requests;
  readonly clock: Clock;
  readonly random: Random;
  /** The preferred one first. When something in between blocks it, the next is used. */
  readonly transports: readonly (readonly [name: Transport, open: OpenLink])[];
  /** The position of the view; null until the feed has been read. */
  readonly cursor: () => string | null;
  readonly onBase: (step: BaseStep) => void;
  readonly onStatus: (status: ConnectionStatus) => void;
}

/** After a shorter absence the stream's replay is cheaper than reading pages first. */
const shortAbsenceMs = 60_000;
/** Changes that arrive within this time are acknowledged together. */
const acknowledgeMs = 250;
const blockedMax = 2;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  #phase = beginning.phase;
  #reason = beginning.reason;
  #startsOver = false;
  #caughtUpAt: number | null = null;
  #failures = 0;
  #retryAfterMs: number | null = null;
  #rung = 0;
  #blocked = 0;
  #reopens = false;
  #link: Link | null = null;
  #linkClosing = new AbortController();
  #acknowledging: Timer | null = null;
  #preferences: string | undefined;
  #wake = () => {};

  readonly #steps: Readonly<Record<FeedPhase, (() => Promise<PhaseInput>) | null>> = {
    connecting: () => this.#open(),
    catchingUp: () => this.#read(),
    live: () => this.#follow(),
    offline: () => this.#wait(),
    signedOut: null,
    closed: null,
  };

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Runs until it is closed or signed out. */
  async run(): Promise<void> {
    for (let step = this.#steps[this.#phase]; step; step = this.#steps[this.#phase]) {
      this.#report();
      this.#enter(await step().catch((error: unknown) => this.#failed(error)));
    }
    this.#report();
  }

  /**
   * The next try may succeed now: the network is back, or the page became visible. `reopens`: so does an open stream, with the
   * device that requests carry now, or because it may be dead.
   */
  wake(reopens: boolean): void {
    this.#wake();
    if (!reopens || this.#phase !== 'live') return;
    this.#reopens = true;
    this.#linkClosing.abort();
  }

  close(): void {
    this.#enter('ended');
    this.#closing.abort();
    this.#linkClosing.abort();
    this.#acknowledging?.stop();
    this.#wake();
  }

  get #isBehind(): boolean {
    const { clock, cursor } = this.#options;
    const isAway = this.#caughtUpAt === null || clock.now() - this.#caughtUpAt > shortAbsenceMs;
    return this.#startsOver || cursor() === null || isAway;
  }

  async #open(): Promise<PhaseInput> {
    if (this.#isBehind) return 'behind';
    const { requests, clock, cursor, transports } = this.#options;
    this.#linkClosing = new AbortController();
    const { signal } = this.#linkClosing;
    const [, open] = transports[this.#rung] ?? [];
    if (!open) throw offline(null);
    const onFrame = (frame: LiveFrame): void => this.#take(frame, signal);
    this.#link = await open({ requests, clock, cursor: () => cursor() ?? '', onFrame, signal });
    this.#failures = 0;
    this.#blocked = 0;
    this.#reason = null;
    return 'opened';
  }

  async #follow(): Promise<PhaseInput> {
    const end = await this.#link?.ended;
    if (!end) return 'lost';
    this.#linkClosing.abort();
    this.#caughtUpAt = this.#options.clock.now();
    this.#startsOver = end.input === 'resync';
    this.#reason = end.reason;
    this.#retryAfterMs = this.#reopens ? 0 : end.retryAfterMs;
    this.#reopens = false;
    return end.input;
  }

  async #read(): Promise<PhaseInput> {
    const { requests, clock, cursor, onBase } = this.#options;
    const from = this.#startsOver ? null : cursor();
    const { values, position } = await readChanges(requests, from, this.#closing.signal);
    if (this.#closing.signal.aborted) return 'ended';
    if (from === null) onBase({ type: 'replace', items: itemsAfter(values), position });
    else onBase({ type: 'values', values, position });
    this.#startsOver = false;
    this.#caughtUpAt = clock.now();
    return 'caughtUp';
  }

  async #wait(): Promise<PhaseInput> {
    const { clock, random } = this.#options;
    this.#failures++;
    const failure = { count: this.#failures, retryAfterMs: this.#retryAfterMs };
    this.#retryAfterMs = null;
    await new Promise<void>((resolve) => {
      const timer = clock.after(backoffMs(failure, random), resolve);
      this.#wake = () => {
        timer.stop();
        resolve();
      };
    });
    this.#wake = () => {};
    return 'retried';
  }

  /** Turns the error of a step into an input of the table. */
  #failed(error: unknown): PhaseInput {
    this.#linkClosing.abort();
    this.#reason = messageOf(error);
    if (error instanceof TransportBlocked) {
      this.#reason = 'Something blocks the stream.';
      return this.#stepDown() ? 'retried' : 'lost';
    }
    if (!(error instanceof HubError)) return 'lost';
    this.#retryAfterMs = error.retryAfterMs;
    if (error.kind === 'signedOut') return 'signedOut';
    // When even reading from the beginning fails, the next try waits.
    if (error.kind !== 'resyncRequired' || this.#startsOver) return 'lost';
    this.#startsOver = true;
    return 'resync';
  }

  /** Uses the next transport once this one was blocked twice in a row: a slow hub looks the same once. */
  #stepDown(): boolean {
    if (++this.#blocked < blockedMax || this.#rung === this.#options.transports.length - 1) return false;
    this.#blocked = 0;
    this.#rung++;
    return true;
  }

  #take(frame: LiveFrame, link: AbortSignal): void {
    if (link.aborted) return;
    const { cursor, unreadCount } = frame;
    const values = frame.type === 'change' ? [frame.value] : [];
    if ('preferences' in frame) this.#preferences = frame.preferences;
    const position = { cursor, unreadCount, preferences: this.#preferences };
    this.#options.onBase({ type: 'values', values, position });
    if (this.#options.requests.device === null) return;
    this.#acknowledging ??= this.#options.clock.after(acknowledgeMs, () => {
      this.#acknowledging = null;
      this.#link?.acknowledge(this.#options.cursor() ?? '');
    });
  }

  #enter(input: PhaseInput): void {
    this.#phase = nextPhase(this.#phase, input);
  }

  #report(): void {
    const transport = this.#phase === 'live' ? (this.#options.transports[this.#rung]?.[0] ?? null) : null;
    this.#options.onStatus({ phase: this.#phase, transport, reason: this.#reason });
  }
}
