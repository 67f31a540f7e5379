// Walks the delta from a cursor to the head, or through everything that is stored, page by page. It holds all of it: a
// feed is bounded by what expires within 30 days.
import type { FrameValue, Notification } from '@carillon/protocol';
import type { Position } from '../feed/feed-view.ts';
import type { DeltaCursor, Requests } from './requests.ts';

export interface Changes {
  readonly values: readonly FrameValue[];
  readonly position: Position;
}

/** Each change of a notification that was made meanwhile comes again, so the last one of an id counts. */
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

/** What there is after all of them. */
export function itemsAfter(values: readonly FrameValue[]): Notification[] {
  const items = new Map<string, Notification>();
  for (const value of values) {
    if ('@removed' in value) items.delete(value.id);
    else items.set(value.id, value);
  }
  return [...items.values()];
}
