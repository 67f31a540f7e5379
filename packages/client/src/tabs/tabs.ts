// All tabs of one account in a browser share one stream: a Web Lock elects the tab that leads, and a BroadcastChannel
// brings the others what it hears, and it what they do. The lock goes on by itself when its tab closes or crashes; one
// that the browser freezes lets go of it. Every tab holds the whole view, so the next leader begins where the last stood.
import type { Standing } from '../connection/connection.ts';
import type { BaseStep, Outcome, ViewState } from '../feed/feed-view.ts';
import type { LocalChange } from '../feed/local-change.ts';

export type TabMessage =
  /** A tab that has no view yet, or may have missed something, asks for it. */
  | { readonly type: 'hello' }
  /** The leader's answer, and its first word. */
  | { readonly type: 'view'; readonly view: ViewState; readonly standing: Standing }
  | { readonly type: 'base'; readonly step: BaseStep }
  | { readonly type: 'standing'; readonly standing: Standing }
  /** What the user did in one of the tabs. */
  | { readonly type: 'act'; readonly change: LocalChange }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'signOut' };

export interface TabsOptions {
  /** Tabs of another account share nothing with these. */
  readonly account: string;
  readonly locks: Pick<LockManager, 'request'>;
  readonly openChannel: (name: string) => BroadcastChannel;
  readonly onMessage: (message: TabMessage) => void;
  /** This tab leads; it must have stopped when what it answers resolves. */
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
    this.#channel.onmessage = ({ data }: MessageEvent) => options.onMessage(data as TabMessage);
  }

  post(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  /** Leads as soon as no other tab does. */
  stand(): void {
    if (this.#candidacy) return;
    const candidacy = new AbortController();
    this.#candidacy = candidacy;
    const lead = async (): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#release = resolve;
      if (candidacy.signal.aborted) return;
      const stop = this.#options.onLead();
      await promise;
      await stop();
    };
    // A request that is given up before its turn rejects, as does one of a page that goes away.
    this.#options.locks.request(this.#name, { signal: candidacy.signal }, lead).catch(() => {});
  }

  /** Another tab may lead. */
  stepDown(): void {
    this.#candidacy?.abort();
    this.#candidacy = null;
    this.#release();
  }

  close(): void {
    this.stepDown();
    this.#channel.onmessage = null;
    this.#channel.close();
  }
}
