// All tabs of one account in a browser share one stream. A Web Lock elects the tab that leads; a BroadcastChannel carries
// the leader's steps to the others, and their changes to the leader. The browser releases the lock when its tab closes or
// crashes; a tab that is about to be frozen releases it. Every tab holds the whole view, so the next leader resumes from it.
// Where a lock is refused, or neither it nor a leading tab answers, the tab goes alone: it leads itself, and nobody else.
import type { Clock } from '../clock.ts';
import { defer, within } from '../deferred.ts';
import { answerMaxMs } from '../storage/feed-storage.ts';
import type { TabMessage } from './tab-message.ts';

export interface TabsOptions {
  /** Tabs of another account share nothing with these. */
  readonly account: string;
  readonly locks: Pick<LockManager, 'request'>;
  readonly openChannel: (name: string) => BroadcastChannel;
  readonly onMessage: (message: TabMessage) => void;
  /** This tab leads. Returns how to stop; the promise of that resolves once it has stopped. */
  readonly onLead: () => () => Promise<void>;
  readonly clock: Clock;
  readonly onAlone: (isAlone: boolean) => void;
}

/** Null where the browser has no channels for this place. */
export function openTabs(options: TabsOptions): Tabs | null {
  try {
    return new Tabs(options);
  } catch {
    options.onAlone(true);
    return null;
  }
}

export class Tabs {
  readonly #options: TabsOptions;
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  #candidacy: AbortController | null = null;
  #release = () => {};
  /** Whether this tab leads or follows is settled. */
  readonly #placed = defer();
  #stopAlone: (() => Promise<void>) | null = null;

  constructor(options: TabsOptions) {
    this.#options = options;
    this.#name = `carillon:${options.account}`;
    this.#channel = options.openChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => void this.#receive(data);
  }

  post(message: TabMessage): void {
    if (!this.#stopAlone || message.type === 'signOut') this.#channel.postMessage(message);
  }

  /** Leads as soon as no other tab does, and asks the one that does for its view. */
  join(): void {
    this.requestLead();
    this.post({ type: 'hello' });
    within(this.#options.clock, answerMaxMs, this.#placed.promise).catch(() => this.#goAlone());
  }

  /** Leads as soon as no other tab does. */
  requestLead(): void {
    if (this.#candidacy) return;
    const candidacy = new AbortController();
    this.#candidacy = candidacy;
    const lead = async (): Promise<void> => {
      const { promise, resolve } = defer();
      this.#release = resolve;
      if (candidacy.signal.aborted) return;
      this.#placed.resolve();
      await this.#endAlone();
      const stop = this.#options.onLead();
      await promise;
      await stop();
    };
    // A request that is aborted before its turn rejects, as does one of a page that closes, or that may store nothing.
    Promise.resolve()
      .then(() => this.#options.locks.request(this.#name, { signal: candidacy.signal }, lead))
      .catch(() => this.#goAlone());
  }

  /** Another tab may lead. */
  releaseLead(): void {
    this.#candidacy?.abort();
    this.#candidacy = null;
    this.#release();
  }

  close(): void {
    this.releaseLead();
    this.#channel.onmessage = null;
    void this.#endAlone();
    this.#channel.close();
  }

  async #receive(message: TabMessage): Promise<void> {
    if (message.type === 'view') {
      // The tab that leads was busy.
      this.#placed.resolve();
      await this.#endAlone();
    }
    if (!this.#stopAlone || message.type === 'signOut') this.#options.onMessage(message);
  }

  #goAlone(): void {
    if (this.#stopAlone || !this.#candidacy) return;
    this.#stopAlone = this.#options.onLead();
    this.#options.onAlone(true);
  }

  async #endAlone(): Promise<void> {
    const stop = this.#stopAlone;
    if (!stop) return;
    this.#stopAlone = null;
    this.#options.onAlone(false);
    await stop();
  }
}
