// A device's copy of the feed: the base, as the hub sent it, and on top the local changes that the hub has not confirmed.
// Frames and pages replace items of the base, so the order of commits decides. A local change stays on top until the hub
// has answered it and its effect is in the base. Pure: it reads no clock and waits for nothing.
import type { FrameValue, Notification, Removed } from '@carillon/protocol';
import { never } from '../clock.ts';
import { ChangeStack } from './change-stack.ts';
import type { FeedChange } from './feed.ts';
import { changesOf, countOf, isInInbox, itemOf, markOf } from './inbox.ts';
import { applyMutation, type LocalChange, type Mutation } from './local-change.ts';

export interface Position {
  readonly cursor: string;
  /** The hub's count there. */
  readonly unreadCount: number;
  /** The ETag of what the person has set, as the stream told it. */
  readonly preferences?: string | undefined;
  /** In storage: how far the device's clock was off. */
  readonly offsetMs?: number;
}

/** From the hub: what changed up to a position (null within a page), or the whole feed at one. */
export type BaseStep =
  | { readonly type: 'values'; readonly values: readonly FrameValue[]; readonly position: Position | null }
  | { readonly type: 'replace'; readonly items: readonly Notification[]; readonly position: Position };

/**
 * How local changes ended: `acknowledged` waits for its effect in the base, `confirmed` has it there already, `decided` is an answer that
 * came too late.
 */
export interface Outcome {
  readonly id: string;
  readonly keys: readonly string[];
  readonly result: 'acknowledged' | 'confirmed' | 'gone' | 'refused' | 'decided';
  /** Of `refused`; absent where newer content has replaced what was seen. */
  readonly reason?: string;
  /** Of `decided`: as it is now; null when it is gone. */
  readonly item?: Notification | null;
}

export interface ViewState {
  readonly position: Position | null;
  readonly items: readonly Notification[];
  readonly waiting: readonly LocalChange[];
  readonly acknowledged: readonly LocalChange[];
}

interface Rendered {
  readonly all: readonly Notification[];
  readonly items: readonly Notification[];
  readonly unreadCount: number;
}

/** The hub removes what expired within a minute; until then its count holds it, and so does the base. */
const sweptAfterMs = 600_000;
const replacedReason = 'It was replaced by newer content.';

export class FeedView {
  #base = new Map<string, Notification>();
  /** Null until the hub's feed has been read once. */
  position: Position | null = null;
  readonly #local = new ChangeStack();
  /** The base when a request left, for each notification that the hub sent nothing about since. */
  readonly #unchanged = new Map<string, Notification | null>();
  #rendered: Rendered | null = null;
  /** When the passing of time changes the view next. */
  turnAt = never;

  get waiting(): ReadonlyMap<string, LocalChange> {
    return this.#local.waiting;
  }

  waitingOf(id: string): LocalChange[] {
    return this.#local.of(id).filter(({ key }) => this.#local.waiting.has(key));
  }

  /** Of the newest content in the base; 0 for a notification that is not in it. */
  contentVersion(id: string): number {
    return this.#base.get(id)?.contentVersion ?? 0;
  }

  state(): ViewState {
    return {
      position: this.position,
      items: [...this.#base.values()],
      waiting: [...this.#local.waiting.values()],
      acknowledged: [...this.#local.acknowledged.values()],
    };
  }

  /** Replaces everything by the state of another view or of the storage. */
  restore(state: ViewState): FeedChange[] {
    this.#local.clear();
    for (const each of state.waiting) this.#local.put(this.#local.waiting, each);
    for (const each of state.acknowledged) this.#local.put(this.#local.acknowledged, each);
    this.position = state.position;
    this.#rebase(state.items);
    return [{ type: 'replaced' }];
  }

  /** The notification with the local changes applied, in the inbox or not; null when it was removed. */
  find(id: string, now: number): Notification | null {
    const item = this.#base.get(id);
    return item ? this.#shown(item, now) : null;
  }

  render(now: number): Rendered {
    this.#rendered ??= this.#renderAll(now);
    return this.#rendered;
  }

  /** The ids of what is unread in this view, in one group or in all. */
  unread(now: number, groupName: string | undefined): string[] {
    return [...this.#base.values()].flatMap((base) => {
      const item = this.#shown(base, now);
      return item?.readState === 'unread' && (groupName ?? item.groupName) === item.groupName
        ? [item.id]
        : [];
    });
  }

  /** Applies a step from the hub. */
  apply(step: BaseStep, now: number): FeedChange[] {
    if (step.type === 'replace') {
      this.position = step.position;
      for (const key of [...this.#local.acknowledged.keys()])
        this.#local.remove(this.#local.acknowledged, key);
      this.#rebase(step.items);
      return [{ type: 'replaced' }];
    }
    const changes = step.values.flatMap((value) => this.#step(value.id, now, () => this.#take(value)));
    if (step.position) {
      this.position = step.position;
      this.#rendered = null;
    }
    return changes;
  }

  /** Puts a local change on top. */
  act(change: LocalChange, now: number): FeedChange[] {
    return this.#step(change.id, now, () => {
      for (const key of change.replaces) this.#local.remove(this.#local.waiting, key);
      if (change.mutation?.snoozeUntilDateTime) this.#turnBy(change.mutation.snoozeUntilDateTime);
      this.#local.put(this.#local.waiting, change);
    });
  }

  /** A request for this notification leaves now. */
  watch(id: string): void {
    this.#unchanged.set(id, this.#base.get(id) ?? null);
  }

  /**
   * Whether the answer may be in the base already. When the hub sent anything about the notification since the request
   * left, it may: pages tell only the latest state, so a later change may have taken the place of this one.
   */
  hasSeen(id: string, answer: Notification | null): boolean {
    if (answer === null) return !this.#base.has(id);
    const before = this.#unchanged.get(id);
    return !before || markOf(before) === markOf(answer);
  }

  /** The same where the answer says only whether something changed. */
  hasEffect(id: string, mutation: Mutation, { isNew }: { readonly isNew: boolean }): boolean {
    const before = this.#unchanged.get(id);
    return !before || (!isNew && applyMutation(before, mutation) === before);
  }

  settle({ id, keys, result, reason = replacedReason, item = null }: Outcome, now: number): FeedChange[] {
    const changes = this.#step(id, now, () => {
      for (const key of keys) {
        const change = this.#local.waiting.get(key);
        this.#local.remove(this.#local.waiting, key);
        if (!change || !this.#base.has(id)) continue;
        if (result === 'acknowledged') this.#local.put(this.#local.acknowledged, change);
        else if (result === 'gone')
          this.#local.put(this.#local.acknowledged, {
            ...change,
            mutation: null,
            contentVersion: never, // above every one
          });
      }
    });
    if (result === 'refused') changes.push({ type: result, id, reason });
    if (result === 'decided') changes.push({ type: result, id, item: item && itemOf(item) });
    return changes;
  }

