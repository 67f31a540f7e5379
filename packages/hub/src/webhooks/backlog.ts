// One backlog: what waits for one endpoint, in order. One attempt is under way in it, so what is told later is never told
// before; many changes go together.
import type { Timer } from '../lib/clock.ts';
import {
  type BacklogState,
  nothingFails,
  type Waiting,
  type WebhookChange,
} from '../model/change-subscription.ts';

/** Told together, and told again so when an attempt fails. */
export interface Batch {
  readonly changes: readonly WebhookChange[];
  readonly last: number;
  readonly bytes: number;
}

const nothing: Waiting = { count: 0, bytes: 0 };

export class Backlog {
  readonly id: string;
  /** Runs, or waits for its turn. */
  isBusy = false;
  /** More came while it ran. */
  again = false;
  /** Up to here all is told. */
  told = 0;
  /** Until when this node holds it. */
  heldUntil = 0;
  state = nothingFails;
  /** As far as this node knows. */
  waiting = nothing;
  batch: Batch | null = null;
  /** An attempt of this process has failed. */
  hasFailed = false;
  timer: Timer | null = null;

  constructor(id: string) {
    this.id = id;
  }

  get isFailing(): boolean {
    return this.state.attempts > 0;
  }

  add({ count, bytes }: Waiting): void {
    this.waiting = { count: this.waiting.count + count, bytes: this.waiting.bytes + bytes };
  }

  /** Another node had it meanwhile: what was read before may be told. */
  takeOver(state: BacklogState): void {
    this.state = state;
    this.batch = null;
  }

  succeeded({ changes, last, bytes }: Batch): void {
    this.told = last;
    this.batch = null;
    this.state = nothingFails;
    this.hasFailed = false;
    this.waiting = {
      count: Math.max(0, this.waiting.count - changes.length),
      bytes: Math.max(0, this.waiting.bytes - bytes),
    };
  }

  failed(state: BacklogState): void {
    this.state = state;
    this.hasFailed = true;
  }

  /** Up to that place all is given up. */
  gaveUp(upTo: number): void {
    this.told = Math.max(this.told, upTo);
    this.batch = null;
    this.waiting = nothing;
  }
}
