// What the worker's events share: store, screen, account, and one exchange with the hub at a time. Pushes that arrive while
// one runs share the next.
import { type Clock, HubClock } from '../clock.ts';
import { Requests } from '../requests/requests.ts';
import type { PushContent } from '../web-push/push-content.ts';
import type { Remembered } from '../web-push/push-record.ts';
import { openPushStore, type PushStore } from '../web-push/push-store.ts';
import { AccountGuard } from './account-guard.ts';
import { Exchange, type ExchangeParts, type ExchangeTask } from './exchange.ts';
import type { ServeOptions } from './options.ts';
import type { ExchangeEnd } from './phases.ts';
import { Screen } from './screen.ts';

/** A browser ends a worker whose push takes minutes, so no answer is awaited longer. */
const answerMaxMs = 15_000;

export const syncTag = 'carillon';

/** Background Sync, which TypeScript's library lacks: not every browser has it. */
interface SyncRegistration extends ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

export class PushWorker implements ExchangeParts {
  readonly scope: ServiceWorkerGlobalScope;
  readonly store: PushStore;
  readonly screen: Screen;
  readonly guard: AccountGuard;
  readonly clock: Clock;
  readonly #options: ServeOptions;
  readonly #named = new Set<string>();
  #tail: Promise<unknown> = Promise.resolve();
  #next: Promise<ExchangeEnd> | null = null;

  constructor(scope: ServiceWorkerGlobalScope, options: ServeOptions) {
    this.scope = scope;
    this.store = openPushStore();
    this.clock = options.clock ?? new HubClock();
    this.screen = new Screen(scope, options, this.clock);
    const { store, screen, clock } = this;
    this.guard = new AccountGuard({ store, screen, clock, account: options.account });
    this.#options = options;
  }

  /** Null where the hub's own inbox stands in for a place that the sender did not name. */
  urlOf({ url }: PushContent): string | null {
    const isInbox = url?.startsWith(`${this.#options.baseUrl}/inbox#`) ?? true;
    return isInbox ? null : (url ?? null);
  }

  /** Sends the outbox, reads what changed, shows and closes. */
  sync(named?: string): Promise<ExchangeEnd> {
    if (named !== undefined) this.#named.add(named);
    this.#next ??= this.#inTurn(() => {
      const task = { named: new Set(this.#named) };
      this.#named.clear();
      this.#next = null;
      return this.#exchange(task);
    });
    return this.#next;
  }

  /** Sends the outbox, and renews the registration when that is due; asks for Background Sync when either fails. */
  async settle(): Promise<void> {
    await this.#inTurn(() => this.#settleNow());
  }

  /** Records notifications as handled, where they were shown. */
  async markHandled(ids: readonly string[], handled: Remembered['handled']): Promise<void> {
    await this.store.change((record) => {
      const entries = ids.flatMap((id) => {
        const remembered = record.remembered[id];
        return remembered ? [[id, { ...remembered, handled }] as const] : [];
      });
      return { ...record, remembered: { ...record.remembered, ...Object.fromEntries(entries) } };
    });
  }

  readonly openRequests = (device: string | null): Requests => {
    const { baseUrl, token } = this.#options;
    return new Requests({
      ...{ baseUrl, token, device },
      clock: this.clock,
      fetch: (input, init) => this.#fetch(input, init),
    });
  };

  /** Background Sync, where the browser has it: it starts the worker when there is a network again. */
  async askForSync(): Promise<void> {
    const { sync }: SyncRegistration = this.scope.registration;
    await sync?.register(syncTag).catch(() => {});
  }

  async #settleNow(): Promise<void> {
    const { outbox, renew } = await this.store.read();
    if (outbox.length === 0 && !renew) return;
    const end = await this.#exchange({ named: null });
    // With an old push address at the hub, no push would start this worker again.
    if (end !== 'done' || (await this.store.read()).renew) await this.askForSync();
  }

  #exchange(task: ExchangeTask): Promise<ExchangeEnd> {
    return new Exchange(this, task).run();
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(run);
    this.#tail = turn.catch(() => {});
    return turn;
  }

  #fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const abort = new AbortController();
    const timer = this.clock.after(answerMaxMs, () => abort.abort());
    return this.scope.fetch(input, { ...init, signal: abort.signal }).finally(() => timer.stop());
  }
}
