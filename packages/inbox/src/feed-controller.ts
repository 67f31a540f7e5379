// Follows the feed: it requests an update after each step, announces new notifications to screen readers, and has the reason
// of a refused change until the user dismisses it.
import { type Feed, type FeedChange, isForPerson } from '@carillon/client';
import type { Notification } from '@carillon/protocol';
import type { ReactiveControllerHost } from 'lit';
import type { Clock } from './clock.ts';

interface Owner extends ReactiveControllerHost {
  readonly clock: Clock;
  announce(added: readonly Notification[]): void;
}

const gatherMs = 300;

export class FeedController {
  /** Whether the feed's first read ended; `failed` when it rejected. */
  readiness: 'waiting' | 'ready' | 'failed' = 'waiting';
  refusal: string | null = null;
  /** An answer that was given here and does not count: the question as it is now. */
  late: { readonly item: Notification | null } | null = null;
  readonly #owner: Owner;
  #feed: Feed | null = null;
  #isConnected = false;
  #stop: (() => void) | null = null;
  /** What the user brings back comes as added, and is not new. */
  readonly #silent = new Set<string>();

  constructor(owner: Owner) {
    this.#owner = owner;
    owner.addController(this);
  }

  listenTo(feed: Feed | null): void {
    this.#stop?.();
    this.#stop = null;
    this.#feed = feed;
    this.readiness = 'waiting';
    this.refusal = null;
    this.late = null;
    this.#silent.clear();
    if (feed && this.#isConnected) this.#listen(feed);
  }

  hostConnected(): void {
    this.#isConnected = true;
    if (this.#feed && !this.#stop) this.#listen(this.#feed);
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    this.#stop?.();
    this.#stop = null;
  }

  /** The next step of each is not announced. */
  silence(ids: readonly string[]): void {
    for (const id of ids) this.#silent.add(id);
  }

  forgetRefusal(): void {
    this.refusal = null;
    this.late = null;
    this.#owner.requestUpdate();
  }

  #listen(feed: Feed): void {
    const steps = feed.changes()[Symbol.asyncIterator]();
    const unsubscribe = feed.subscribe(() => this.#owner.requestUpdate());
    this.#stop = () => {
      unsubscribe();
      void steps.return?.();
    };
    void this.#follow(feed, steps);
    const settle = (readiness: 'ready' | 'failed') => () => {
      if (this.#feed !== feed) return;
      this.readiness = readiness;
      this.#owner.requestUpdate();
    };
    feed.ready.then(settle('ready'), settle('failed'));
  }

  async #follow(feed: Feed, steps: AsyncIterator<FeedChange>): Promise<void> {
    let added: Notification[] = [];
    const tell = (): void => {
      if (this.#feed === feed && added.length > 0) this.#owner.announce(added);
      added = [];
    };
    for (;;) {
      const step = await steps.next().catch(() => ({ done: true as const, value: undefined }));
      if (step.done || this.#feed !== feed) return;
      if (step.value.type === 'refused') {
        this.refusal = step.value.reason;
        this.#owner.requestUpdate();
      } else if (step.value.type === 'decided') {
        this.late = step.value;
        this.#owner.requestUpdate();
      }
      if (this.#isSilent(step.value) || step.value.type !== 'added' || this.readiness !== 'ready') continue;
      if (!isForPerson(step.value.item)) continue;
      // What comes together is announced as one sentence.
      if (added.length === 0) this.#owner.clock.after(gatherMs, tell);
      added.push(step.value.item);
    }
  }

  #isSilent(step: FeedChange): boolean {
    if (step.type === 'replaced') this.#silent.clear();
    return step.type !== 'replaced' && this.#silent.delete('id' in step ? step.id : step.item.id);
  }
}