  /** Applies the passing of time: removes what expired, wakes what was snoozed. */
  turn(before: number, now: number): FeedChange[] {
    const due = [...this.#base.values()].filter((item) => this.#nextTurn(item, before) <= now);
    const changes = due.flatMap(({ id }) => {
      const was = this.#inbox(id, before);
      return changesOf(id, was, this.#inbox(id, now));
    });
    this.#rendered = null;
    this.turnAt = never;
    for (const item of this.#base.values()) this.turnAt = Math.min(this.turnAt, this.#nextTurn(item, now));
    return changes;
  }

  /** Removals that the hub may no longer send to a device that was away: it keeps tombstones of expired ones for a day. */
  expiredRemovals(now: number): Removed[] {
    const isOver = (item: Notification) => Date.parse(item.expirationDateTime) + sweptAfterMs <= now;
    const over = [...this.#base.values()].filter(isOver);
    return over.map(({ id }) => ({ id, '@removed': { reason: 'deleted' } }));
  }

  /** Changes one notification and returns what that changed in the inbox. */
  #step(id: string, now: number, change: () => void): FeedChange[] {
    const was = this.#inbox(id, now);
    change();
    this.#rendered = null;
    return changesOf(id, was, this.#inbox(id, now));
  }

  #take(value: FrameValue): void {
    if ('@removed' in value) {
      this.#base.delete(value.id);
      this.#release(value.id);
      return;
    }
    this.#base.set(value.id, itemOf(value));
    this.#release(value.id);
    this.#unchanged.delete(value.id);
    this.#turnBy(value.expirationDateTime);
    if (value.snoozeUntilDateTime) this.#turnBy(value.snoozeUntilDateTime);
  }

  #rebase(items: readonly Notification[]): void {
    this.#base = new Map(items.map((item) => [item.id, itemOf(item)]));
    this.#unchanged.clear();
    this.#rendered = null;
    // The next turn computes it.
    this.turnAt = 0;
  }

  /** The base has the effect of what was acknowledged, or what came later. */
  #release(id: string): void {
    for (const { key, mutation } of this.#local.of(id)) {
      if (mutation !== null || !this.#base.has(id)) this.#local.remove(this.#local.acknowledged, key);
    }
  }

  #shown(item: Notification, now: number): Notification | null {
    return shownOf(item, this.#local.of(item.id), now);
  }

  #inbox(id: string, now: number): Notification | null {
    const shown = this.find(id, now);
    return shown && isInInbox(shown) ? shown : null;
  }

  #renderAll(now: number): Rendered {
    const all: Notification[] = [];
    let unreadCount = this.position?.unreadCount ?? 0;
    for (const item of this.#base.values()) {
      const shown = this.#shown(item, now);
      unreadCount += countOf(shown) - countOf(item);
      if (shown) all.push(shown);
    }
    // Ids are of version 7: their order is that of creation, as the hub's lists have it.
    all.sort((a, b) => (a.id < b.id ? 1 : -1));
    return { all, items: all.filter(isInInbox), unreadCount: Math.max(0, unreadCount) };
  }

  #turnBy(dateTime: string): void {
    this.turnAt = Math.min(this.turnAt, Date.parse(dateTime));
  }

  #nextTurn(item: Notification, now: number): number {
    return nextTurn(item, this.#local.of(item.id), now);
  }
}

/** The notification with the local changes applied; null when it was deleted or has expired. */
function shownOf(item: Notification, changes: readonly LocalChange[], now: number): Notification | null {
  if (Date.parse(item.expirationDateTime) <= now) return null;
  let shown: Notification | null = item;
  for (const { mutation, contentVersion } of changes) {
    // A change for older content does not apply to newer content: the user has not seen that.
    if (shown && (contentVersion ?? 0) >= item.contentVersion) shown = applyMutation(shown, mutation);
  }
  const until = shown?.snoozeUntilDateTime;
  return shown && until && Date.parse(until) <= now ? applyMutation(shown, { readState: 'unread' }) : shown;
}

/** When the passing of time changes this one next, after `now`. */
function nextTurn(item: Notification, changes: readonly LocalChange[], now: number): number {
  const expires = Date.parse(item.expirationDateTime);
  const snoozes = changes.map(({ mutation }) => mutation?.snoozeUntilDateTime);
  const wakes = [item.snoozeUntilDateTime, ...snoozes].map((each) => (each ? Date.parse(each) : never));
  return Math.min(...[expires, ...wakes].filter((at) => at > now));
}
