// What single notifications mean for the inbox: whether they are in it, whether they count, and what a step of one is
// called. Pure.
import type { Notification } from '@carillon/protocol';
import type { FeedChange } from './feed.ts';

export function isInInbox({ userActionState }: Notification): boolean {
  return userActionState !== 'dismissed' && userActionState !== 'snoozed';
}

export function countOf(item: Notification | null): number {
  return item?.readState === 'unread' ? 1 : 0;
}

export function changesOf(id: string, was: Notification | null, is: Notification | null): FeedChange[] {
  if (is && is !== was) return [{ type: was ? 'changed' : 'added', item: is }];
  return was && !is ? [{ type: 'removed', id }] : [];
}

/** Tells two commits of a notification apart without comparing times, which differ between the nodes of a hub. */
export function markOf(item: Notification): string {
  const { lastModifiedDateTime, contentVersion, readState, userActionState, snoozeUntilDateTime } = item;
  return [lastModifiedDateTime, contentVersion, readState, userActionState, snoozeUntilDateTime].join();
}
