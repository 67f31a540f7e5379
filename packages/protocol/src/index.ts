// The wire of Carillon without a single dependency: what an app service, a device and the hub say to each other.
// The shapes as TypeBox schemas, for validation and documents, are the entry `@carillon/protocol/schemas`.
export {
  type Delivery,
  type DeliveryStatus,
  deliveryStatuses,
  type Explanation,
  type Receipt,
  type ReceiptKind,
  type ReceiptsAnswer,
  type ReceiptsPost,
  receiptKinds,
  type Verdict,
  verdicts,
} from './delivery.ts';
export {
  type ErrorBody,
  type ErrorKind,
  errorTable,
  type GraphVersion,
  graphVersions,
  statusOf,
} from './errors.ts';
export type { ByeReason, Frame, FrameValue, ResyncReason } from './frames.ts';
export { limits, operatorLimits, webhookLimits } from './limits.ts';
export type {
  FallbackPolicy,
  Notification,
  NotificationPost,
  NotificationResponse,
  Payload,
  PlatformType,
  Priority,
  ReadState,
  Removed,
  Responder,
  ResponsePolicy,
  ResponsePost,
  StatePatch,
  StateUpdate,
  StateUpdateAnswer,
  StateUpdateResult,
  StateUpdateTarget,
  TargetPolicy,
  UserActionState,
} from './notification.ts';
export {
  platformTypes,
  priorities,
  readStates,
  responders,
  stateUpdateResults,
  userActionStates,
} from './notification.ts';
export type { NotificationApp } from './notification-app.ts';
export type { ConsoleConfig, InboxConfig } from './page-config.ts';
export {
  type Mute,
  type MutePost,
  type MuteSpan,
  muteSpans,
  type NotificationPreferences,
  type NotificationPreferencesPatch,
  type Passing,
  passings,
  type QuietHours,
} from './preferences.ts';
export type {
  Channel,
  NotificationType,
  OwnDevice,
  Subscription,
  SubscriptionPatch,
  SubscriptionPost,
} from './subscription.ts';
export { notificationTypes } from './subscription.ts';
export {
  type ActionInput,
  type InterruptionLevel,
  interruptionLevels,
  type NotificationAction,
  type Progress,
  type TextDirection,
  textDirections,
  type VisualContent,
  type VisualMember,
  visualMembers,
} from './visual-content.ts';
