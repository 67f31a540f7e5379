// The surface of ./index.ts in declarations that TypeScript 3.9 with target ES5 reads: no private names, no type modifiers on
// imports. They are published as those of the ES2015 build for old bundlers; surface.test.ts compares both.
export type UserNotificationApiResultStatus = 0 | 1 | 2 | 3;
export const UserNotificationApiResultStatus: Readonly<
  Record<
    'Succeeded' | 'Failed' | 'FailedDueToInvalidAccessToken' | 'FailedDueToNetworkError',
    UserNotificationApiResultStatus
  >
>;

export type UserNotificationUserActionState = 0 | 1 | 2 | 3;
export const UserNotificationUserActionState: Readonly<
  Record<'None' | 'Activated' | 'Dismissed' | 'Snoozed', UserNotificationUserActionState>
>;

export type UserNotificationStatus = 0 | 1;
export const UserNotificationStatus: Readonly<Record<'Active' | 'Deleted', UserNotificationStatus>>;

interface Result {
  readonly status: UserNotificationApiResultStatus;
  readonly errorMessage: string | null;
}

export interface UserNotificationSubscriptionResult extends Result {
  readonly userNotificationSubscriptionId: string | null;
  readonly expirationDateTime: Date | null;
}

export interface UserNotificationUpdateResult extends Result {}

export interface UserNotificationsResult extends Result {
  readonly userNotifications: readonly UserNotification[];
}

export interface ProcessPushNotificationResult extends UserNotificationsResult {
  readonly isUserNotificationPush: boolean;
}

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
  readonly readState: boolean;
  readonly userActionState: UserNotificationUserActionState;
  readonly payload: UserNotificationPayload;
  readonly creationDateTime: Date;
  readonly lastModifiedDateTime: Date | null;
  readonly expirationDateTime: Date;
}

export interface ApiOptions {
  readonly baseUrl?: string;
  readonly fetch?: typeof fetch;
}

export class UserNotificationApiImpl {
  static baseUrl: string;
  oAuthAccessToken: string | null;
  constructor(accessToken: string | null, options?: ApiOptions);
  subscribeToUserNotificationsAsync(
    crossDeviceAppId: string,
    appDisplayName: string,
    pushSubscription: Pick<PushSubscription, 'toJSON'> & Partial<PushSubscription>,
  ): Promise<UserNotificationSubscriptionResult>;
  unsubscribeFromUserNotificationsAsync(
    userNotificationSubscriptionId?: string | null,
  ): Promise<UserNotificationUpdateResult>;
  getAllNotificationsAsync(): Promise<UserNotificationsResult>;
  processPushNotificationAsync(
    notificationPayload: string | null | undefined,
  ): Promise<ProcessPushNotificationResult>;
  updateNotificationReadStateAsync(
    notificationId: string,
    readState: boolean,
  ): Promise<UserNotificationUpdateResult>;
  updateNotificationUserActionStateAsync(
    notificationId: string,
    userActionState: UserNotificationUserActionState,
    snoozeUntil?: Date,
  ): Promise<UserNotificationUpdateResult>;
  deleteNotificationAsync(notificationId: string): Promise<UserNotificationUpdateResult>;
}
