// Sends local changes to the hub: stored first, then sent, and again until the hub has answered. Changes of one state go in
// one request; a notification has one request in flight, with its newest change. It sends while the connection is live.
import type { Clock, Random, Timer } from '../clock.ts';
import type { FeedView, Outcome } from '../feed/feed-view.ts';
import { composeMutations, mutationAt } from '../feed/local-change.ts';
import { backoffMs } from '../requests/backoff.ts';
import { HubError, isFinal } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import { sendOne, type UnsentChange } from './send-changes.ts';
import { isSameState, togetherMax } from './state-group.ts';

export interface OutboxOptions {
  readonly requests: Requests;
  readonly clock: Clock;
  readonly random: Random;
  readonly view: FeedView;
  /** Resolves once everything that was done so far is stored. */
  readonly stored: () => Promise<void>;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Browsers open six connections to a host over HTTP/1.1, and the stream may take one. */
const requestsMax = 4;

export class Outbox {
  readonly #options: OutboxOptions;
  /** Ids with a request in flight. */
  readonly #inFlight = new Set<string>();
  #requests = 0;
  #isOpen = false;
  #isGathering = false;
  /** 1 after the hub refused a group: an older hub takes no groups, and a newer one refuses all for one change. */
  #groupMax = togetherMax;
  #failures = 0;
  #pause: Timer | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** The hub can be reached. */
  open(): void {
    this.#isOpen = true;
    this.#groupMax = togetherMax;
    this.send();
  }

  /** Requests in flight may still be answered; no other is sent. */
  close(): void {
    this.#isOpen = false;
    this.#pause?.stop();
    this.#pause = null;
  }

  /** Changes that are made in one turn of the event loop are gathered. */
  send(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    queueMicrotask(() => {
      this.#isGathering = false;
      while (this.#isOpen && !this.#pause && this.#requests < requestsMax) {
        const ids = this.#gather();
        if (ids.length === 0) return;
        void this.#sendGroup(ids);
      }
    });
  }

  /** The ids of the first change that waits and of those with the same state. */
  #gather(): string[] {
    const ids = new Set<string>();
    let first: UnsentChange | null = null;
    for (const { id } of this.#options.view.waiting.values()) {
      if (ids.size >= this.#groupMax || (first && first.mutation === null)) break;
      if (this.#inFlight.has(id)) continue;
      const unsent = this.#unsent(id);
      first ??= unsent;
      if (unsent && first && isSameState(unsent.mutation, first.mutation)) ids.add(id);
    }
    for (const id of ids) this.#inFlight.add(id);
    return [...ids];
  }

  async #sendGroup(ids: readonly string[]): Promise<void> {
    this.#requests++;
    try {
      await this.#options.stored();
      await this.#settle(ids.flatMap((id) => this.#unsent(id) ?? []));
      this.#failures = 0;
    } catch (error) {
      this.#failed(error);
    }
    this.#requests--;
    for (const id of ids) this.#inFlight.delete(id);
    this.send();
  }

  async #settle(group: readonly UnsentChange[]): Promise<void> {
    const { view, requests, onOutcome } = this.#options;
    const isReplaced = ({ id, contentVersion, mutation }: UnsentChange) =>
      !mutation?.response && contentVersion !== null && view.contentVersion(id) > contentVersion;
    for (const { id, keys } of group.filter(isReplaced)) onOutcome({ id, keys, result: 'refused' });
    // A change that the user made while the others were stored goes with the next group.
    const [first, ...others] = group.filter((each) => !isReplaced(each));
    if (!first) return;
    const same = others.filter(({ mutation }) => isSameState(mutation, first.mutation));
    for (const { id } of [first, ...same]) view.watch(id);
    if (first.mutation === null || same.length === 0) onOutcome(await sendOne(requests, view, first));
    else {
      const { sendMany } = await import('./send-many.ts');
      const group = [first, ...same];
      const outcomes = await sendMany({ requests, view, state: first.mutation, group, isFinal });
      if (outcomes === null) this.#groupMax = 1;
      else outcomes.forEach(onOutcome);
    }
  }

  /** All that waits for a notification, as one change; an answer is one by itself. Null when nothing waits. */
  #unsent(id: string): UnsentChange | null {
    const { view, clock } = this.#options;
    const waiting = view.waitingOf(id);
    const answer = waiting.findIndex(({ mutation }) => mutation?.response);
    const changes = answer < 0 ? waiting : waiting.slice(0, answer || 1);
    const last = changes.at(-1);
    if (!last) return null;
    const mutation = mutationAt(changes.map((each) => each.mutation).reduce(composeMutations), clock.now());
    return { id, keys: changes.map(({ key }) => key), mutation, contentVersion: last.contentVersion };
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
