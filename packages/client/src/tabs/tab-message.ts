// What the tabs of one account send each other. The names are those of the first version and stay: a tab that was opened
// before an update shares the channel with one that was opened after it.
import type { ConnectionStatus } from '../connection/connection.ts';
import type { BaseStep, Outcome, Position, ViewState } from '../feed/feed-view.ts';
import { fromStored, type StoredChange, toStored } from '../storage/stored-change.ts';

export type TabMessage =
  /** A tab that has no view yet, or may have missed something, asks for it. */
  | { readonly type: 'hello' }
  /** The leader's answer, and the first message of a new leader. */
  | { readonly type: 'view'; readonly view: PostedView; readonly standing: ConnectionStatus }
  | { readonly type: 'base'; readonly step: BaseStep }
  | { readonly type: 'standing'; readonly standing: ConnectionStatus }
  /** What the user did in one of the tabs. */
  | { readonly type: 'act'; readonly change: StoredChange }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'signOut' };

export interface PostedView {
  readonly position: Position | null;
  readonly items: ViewState['items'];
  readonly waiting: readonly StoredChange[];
  /** Acknowledged by the hub. */
  readonly held: readonly StoredChange[];
}

export function toPosted({ position, items, waiting, acknowledged }: ViewState): PostedView {
  return { position, items, waiting: waiting.map(toStored), held: acknowledged.map(toStored) };
}

export function fromPosted({ waiting, held, ...base }: PostedView): ViewState {
  return { ...base, waiting: waiting.map(fromStored), acknowledged: held.map(fromStored) };
}
