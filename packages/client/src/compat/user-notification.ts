// A notification in the terms of Microsoft's web SDK, converted from the hub's. There, read states are booleans and actions
// are numbers; `lastModifiedDateTime` is null until something was modified.
import type { Notification, UserActionState, VisualContent } from '@carillon/protocol';
import type { PushContent } from '../web-push/push-content.ts';

/** Numbers as in the sample app: "None=0, Activated = 1, Dismissed = 2, Snoozed = 3". */
export type UserNotificationUserActionState = 0 | 1 | 2 | 3;

/** Each member has the type of the union, as in an enum: a variable that begins as `None` can take another value. */
export const UserNotificationUserActionState: Readonly<
  Record<'None' | 'Activated' | 'Dismissed' | 'Snoozed', UserNotificationUserActionState>
> = { None: 0, Activated: 1, Dismissed: 2, Snoozed: 3 };

export type UserNotificationStatus = 0 | 1;
export const UserNotificationStatus: Readonly<Record<'Active' | 'Deleted', UserNotificationStatus>> = {
  Active: 0,
  Deleted: 1,
};

export interface UserNotificationPayload {
  readonly rawContent: string | null;
  readonly title: string | null;
  readonly body: string | null;
}

export interface UserNotification {
  readonly id: string;
  readonly appNotificationId: string | null;
  readonly groupName: string | null;
  readonly priority: string;
  readonly status: UserNotificationStatus;
  /** Whether it was read. */
  readonly readState: boolean;
  readonly userActionState: UserNotificationUserActionState;
  readonly payload: UserNotificationPayload;
  readonly creationDateTime: Date;
  readonly lastModifiedDateTime: Date | null;
  readonly expirationDateTime: Date;
}

export const actionStates = ['noInteraction', 'activated', 'dismissed', 'snoozed'] as const satisfies Record<
  UserNotificationUserActionState,
  UserActionState
>;

const actionNumbers: Readonly<Record<UserActionState, UserNotificationUserActionState>> = {
  noInteraction: 0,
  activated: 1,
  dismissed: 2,
  snoozed: 3,
};

/** Microsoft's worker shows an error in place of a body that is null, so a title alone has an empty one. */
function textsOf(visual: VisualContent | null): Pick<UserNotificationPayload, 'title' | 'body'> {
  return visual ? { title: visual.title, body: visual.body ?? '' } : { title: null, body: null };
}

/** How long the words of a push count as alive: only the hub has the time. */
const carriedMs = 24 * 3_600_000;

/** What a visual push says by itself; null for a tap. */
export function carriedBy(
  { kind, notificationId: id, title, body }: PushContent,
  now: number,
): UserNotification | null {
  if (kind !== 'visual' || id === undefined || title === undefined) return null;
  return {
    ...{ id, appNotificationId: null, groupName: null, priority: 'None', readState: false },
    status: UserNotificationStatus.Active,
    userActionState: UserNotificationUserActionState.None,
    payload: { rawContent: null, ...textsOf({ title, body: body ?? null }) },
    creationDateTime: new Date(now),
    lastModifiedDateTime: null,
    expirationDateTime: new Date(now + carriedMs),
  };
}

export function toUserNotification(notification: Notification): UserNotification {
  const { id, appNotificationId, groupName, priority, payload } = notification;
  const { createdDateTime, lastModifiedDateTime, expirationDateTime } = notification;
  const { rawContent = null, visualContent } = payload;
  const isModified = lastModifiedDateTime !== createdDateTime;
  return {
    ...{ id, appNotificationId, groupName, priority },
    status: UserNotificationStatus.Active,
    readState: notification.readState === 'read',
    userActionState: actionNumbers[notification.userActionState],
    payload: { rawContent, ...textsOf(visualContent ?? null) },
    creationDateTime: new Date(createdDateTime),
    lastModifiedDateTime: isModified ? new Date(lastModifiedDateTime) : null,
    expirationDateTime: new Date(expirationDateTime),
  };
}
