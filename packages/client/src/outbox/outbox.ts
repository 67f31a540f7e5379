// Sends what was done here to the hub: stored first, then sent, one request under way for a notification and a few in
// all, and tried again until the hub has answered. It works while the connection is live, and sends the newest mutation only.
import type { Notification, StatePatch } from '@carillon/protocol';
import type { Clock, Random, Timer } from '../clock.ts';
import type { FeedView, Outcome } from '../feed/feed-view.ts';
import { composeMutations, type LocalChange, mutationAt } from '../feed/local-change.ts';
import { backoffMs } from '../requests/backoff.ts';
import { HubError } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';

export interface OutboxOptions {
  readonly requests: Requests;
  readonly clock: Clock;
  readonly random: Random;
  readonly view: FeedView;
  /** Resolves once what was done so far is kept. */
  readonly stored: () => Promise<void>;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Browsers open six connections to a host over HTTP/1.1, and the stream may hold one. */
const atOnce = 4;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #underWay = new Set<string>();
  #isOpen = false;
  #failures = 0;
  #pause: Timer | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** The hub can be reached: what waits is sent. */
  open(): void {
    this.#isOpen = true;
    this.send();
  }

  /** What is under way may still be answered; nothing else leaves. */
  close(): void {
    this.#isOpen = false;
    this.#pause?.stop();
    this.#pause = null;
  }

  send(): void {
    if (!this.#isOpen || this.#pause) return;
    for (const { id } of this.#options.view.waiting.values()) {
      if (this.#underWay.size >= atOnce) return;
      if (!this.#underWay.has(id)) void this.#sendOne(id);
    }
  }

  async #sendOne(id: string): Promise<void> {
    const { view, stored, onOutcome } = this.#options;
    this.#underWay.add(id);
    try {
      await stored();
      const outcome = await this.#settle(id, view.waitingOf(id));
      this.#failures = 0;
      if (outcome) onOutcome(outcome);
    } catch (error) {
      this.#failed(error);
    }
    this.#underWay.delete(id);
    this.send();
  }

  /** Null when there was nothing left to send. */
  async #settle(id: string, changes: readonly LocalChange[]): Promise<Outcome | null> {
    const { view, clock } = this.#options;
    const last = changes.at(-1);
    if (!last) return null;
    const keys = changes.map(({ key }) => key);
    const mutation = mutationAt(changes.map((each) => each.mutation).reduce(composeMutations), clock.now());
    const { contentVersion } = last;
    const isReplaced = contentVersion !== null && view.contentVersion(id) > contentVersion;
    if (isReplaced) return { id, keys, result: 'refused', reason: replaced };
    view.watch(id);
    const patch = mutation && { ...mutation, ...(contentVersion === null ? {} : { contentVersion }) };
    const answer = await this.#request(id, patch, contentVersion);
    if (answer instanceof HubError) {
      if (answer.kind === 'notFound') return { id, keys, result: 'gone' };
      return { id, keys, result: 'refused', reason: answer.message };
    }
    const isVoid = answer && contentVersion !== null && answer.contentVersion > contentVersion;
    if (isVoid) return { id, keys, result: 'refused', reason: replaced };
    return { id, keys, result: view.hasSeen(id, answer) ? 'confirmed' : 'acknowledged' };
  }

  /** The hub's answer or its final refusal; throws what may pass. */
  async #request(
    id: string,
    patch: StatePatch | null,
    contentVersion: number | null,
  ): Promise<Notification | null | HubError> {
    const { requests } = this.#options;
    try {
      if (patch) return await requests.updateState(id, patch);
      if (contentVersion !== null) return await requests.deleteContent(id, contentVersion);
      await requests.delete(id);
      return null;
    } catch (error) {
      const isFinal = error instanceof HubError && !error.isPassing && error.kind !== 'signedOut';
      if (isFinal) return error;
      throw error;
    }
  }

  #failed(error: unknown): void {
    const { clock, random } = this.#options;
    const retryAfterMs = error instanceof HubError ? error.retryAfterMs : null;
    const waitMs = backoffMs({ count: ++this.#failures, retryAfterMs }, random);
    if (!this.#isOpen) return;
    this.#pause ??= clock.after(waitMs, () => {
      this.#pause = null;
      this.send();
    });
  }
}

const replaced = 'It was replaced by newer content before this reached the hub.';
