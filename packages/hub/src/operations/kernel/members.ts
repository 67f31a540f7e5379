// The members of an answered notification, by name, for `$select`. `satisfies` holds the list complete.
// A member that is added to the wire type and not here does not compile.
import type { Notification } from '@carillon/protocol';

const members = {
  id: true,
  appNotificationId: true,
  targetHostName: true,
  groupName: true,
  displayTimeToLive: true,
  expirationDateTime: true,
  priority: true,
  payload: true,
  targetPolicy: true,
  fallbackPolicy: true,
  createdDateTime: true,
  lastModifiedDateTime: true,
  contentVersion: true,
  readState: true,
  userActionState: true,
  snoozeUntilDateTime: true,
} as const satisfies Record<keyof Notification, true>;

export const notificationMembers: readonly string[] = Object.keys(members);
