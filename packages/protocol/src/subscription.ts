// A subscription: one installed place of one user for one app. Its id is the UNS-ID, an unguessable capability.
// Posting the same installation again replaces it and keeps the id.
import type { PlatformType } from './notification.ts';

export const notificationTypes = ['notificationWithPayload', 'notificationOnly', 'noNotification'] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** How the platform's push service reaches the place; null for one that only listens live or polls. */
export type Channel =
  | { type: 'wns'; channelUri: string }
  | { type: 'apns'; token: string; topic: string; environment: 'production' | 'sandbox' }
  | { type: 'fcm'; token: string }
  | { type: 'webPush'; endpoint: string; keys: { p256dh: string; auth: string } };

export interface SubscriptionPost {
  targetHostName: string;
  /** Stable for an installed app; posting it again replaces the subscription and keeps its id. */
  installationId: string;
  displayName?: string | null;
  platformType: PlatformType;
  channel?: Channel | null;
  notificationType?: NotificationType | null;
  expirationDateTime?: string | null;
}

export interface SubscriptionPatch {
  displayName?: string | null;
  channel?: Channel | null;
  notificationType?: NotificationType;
  expirationDateTime?: string | null;
}

export interface Subscription {
  id: string;
  targetHostName: string;
  installationId: string;
  displayName: string | null;
  platformType: PlatformType;
  channel: Channel | null;
  notificationType: NotificationType;
  createdDateTime: string;
  expirationDateTime: string;
}

/** A device of any app, as its user sees it in an inbox. */
export interface OwnDevice {
  /** Not the UNS-ID, which is its app's alone. */
  id: string;
  appId: string;
  /** As people know the app; its id where it has no name. */
  appName: string;
  targetHostName: string;
  installationId: string;
  displayName: string | null;
  platformType: PlatformType;
  /** Whether it has a push address. */
  isPushed: boolean;
  /** The host name of its push service; null where its address is a token, or it has none. */
  pushService: string | null;
  createdDateTime: string;
  /** When it last fetched or listened live, to a quarter of an hour; null: never. */
  lastSeenDateTime: string | null;
  expirationDateTime: string;
  /** The session that ends when it is removed; null where there is none, or it is the caller's own. */
  sessionId: string | null;
}
