// The implementation of ./feed/feed.ts: what the user does becomes local changes, listeners get each step of the view, and
// a timer applies what expires and wakes.

import { never } from './clock.ts';
import { beginning, type ConnectionStatus } from './connection/connection.ts';
import { defer } from './deferred.ts';
import { ChangeQueue } from './feed/change-queue.ts';
import type { Feed, FeedChange, FeedStatus, HistoryPage } from './feed/feed.ts';
import type { FeedView } from './feed/feed-view.ts';
import { itemOf } from './feed/inbox.ts';
import {
  answerWith,
  applyMutation,
  composeMutations,
  type Mutation,
  mutationTo,
} from './feed/local-change.ts';
import { TurnTimer } from './feed/turn-timer.ts';
import { HubError, messageOf } from './requests/hub-error.ts';
import { SharedView, type SharedViewOptions } from './tabs/shared-view.ts';

export interface LiveFeedOptions
  extends Omit<SharedViewOptions, 'account' | 'onChanges' | 'onStatus' | 'onSignOut'> {
  /** Rejects when nobody is signed in. */
  readonly account: Promise<string>;
}

/** Beyond it a change is refused: no person makes that many while offline. */
export const waitingMax = 10_000;

export class LiveFeed implements Feed {
  readonly ready: Promise<void>;
  readonly now = (): number => this.#options.clock.now();
  readonly #options: LiveFeedOptions;
  readonly #ready = defer();
  readonly #listeners = new Set<() => void>();
  readonly #queues = new Set<ChangeQueue>();
  readonly #before = new Map<string, Mutation>();
  readonly #opening: Promise<SharedView | null>;
  #shared: SharedView | null = null;
  #connection = beginning;
  #status: FeedStatus;
  readonly #turns: TurnTimer;
  #count = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    options.lacks.onChange = () => this.#notify();
    this.#turns = new TurnTimer(options.clock, (before, now) => this.#shared?.turn(before, now));
    this.ready = this.#ready.promise;
    this.ready.catch(() => {});
    this.#status = this.#readStatus();
    this.#opening = this.#open();
  }

  get items() {
    return this.#rendered?.items ?? none;
  }

  get all() {
    return this.#rendered?.all ?? none;
  }

  get unreadCount(): number {
    return this.#rendered?.unreadCount ?? 0;
  }

  get preferences(): string | null {
    return this.#view?.position?.preferences ?? null;
  }

  get status(): FeedStatus {
    return this.#status;
  }

  changes(): AsyncIterable<FeedChange> {
    const queue = new ChangeQueue((ended) => this.#queues.delete(ended));
    if (this.#connection.phase === 'closed') queue.end();
    else this.#queues.add(queue);
    return queue;
  }

  subscribe(listener: () => void): () => void {
    // A function that is passed twice has two subscriptions.
    const call = () => listener();
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  markRead(ids: string | readonly string[]): void {
    this.#act(ids, { readState: 'read' });
  }

  markUnread(ids: string | readonly string[]): void {
    this.#act(ids, { readState: 'unread' });
  }

  markAllRead(groupName?: string): void {
    this.markRead(this.#view?.unread(this.now(), groupName) ?? []);
  }

  activate(id: string): void {
    this.#act(id, { userActionState: 'activated' });
  }

  dismiss(ids: string | readonly string[]): void {
    this.#act(ids, { userActionState: 'dismissed' });
  }

  respond(id: string, actionId: string, { text = null }: { readonly text?: string | null } = {}): void {
    this.#act(id, answerWith(actionId, text, this.now()));
    this.#before.delete(id);
  }

  snooze(id: string, until: Date): void {
    this.#act(id, { userActionState: 'snoozed', snoozeUntilDateTime: until.toISOString() });
  }

  restore(ids: string | readonly string[]): void {
    this.#act(ids, { readState: 'read', userActionState: 'noInteraction' });
  }

  delete(ids: string | readonly string[]): void {
    this.#act(ids, null);
  }

  undo(id: string): void {
    const mutation = this.#before.get(id);
    if (!mutation) return;
    this.#act(id, mutation);
    this.#before.delete(id);
  }

  history({ pageSize = 25 } = {}): Promise<HistoryPage> {
    return readHistory(this.#options.requests, pageSize, null);
  }

  wake(reopens: boolean): void {
    this.#shared?.wake(reopens);
  }

  freeze(): void {
    this.#shared?.freeze();
  }

  resume(): void {
    this.#shared?.resume();
    this.wake(false);
  }

  async close(): Promise<void> {
    this.#end('closed', 'It was closed.');
    await (await this.#opening)?.close();
  }

  /** `postToTabs` is false when another tab began it. */
  async signOut(how?: { readonly postToTabs: boolean }): Promise<void> {
    const shared = await this.#opening;
    this.#before.clear();
    await shared?.signOut(how);
    this.#end('signedOut', 'Signed out.');
  }

  get #view(): FeedView | undefined {
    return this.#shared?.view;
  }

  get #rendered() {
    return this.#view?.render(this.now());
  }

  async #open(): Promise<SharedView | null> {
    try {
      const account = await this.#options.account;
      this.#shared = new SharedView({
        ...this.#options,
        account,
        onChanges: (changes) => this.#changed(changes),
        onStatus: (connection) => this.#setConnection(connection),
        onSignOut: () => void this.signOut({ postToTabs: false }),
      });
    } catch (error) {
      this.#setConnection({ phase: 'signedOut', transport: null, reason: messageOf(error) });
      if (error instanceof HubError && error.kind !== 'signedOut') this.#ready.reject(error);
      return null;
    }
    if (this.#connection.phase !== 'closed') await this.#shared.open();
    return this.#shared;
  }

  #act(ids: string | readonly string[], mutation: Mutation): void {
    for (const id of typeof ids === 'string' ? [ids] : ids) this.#actOn(id, mutation);
  }

  #actOn(id: string, mutation: Mutation): void {
    const shared = this.#shared;
    if (!shared) return;
    const { view } = shared;
    const now = this.now();
    const item = view.find(id, now);
    if (!item || applyMutation(item, mutation) === item) return;
    if (view.waiting.size >= waitingMax) {
      this.#changed([{ type: 'refused', id, reason: 'Too many changes wait for the hub already.' }]);
      return;
    }
    this.#before.set(id, mutationTo(item));
    const { contentVersion } = item;
    const waiting = view.waitingOf(id).filter((each) => !each.mutation?.response);
    // Changes of older content do not apply to this content.
    const same = waiting
      .filter((each) => each.contentVersion === contentVersion)
      .map((each) => each.mutation);
    const replaces = waiting.map(({ key }) => key);
    shared.act({
      key: keyOf(now, this.#count++, this.#options.random()),
      ...{ id, mutation: [...same, mutation].reduce(composeMutations), contentVersion, replaces },
    });
  }

  #changed(changes: readonly FeedChange[]): void {
    for (const change of changes) for (const queue of this.#queues) queue.push(change);
    if (!isOver(this.#connection)) this.#turns.set(this.#view?.turnAt ?? never);
    this.#notify();
  }

  #setConnection(connection: ConnectionStatus): void {
    const { phase } = this.#connection;
    if (phase === 'closed' || (phase === 'signedOut' && connection.phase !== 'closed')) return;
    this.#connection = connection;
    this.#notify();
  }

  #end(phase: 'closed' | 'signedOut', reason: string): void {
    this.#setConnection({ phase, transport: null, reason });
    this.#turns.stop();
    for (const queue of this.#queues) queue.end();
    this.#queues.clear();
    this.#ready.reject(new HubError(phase === 'closed' ? 'offline' : 'signedOut', reason));
  }

  #notify(): void {
    const status = this.#readStatus();
    if (JSON.stringify(status) !== JSON.stringify(this.#status)) this.#status = status;
    const { phase, complete } = status;
    if (phase === 'live' || (complete && (phase === 'offline' || phase === 'signedOut')))
      this.#ready.resolve();
    for (const listener of [...this.#listeners]) listener();
  }

  #readStatus(): FeedStatus {
    const [pending, complete] = [this.#view?.waiting.size ?? 0, (this.#view?.position ?? null) !== null];
    const reason = this.#connection.reason ?? this.#options.lacks.first;
    return { ...this.#connection, reason, pending, complete };
  }
}

const none: readonly never[] = [];

async function readHistory(
  requests: SharedViewOptions['requests'],
  pageSize: number,
  at: string | null,
): Promise<HistoryPage> {
  const { items, next } = await requests.list({ pageSize, next: at });
  return {
    items: items.map(itemOf),
    next: next === null ? null : () => readHistory(requests, pageSize, next),
  };
}

/** Sorts by time: storages return changes in the order of their keys. */
function keyOf(now: number, count: number, random: number): string {
  const [time, turn] = [now, count].map((part) => part.toString(36).padStart(9, '0'));
  return `${time}-${turn}-${random.toString(36).slice(2, 10)}`;
}

function isOver({ phase }: ConnectionStatus): boolean {
  return phase === 'closed' || phase === 'signedOut';
}
