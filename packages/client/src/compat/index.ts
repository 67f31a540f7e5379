// The surface of Microsoft's preview web SDK for Graph notifications (npm: @microsoft/user-notifications-client), so that
// a page and a worker written for it change their import and name their hub. docs/compat.md has the sources.
export {
  type ProcessPushNotificationResult,
  UserNotificationApiResultStatus,
  type UserNotificationSubscriptionResult,
  type UserNotificationsResult,
  type UserNotificationUpdateResult,
} from './results.ts';
export {
  type UserNotification,
  type UserNotificationPayload,
  UserNotificationStatus,
  UserNotificationUserActionState,
} from './user-notification.ts';
export { type ApiOptions, UserNotificationApiImpl } from './user-notification-api.ts';
