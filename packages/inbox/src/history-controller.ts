// The pages of the history that were read so far. Each opening reads it again; a failure is a phase of its own, from which
// the user can try again.
import type { Feed, HistoryPage } from '@carillon/client';
import type { Notification } from '@carillon/protocol';
import type { ReactiveControllerHost } from 'lit';

interface Owner extends ReactiveControllerHost {
  readonly feed: Feed | null;
}

const pageSize = 50;

export class HistoryController {
  phase: 'loading' | 'ready' | 'failed' = 'loading';
  items: readonly Notification[] = [];
  #next: HistoryPage['next'] = null;
  /** Counts openings: a page that was requested before the last one is dropped. */
  #opening = 0;
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  open(): Promise<void> {
    this.#opening += 1;
    this.items = [];
    this.#next = async () => {
      const { feed } = this.#owner;
      if (!feed) throw new Error('the component has no feed');
      return feed.history({ pageSize });
    };
    this.phase = 'ready';
    return this.more();
  }

  /** Also the way to try again. */
  async more(): Promise<void> {
    const next = this.#next;
    if (!next || this.phase === 'loading') return;
    const opening = this.#opening;
    this.#become('loading');
    try {
      const page = await next();
      if (opening !== this.#opening) return;
      this.items = [...this.items, ...page.items];
      this.#next = page.next;
      this.#become('ready');
    } catch {
      if (opening === this.#opening) this.#become('failed');
    }
  }

  #become(phase: HistoryController['phase']): void {
    this.phase = phase;
    this.#owner.requestUpdate();
  }
}
