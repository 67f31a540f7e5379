// All tabs of one account in a browser share one stream. A Web Lock elects the tab that leads; a BroadcastChannel carries
// the leader's steps to the others, and their changes to the leader. The browser releases the lock when its tab closes or
// crashes; a tab that is about to be frozen releases it. Every tab holds the whole view, so the next leader resumes from it.
import { defer } from '../deferred.ts';
import type { TabMessage } from './tab-message.ts';

export interface TabsOptions {
  /** Tabs of another account share nothing with these. */
  readonly account: string;
  readonly locks: Pick<LockManager, 'request'>;
  readonly openChannel: (name: string) => BroadcastChannel;
  readonly onMessage: (message: TabMessage) => void;
  /** This tab leads. Returns how to stop; the promise of that resolves once it has stopped. */
  readonly onLead: () => () => Promise<void>;
}

export class Tabs {
  readonly #options: TabsOptions;
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  #candidacy: AbortController | null = null;
  #release = () => {};

  constructor(options: TabsOptions) {
    this.#options = options;
    this.#name = `carillon:${options.account}`;
    this.#channel = options.openChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => options.onMessage(data);
  }

  post(message: TabMessage): void {
    this.#channel.postMessage(message);
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
      const stop = this.#options.onLead();
      await promise;
      await stop();
    };
    // A request that is aborted before its turn rejects, as does one of a page that closes.
    this.#options.locks.request(this.#name, { signal: candidacy.signal }, lead).catch(() => {});
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
    this.#channel.close();
  }
}
