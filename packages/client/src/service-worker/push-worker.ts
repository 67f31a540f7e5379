// What every event of the worker works with, opened once and shared: the store, the screen, the hub, and the one sync at
// a time that follows a push. Pushes that arrive while it runs share the next one.
import { type Clock, systemClock } from '../clock.ts';
import { HubError, isOfNoDevice } from '../requests/hub-error.ts';
import { Requests } from '../requests/requests.ts';
import { accountOf } from '../requests/token.ts';
import {
  type Kept,
  type KeptStore,
  nothingKept,
  openKept,
  owe,
  type Remembered,
} from '../web-push/push-record.ts';
import { decideSync } from './decide.ts';
import type { ServeOptions } from './options.ts';
import { flush } from './outbox.ts';
import { digestOf } from './push-content.ts';
import { type News, readNews } from './read-updates.ts';
import { renew } from './renew.ts';
import { announce, Screen } from './screen.ts';

/** The hub's answer is waited for no longer: a browser ends a worker whose push takes minutes. */
const answerMaxMs = 15_000;

export const syncTag = 'carillon';

export class Desk {
  readonly scope: ServiceWorkerGlobalScope;
  readonly store: KeptStore;
  readonly screen: Screen;
  readonly clock: Clock;
  readonly #options: ServeOptions;
  readonly #named = new Set<string>();
  #tail: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(scope: ServiceWorkerGlobalScope, options: ServeOptions) {
    this.scope = scope;
    this.store = openKept();
    this.screen = new Screen(scope.registration, options);
    this.clock = options.clock ?? systemClock;
    this.#options = options;
  }

  /** What is kept, of the one who is signed in now: what was another's is gone, from the screen too. */
  async kept(): Promise<Kept> {
    const kept = await this.store.read();
    const { account } = this.#options;
    return account ? this.#belongsTo(await account(), kept) : kept;
  }

  /** Tells what is owed, reads what is new, shows and closes. Rejects with a HubError when the hub can't be asked. */
  sync(named?: string): Promise<void> {
    if (named !== undefined) this.#named.add(named);
    this.#next ??= this.#inTurn(() => {
      const ids = new Set(this.#named);
      this.#named.clear();
      this.#next = null;
      return this.#asDevice((requests) => this.#syncNow(ids, requests));
    });
    return this.#next;
  }

  /** Tells what is owed; what can't be told now is told at the next chance. Never rejects. */
  settle(): Promise<boolean> {
    return this.#inTurn(() => this.#settleNow()).catch(() => false);
  }

  remember(ids: readonly string[], handled: Remembered['handled']): Promise<Kept> {
    return this.store.change((kept) => {
      const known = ids.flatMap((id) => {
        const remembered = kept.remembered[id];
        return remembered ? [[id, { ...remembered, handled }] as const] : [];
      });
      return { ...kept, remembered: { ...kept.remembered, ...Object.fromEntries(known) } };
    });
  }

  /** Where the browser has badges; elsewhere nothing. */
  async badge(unreadCount: number): Promise<void> {
    const { navigator } = this.scope;
    if (!('setAppBadge' in navigator)) return;
    const set = unreadCount > 0 ? navigator.setAppBadge(unreadCount) : navigator.clearAppBadge();
    await set.catch(() => {});
  }

  /** Nothing of the last user stays. */
  async forget(after: Partial<Kept> = { signedOut: true }): Promise<Kept> {
    await this.screen.closeAll();
    await this.badge(0);
    return this.store.change(() => ({ ...nothingKept, ...after }));
  }

  requests(device: string | null = null): Requests {
    const { baseUrl, token } = this.#options;
    return new Requests({
      ...{ baseUrl, token, device },
      clock: this.clock,
      fetch: (input, init) => this.#fetch(input, init),
    });
  }

  async #syncNow(named: ReadonlySet<string>, requests: Requests): Promise<void> {
    await flush(this.store, requests);
    const kept = await this.store.read();
    const displayed = await this.screen.displayed();
    const concern = {
      named: [...named],
      unseen: [...named].filter((id) => !kept.remembered[id]),
      displayed: [...displayed],
    };
    const news = await readNews(requests, kept.cursor, concern);
    const now = this.clock.now();
    const isShowable = this.screen.canShow.bind(this.screen);
    const digests = await digestsOf(news);
    const decision = decideSync({
      ...{ values: news.values, digests, named, displayed },
      ...{ kept, now, isShowable },
    });
    await this.screen.close(decision.close);
    await this.store.change((current) => ({
      ...current,
      cursor: news.cursor,
      unreadCount: news.unreadCount,
      remembered: { ...current.remembered, ...decision.remember },
    }));
    for (const notification of decision.show) await this.show(announce(notification));
    await this.badge(news.unreadCount);
    await flush(this.store, requests);
  }

  /** Shows it, with the receipt of that. */
  async show(announced: Parameters<Screen['show']>[0]): Promise<void> {
    const kind = await this.screen.show(announced).then(
      () => 'shown' as const,
      () => 'failed' as const,
    );
    const { id, notification } = announced;
    await this.store.change((kept) => oweReceipt(kept, { id, kind, at: this.clock.now(), notification }));
  }

  async #settleNow(): Promise<boolean> {
    const { owed, renew: mustRenew } = await this.store.read();
    if (owed.length === 0 && !mustRenew) return true;
    const isTold = await this.#asDevice((requests) => flush(this.store, requests)).catch(() => false);
    // A push address that the hub doesn't know gets no push that would bring the next chance.
    const isDone = isTold && !(await this.store.read()).renew;
    if (!isDone) await this.askForSync();
    return isDone;
  }

  /** The user removed this device on another one: it is none from then on, and what it still has to tell is told. */
  async #asDevice<T>(run: (requests: Requests) => Promise<T>): Promise<T> {
    try {
      return await run(await this.#open());
    } catch (error) {
      if (!isOfNoDevice(error)) throw error;
      await this.store.change((kept) => ({ ...kept, registration: null, renew: false }));
      return run(await this.#open());
    }
  }

  async #open(): Promise<Requests> {
    const kept = await this.kept();
    if (kept.signedOut) throw new HubError('signedOut', 'Nobody is signed in.');
    const { subscriptionId = null, leaseUntil = 0 } = kept.registration ?? {};
    // The hub knows none whose lease has ended: it is registered again.
    const requests = this.requests(leaseUntil > this.clock.now() ? subscriptionId : null);
    const account = accountOf(await requests.token());
    if (account !== null && !this.#options.account) await this.#belongsTo(account, kept);
    await renew(this, requests).catch((error: unknown) => {
      if (isOfNoDevice(error)) throw error;
    });
    return requests;
  }

  async #belongsTo(account: string | null, kept: Kept): Promise<Kept> {
    if (account === null) return kept.signedOut ? kept : this.forget();
    if (kept.account === account && !kept.signedOut) return kept;
    if (kept.account === null) return this.store.change((now) => ({ ...now, account, signedOut: false }));
    return this.forget({ account });
  }

  /** Background Sync, where the browser has it: it wakes the worker when there is a network again. */
  async askForSync(): Promise<void> {
    const { sync } = this.scope.registration as { sync?: { register(tag: string): Promise<void> } };
    await sync?.register(syncTag).catch(() => {});
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

export interface Happened {
  readonly id: string;
  readonly kind: 'shown' | 'activated' | 'dismissed' | 'failed';
  readonly at: number;
  readonly notification: { readonly contentVersion: number } | null;
}

/** Evidence belongs to a subscription: without one there is none. */
export function oweReceipt(kept: Kept, { id, kind, at, notification }: Happened): Kept {
  const subscriptionId = kept.registration?.subscriptionId;
  if (subscriptionId === undefined) return kept;
  const contentVersion = notification?.contentVersion ?? kept.remembered[id]?.contentVersion ?? null;
  const receipt = {
    ...{ id, subscriptionId, kind, dateTime: new Date(at).toISOString() },
    ...(contentVersion === null ? {} : { contentVersion }),
  };
  return owe(kept, { kind: 'receipt', receipt });
}

async function digestsOf({ values }: News): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const value of values) {
    const visual = 'payload' in value ? value.payload.visualContent : null;
    if (visual) digests.set(value.id, await digestOf(visual.title, visual.body));
  }
  return digests;
}
