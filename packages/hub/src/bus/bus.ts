// The bus contract: how the nodes of a hub announce changes to each other, so that a change committed on one reaches the
// streams of all. A bus may lose, repeat and reorder messages, and be away for hours; live/relay compares heads with the
// store. Nothing here waits or throws. Without a connection, what is published is dropped.

import type { AppId } from '../model/app.ts';
import type { UserKey } from '../model/principal.ts';
import type { FeedHead } from '../store/store.ts';

/** A committed change as it travels between nodes: what their streams need, encoded once. */
export interface BusChange extends FeedHead {
  readonly app: AppId;
  /** Unread notifications of the whole feed and of this app, right after this change. */
  readonly unread: number;
  readonly unreadOfApp: number;
  /** The notification, or its removal, as the JSON text of a frame's `value`. It holds no line break. */
  readonly value: string;
  /** The trace that led to it, as W3C writes it; absent where it is not traced. */
  readonly traceparent?: string;
}

/** What a node has let through of an allowance that all nodes share. */
export interface Use {
  readonly key: string;
  readonly tokens: number;
}

/** What a node says of itself, for operators. */
export interface NodeFact {
  /** Its name, the same after a restart. */
  readonly id: string;
  /** Of one life of its process. */
  readonly instance: string;
  readonly version: string;
  readonly startedAt: number;
  readonly state: 'up' | 'draining' | 'left';
  readonly streams: number;
  readonly createsPerSecond: number;
  readonly eventLoopLagSeconds: number;
  readonly isStoreUp: boolean;
}

/** What arrives from other nodes; a node's own messages don't come back. A listener must not throw. */
export interface BusListener {
  change(change: BusChange): void;
  head(head: FeedHead): void;
  used(uses: readonly Use[]): void;
  node(fact: NodeFact): void;
  /** From now on everything published elsewhere arrives here; what was published before may be missing. */
  connected(): void;
}

export interface Bus {
  readonly connected: boolean;
  listen(listener: Partial<BusListener>): void;
  /** Changes of one commit, each user's in the order of its sequence. */
  publish(changes: readonly BusChange[]): void;
  publishHeads(heads: readonly FeedHead[]): void;
  publishUse(uses: readonly Use[]): void;
  publishNode(fact: NodeFact): void;
  /** This node has streams of that user, so changes of that user must arrive here. */
  join(user: UserKey): void;
  leave(user: UserKey): void;
  /** Resolves once what was published has left, or after a moment. */
  close(): Promise<void>;
}
