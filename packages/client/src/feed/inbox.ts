// The rules of the inbox for one notification: whether it is listed, whether it counts as unread, and which step a change
// of it is. Pure.
import type { Notification } from '@carillon/protocol';
import type { FeedChange, FeedItem } from './feed.ts';

export function isInInbox({ userActionState }: Notification): boolean {
  return userActionState !== 'dismissed' && userActionState !== 'snoozed';
}

/**
 * Whether a person is to see it as a row. What has only raw content is for the app; it is a row where the app gave it a priority,
 * which is `None` by default without visual content.
 */
export function isForPerson({ payload, priority }: Notification): boolean {
  return payload.visualContent != null || priority !== 'None';
}

/** As a feed has it. */
export function itemOf(item: Notification): FeedItem {
  return item.response === undefined ? item : { ...item, isQuestion: true };
}

export function countOf(item: Notification | null): number {
  return item?.readState === 'unread' ? 1 : 0;
}

export function changesOf(id: string, was: Notification | null, is: Notification | null): FeedChange[] {
  if (is && is !== was) return [{ type: was ? 'changed' : 'added', item: is }];
  return was && !is ? [{ type: 'removed', id }] : [];
}

/** Identifies a version of a notification. Only equality counts: the clocks of a hub's nodes differ. */
export function markOf(item: Notification): string {
  const { lastModifiedDateTime, contentVersion, readState, userActionState, snoozeUntilDateTime } = item;
  return [lastModifiedDateTime, contentVersion, readState, userActionState, snoozeUntilDateTime].join();
}
