// A feed in memory, at the edge of the world: it keeps the promises of `Feed` (shows at once, one array a change, a count
// that is right, history in pages) without a hub. `post`, `become` and `refuse` are what a hub would do.
import type { Feed, FeedChange, FeedStatus, HistoryPage } from '@carillon/client';
import type { Notification } from '@carillon/protocol';

type State = Pick<Notification, 'readState' | 'userActionState' | 'snoozeUntilDateTime'>;

export class MemoryFeed implements Feed {
  items: readonly Notification[] = [];
  all: readonly Notification[] = [];
  status: FeedStatus;
  readonly preferences = null;
  readonly ready: Promise<void>;
  /** What reached the hub, in order. */
  readonly sent: string[] = [];
  readonly #all = new Map<string, Notification>();
  readonly #before = new Map<string, State>();
  readonly #listeners = new Set<() => void>();
  readonly #followers = new Set<(change: FeedChange) => void>();
  #counted: { readonly items: readonly Notification[] | null; readonly count: number } = {
    items: null,
    count: 0,
  };
  #settle = Promise.withResolvers<void>();

  constructor(items: readonly Notification[] = [], status: Partial<FeedStatus> = {}) {
    const live = { phase: 'live', transport: 'webSocket', pending: 0, complete: true, reason: null } as const;
    this.status = { ...live, ...status };
    this.ready = this.#settle.promise;
    for (const item of items) this.#all.set(item.id, item);
    this.#render();
    if (this.status.complete) this.#settle.resolve();
  }

  now(): number {
    return Date.now();
  }

  get unreadCount(): number {
    if (this.#counted.items !== this.items) {
      const count = this.items.filter(({ readState }) => readState === 'unread').length;
      this.#counted = { items: this.items, count };
    }
    return this.#counted.count;
  }

  become(status: Partial<FeedStatus>): void {
    this.status = { ...this.status, ...status };
    if (this.status.complete) this.#settle.resolve();
    for (const listener of this.#listeners) listener();
  }

  fail(): void {
    this.#settle.reject(new Error('the store can not be read'));
  }

  post(...items: readonly Notification[]): void {
    for (const item of items) this.#all.set(item.id, item);
    this.#step(...items.map((item): FeedChange => ({ type: 'added', item })));
  }

  /** Another device removed it. */
  withdraw(id: string): void {
    this.#all.delete(id);
    this.#step({ type: 'removed', id });
  }

  refuse(id: string, reason: string): void {
    this.#restore(id);
    this.#step({ type: 'refused', id, reason });
  }

  async *changes(): AsyncGenerator<FeedChange> {
    const waiting: FeedChange[] = [];
    let wake = (): void => {};
    const follow = (change: FeedChange): void => {
      waiting.push(change);
      wake();
    };
    this.#followers.add(follow);
    try {
      for (;;) {
        const change = waiting.shift();
        if (change) yield change;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#followers.delete(follow);
    }
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  markRead(ids: string | readonly string[]): void {
    this.#change('markRead', ids, { readState: 'read' });
  }

  markUnread(ids: string | readonly string[]): void {
    this.#change('markUnread', ids, {
      readState: 'unread',
      userActionState: 'noInteraction',
      snoozeUntilDateTime: null,
    });
  }

  markAllRead(groupName?: string): void {
    const isMeant = (item: Notification): boolean => groupName === undefined || item.groupName === groupName;
    this.#change(
      'markAllRead',
      this.items.filter(isMeant).map(({ id }) => id),
      { readState: 'read' },
    );
  }

  activate(id: string): void {
    this.#change('activate', id, { readState: 'read', userActionState: 'activated' });
  }

  respond(id: string, actionId: string, { text = null }: { readonly text?: string | null } = {}): void {
    const item = this.#all.get(id);
    if (item?.response !== null) return;
    const respondedDateTime = new Date(this.now()).toISOString();
    const response = { actionId, text, respondedDateTime, respondedBy: 'user' } as const;
    const changed = { ...item, response, readState: 'read', userActionState: 'activated' } as const;
    this.#all.set(id, changed);
    this.sent.push(['respond', id, actionId, ...(text === null ? [] : [text])].join(' '));
    this.#step(this.#shown(changed));
  }

  /** The hub had another answer, or none of the question as it was. */
  decide(id: string, item: Notification | null): void {
    if (item) this.#all.set(id, item);
    else this.#all.delete(id);
    this.#step({ type: 'decided', id, item });
  }

  dismiss(ids: string | readonly string[]): void {
    this.#change('dismiss', ids, { readState: 'read', userActionState: 'dismissed' });
  }

  snooze(id: string, until: Date): void {
    this.#change('snooze', id, {
      readState: 'read',
      userActionState: 'snoozed',
      snoozeUntilDateTime: until.toISOString(),
    });
  }

  restore(ids: string | readonly string[]): void {
    this.#change('restore', ids, {
      readState: 'read',
      userActionState: 'noInteraction',
      snoozeUntilDateTime: null,
    });
  }

  delete(ids: string | readonly string[]): void {
    const all = [ids].flat();
    for (const id of all) this.#all.delete(id);
    this.sent.push(`delete ${all.join(' ')}`);
    this.#step(...all.map((id): FeedChange => ({ type: 'removed', id })));
  }

  undo(id: string): void {
    this.sent.push(`undo ${id}`);
    this.#restore(id);
    this.#step(this.#shown(this.#all.get(id)!));
  }

  async history({ pageSize = 50 } = {}): Promise<HistoryPage> {
    const all = [...this.#all.values()].sort(newestFirst);
    const page = async (from: number): Promise<HistoryPage> => {
      const items = all.slice(from, from + pageSize);
      return { items, next: from + pageSize < all.length ? () => page(from + pageSize) : null };
    };
    return page(0);
  }

  #change(verb: string, ids: string | readonly string[], state: Partial<State>): void {
    const steps: FeedChange[] = [];
    for (const id of [ids].flat()) {
      const item = this.#all.get(id);
      if (!item) continue;
      const { readState, userActionState, snoozeUntilDateTime } = item;
      this.#before.set(id, { readState, userActionState, snoozeUntilDateTime });
      const changed = { ...item, ...state };
      this.#all.set(id, changed);
      const isLeaving = changed.userActionState === 'dismissed' || changed.userActionState === 'snoozed';
      steps.push(isLeaving ? { type: 'removed', id } : this.#shown(changed));
    }
    this.sent.push(`${verb} ${[ids].flat().join(' ')}`);
    this.#step(...steps);
  }

  #restore(id: string): void {
    const item = this.#all.get(id);
    const before = this.#before.get(id);
    if (item && before) this.#all.set(id, { ...item, ...before });
  }

  /** What comes back is added, as in every feed. */
  #shown(item: Notification): FeedChange {
    return { type: this.items.some(({ id }) => id === item.id) ? 'changed' : 'added', item };
  }

  #step(...changes: readonly FeedChange[]): void {
    this.#render();
    for (const change of changes) for (const follow of this.#followers) follow(change);
    for (const listener of this.#listeners) listener();
  }

  #render(): void {
    const isThere = ({ userActionState: state }: Notification): boolean =>
      state !== 'dismissed' && state !== 'snoozed';
    this.all = [...this.#all.values()].sort(newestFirst);
    this.items = this.all.filter(isThere);
  }
}

function newestFirst(a: Notification, b: Notification): number {
  return a.createdDateTime < b.createdDateTime ? 1 : -1;
}
