// A delivery: the hub's duty to tell one subscription of one change through its channel, and the evidence of what came
// of it. Planned in the same commit as the change, so that an accepted notification can't lose its pushes.
import type { Channel } from '@carillon/protocol';
import type { AppId } from './app.ts';
import type { UserKey } from './principal.ts';

/**
 * `notify` tells of a notification, `fallback` shows it on an iOS device that has not fetched it, `clear` taps a device
 * because a state has changed elsewhere. A subscription has one `clear` at most, since each says "sync from your cursor".
 */
export const deliveryKinds = ['notify', 'fallback', 'clear'] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

export type ChannelType = Channel['type'];
export const channelTypes = ['webPush', 'fcm', 'apns', 'wns'] as const satisfies readonly ChannelType[];

/**
 * Of the sending alone; what the device did stands beside it. `pending` waits for its time or its answer, `sent` was
 * written to the provider without an answer and is tried again; the others are final.
 */
export const sendStatuses = [
  'pending',
  'sent',
  'accepted',
  'withdrawn',
  'expired',
  'failed',
  'gone',
  'skipped',
] as const;
export type SendStatus = (typeof sendStatuses)[number];

export function isOpen(status: SendStatus): boolean {
  return status === 'pending' || status === 'sent';
}

/** What a provider's answer means for the delivery. */
export const verdicts = ['accepted', 'retry', 'throttled', 'gone', 'refused'] as const;
export type Verdict = (typeof verdicts)[number];

/** The last answer of a provider, without its body. */
export interface ProviderAnswer {
  readonly verdict: Verdict;
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** The provider's own word, or ours, such as `BadDeviceToken` or `timeout`; never longer than 100 characters. */
  readonly reason: string | null;
  readonly at: number;
}

/** Names one delivery; the id of a notification that a `clear` is about is `noNotification`. */
export interface DeliveryKey {
  readonly user: UserKey;
  readonly notification: string;
  readonly subscription: string;
  readonly kind: DeliveryKind;
}

/** Stands for the notification in the key of a `clear`. */
export const noNotification = '00000000-0000-0000-0000-000000000000';

export interface StoredDelivery extends DeliveryKey {
  /** The subscription's app, whose credentials it is sent with. */
  readonly app: AppId;
  readonly channel: ChannelType;
  /** Sequence of the change that it tells of; a newer one replaces the duty. */
  readonly seq: number;
  readonly status: SendStatus;
  readonly attempts: number;
  /** When it is to be sent, or when the claim of its owner ends. */
  readonly due: number;
  /** Who has claimed it; null when nobody has. */
  readonly owner: string | null;
  readonly plannedAt: number;
  readonly sentAt: number | null;
  /** Its content was too large for the provider and was left out. */
  readonly truncated: boolean;
  readonly answer: ProviderAnswer | null;
  readonly fetchedAt: number | null;
  readonly shownAt: number | null;
  readonly actedAt: number | null;
}
