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
