// What a page, a worker or a Node program holds of one user's notifications: a live view that is always consistent, and
// the things a user does with them. Everything here works offline: it shows at once, and reaches the hub when it can.
import type { Notification } from '@carillon/protocol';

/** Where the feed stands. `offline`: nothing reaches the hub now; `signedOut`: the hub takes no token, nothing is tried. */
export type FeedPhase = 'connecting' | 'catchingUp' | 'live' | 'offline' | 'signedOut' | 'closed';

export type Transport = 'webSocket' | 'sse' | 'polling';

export interface FeedStatus {
  readonly phase: FeedPhase;
  /** What `live` runs over; null otherwise, and in a tab that another one feeds. */
  readonly transport: Transport | null;
  /** State changes that have not reached the hub yet. */
  readonly pending: number;
  /** Whether the stored copy has been read and completed once: before it, an empty list says nothing. */
  readonly complete: boolean;
  /** Why it is not live, in words for a person; null while it is. */
  readonly reason: string | null;
}

/** One step of the view. `refused`: the hub did not take a change, and the view shows again what is true. */
export type FeedChange =
  | { readonly type: 'added' | 'changed'; readonly item: Notification }
  | { readonly type: 'removed'; readonly id: string }
  | { readonly type: 'refused'; readonly id: string; readonly reason: string }
  /** Everything may have changed: the first complete read, a resync. */
  | { readonly type: 'replaced' };

export interface HistoryPage {
  readonly items: readonly Notification[];
  /** Null at the end. */
  readonly next: (() => Promise<HistoryPage>) | null;
}

export interface Feed {
  /**
   * The inbox: neither dismissed, snoozed nor expired, newest first, with what was done here applied already. A new array
   * with each change, the same one in between.
   */
  readonly items: readonly Notification[];
  /** The hub's count at the view's position, with what was done here applied already. */
  readonly unreadCount: number;
  readonly status: FeedStatus;
  /** Resolves once `items` are those of the hub, or of the stored copy while offline. Rejects when the feed can't open. */
  readonly ready: Promise<void>;
  /** Every step from now on; ends when the feed is closed. */
  changes(): AsyncIterable<FeedChange>;
  /** Calls after each step and each change of `status`; answers how to stop. */
  subscribe(listener: () => void): () => void;
  markRead(ids: string | readonly string[]): void;
  markUnread(ids: string | readonly string[]): void;
  /** All that is unread, or all of one group. */
  markAllRead(groupName?: string): void;
  /** The user opened it. */
  activate(id: string): void;
  dismiss(ids: string | readonly string[]): void;
  /** Away until then; it comes back unread and rings. */
  snooze(id: string, until: Date): void;
  delete(ids: string | readonly string[]): void;
  /** Back in the inbox as it was before the last thing done to it here: its state, not a deletion. */
  undo(id: string): void;
  /** Everything that has not expired, handled or not, newest first, from the hub. Rejects with a HubError when offline. */
  history(options?: { readonly pageSize?: number }): Promise<HistoryPage>;
}
