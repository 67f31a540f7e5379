// The public interface of a feed: a live, always consistent view of one user's notifications, and what the user can do with
// them. Everything works offline: it shows at once, and reaches the hub later.
import type { Notification } from '@carillon/protocol';

/** `isQuestion`: one of its actions answers it. `response` is then null while it is open. */
export type FeedItem = Notification & { readonly isQuestion?: true };

/** `offline`: the hub can't be reached now. `signedOut`: the hub accepts no token, and nothing is tried. */
export type FeedPhase = 'connecting' | 'catchingUp' | 'live' | 'offline' | 'signedOut' | 'closed';

export type Transport = 'webSocket' | 'sse' | 'polling';

export interface FeedStatus {
  readonly phase: FeedPhase;
  /** What `live` runs over; null otherwise, and in a tab that another one feeds. */
  readonly transport: Transport | null;
  /** State changes that have not reached the hub yet. */
  readonly pending: number;
  /** Whether the feed has been read to its end once: until then an empty list means nothing. */
  readonly complete: boolean;
  /**
   * Why it is not live, in words for a person. While it is live null, or what it runs without: `memoryOnly` (nothing is
   * stored on this device), `unshared` (this tab has a connection of its own), `noWorker`.
   */
  readonly reason: string | null;
}

/** One step of the view. `refused`: the hub refused a change, and the view shows the hub's state again. */
export type FeedChange =
  | { readonly type: 'added' | 'changed'; readonly item: FeedItem }
  | { readonly type: 'removed'; readonly id: string }
  | { readonly type: 'refused'; readonly id: string; readonly reason: string }
  /**
   * An answer that was given here does not count: another one came first (its `response`), the question was replaced and asks anew
   * (`response` is null), or it is gone (null).
   */
  | { readonly type: 'decided'; readonly id: string; readonly item: FeedItem | null }
  /** Everything may have changed: the first complete read, a resync. */
  | { readonly type: 'replaced' };

export interface HistoryPage {
  readonly items: readonly FeedItem[];
  /** Null at the end. */
  readonly next: (() => Promise<HistoryPage>) | null;
}

export interface Feed {
  /**
   * The inbox: neither dismissed, snoozed nor expired, newest first, with what was done here applied already. A new array
   * with each change, the same one in between.
   */
  readonly items: readonly FeedItem[];
  /** What `items` has and what was dismissed or snoozed: everything that has not expired, newest first, also offline. */
  readonly all: readonly FeedItem[];
  /** The hub's count at the view's position, with what was done here applied already. */
  readonly unreadCount: number;
  readonly status: FeedStatus;
  /**
   * The ETag of what the person has set for all devices, as the hub last told it here: another one means that it has
   * changed (`@carillon/client/preferences`). Null where nothing is known.
   */
  readonly preferences: string | null;
  /** The time by the hub's clock, in milliseconds since 1970: the device's may be hours off. */
  now(): number;
  /** Resolves once `items` are those of the hub, or of the stored copy while offline. Rejects when the feed can't open. */
  readonly ready: Promise<void>;
  /** Every step from now on; ends when the feed is closed. */
  changes(): AsyncIterable<FeedChange>;
  /** Calls after each step and each change of `status`. Returns how to stop. */
  subscribe(listener: () => void): () => void;
  markRead(ids: string | readonly string[]): void;
  markUnread(ids: string | readonly string[]): void;
  /** All that is unread, or all of one group. */
  markAllRead(groupName?: string): void;
  /** The user opened it. */
  activate(id: string): void;
  dismiss(ids: string | readonly string[]): void;
  /**
   * Answers a question with one of its actions, for all devices; `text` is for an action with an input. It shows at once. Where another
   * answer was first, there is a `decided` step. An answer can't be undone.
   */
  respond(id: string, actionId: string, answer?: { readonly text?: string | null }): void;
  /** Hides it until then; it comes back unread and rings. */
  snooze(id: string, until: Date): void;
  /** Brings what was dismissed or snoozed back into the inbox, as read. */
  restore(ids: string | readonly string[]): void;
  delete(ids: string | readonly string[]): void;
  /** Restores the state before the last change that was made here; a deletion can't be undone. */
  undo(id: string): void;
  /** Everything that has not expired, handled or not, newest first, from the hub. Rejects with a HubError when offline. */
  history(options?: { readonly pageSize?: number }): Promise<HistoryPage>;
}
