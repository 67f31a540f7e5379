// The bus contract: what hub nodes tell each other, so that a change committed on one reaches the streams of all. It may
// lose, repeat and reorder what it carries, and be away for hours: whoever follows it compares heads with the store
// (live/relay). Nothing here waits or throws; without a connection, what is published is dropped.

import type { AppId } from '../model/app.ts';
import type { UserKey } from '../model/principal.ts';
import type { FeedHead } from '../store/store.ts';

/** A change as other nodes are told of it: what their streams need, encoded once. */
export interface Told extends FeedHead {
  readonly app: AppId;
  /** Unread notifications of the whole feed and of this app, right after this change. */
  readonly unread: number;
  readonly unreadOfApp: number;
  /** The notification, or its removal, as the JSON text of a frame's `value`. It holds no line break. */
  readonly value: string;
}

/** What a node has let through of an allowance that all nodes share. */
export interface Use {
  readonly key: string;
  readonly tokens: number;
}

/** What comes from other nodes; one's own does not come back. A listener takes note, and never throws. */
export interface BusListener {
  told(told: Told): void;
  head(head: FeedHead): void;
  used(uses: readonly Use[]): void;
  /** From now on everything published elsewhere comes here; what was published before may be missing. */
  connected(): void;
}

export interface Bus {
  readonly connected: boolean;
  listen(listener: Partial<BusListener>): void;
  /** Changes of one commit, each user's in the order of its sequence. */
  publish(told: readonly Told[]): void;
  publishHeads(heads: readonly FeedHead[]): void;
  publishUse(uses: readonly Use[]): void;
  /** This node has streams of that user, so what is told of it must come here. */
  join(user: UserKey): void;
  leave(user: UserKey): void;
  /** Resolves once what was published has left, or after a moment. */
  close(): Promise<void>;
}
