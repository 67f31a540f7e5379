// Reads the delta page by page, from a cursor to the head, or the whole feed. It holds all of it in memory: a feed is
// bounded, since everything expires within 30 days.
import type { FrameValue, Notification } from '@carillon/protocol';
import type { Position } from '../feed/feed-view.ts';
import type { DeltaCursor, Requests } from './requests.ts';

export interface Changes {
  readonly values: readonly FrameValue[];
  readonly position: Position;
}

/** A notification that changes during the walk comes again: the last value of an id counts. */
export async function readChanges(
  requests: Requests,
  from: string | null,
  signal: AbortSignal,
): Promise<Changes> {
  const values: FrameValue[] = [];
  let cursor: DeltaCursor | null = from === null ? null : { done: true, deltaToken: from };
  for (;;) {
    const page = await requests.delta(cursor, { signal });
    values.push(...page.values);
    cursor = page.cursor;
    if (cursor.done) {
      return { values, position: { cursor: cursor.deltaToken, unreadCount: page.unreadCount ?? 0 } };
    }
  }
}

/** The feed after all of these values. */
export function itemsAfter(values: readonly FrameValue[]): Notification[] {
  const items = new Map<string, Notification>();
  for (const value of values) {
    if ('@removed' in value) items.delete(value.id);
    else items.set(value.id, value);
  }
  return [...items.values()];
}
