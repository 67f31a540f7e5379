// What became of a notification on each device, and what devices say of it themselves.
// A delivery is evidence for the sender; it never changes what the user's feed says.
import type { PlatformType } from './notification.ts';
import type { VisualMember } from './visual-content.ts';

/** How far it came; the device's own evidence outranks the provider's. */
export const deliveryStatuses = [
  'pending',
  'sent',
  'accepted',
  'fetched',
  'shown',
  'acted',
  'withdrawn',
  'expired',
  'failed',
  'gone',
  'skipped',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

export const verdicts = ['accepted', 'retry', 'throttled', 'gone', 'refused'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Delivery {
  subscriptionId: string;
  platform: PlatformType;
  /** `fallback` is the visual push to an iOS device that has not fetched it. */
  kind: 'notify' | 'fallback';
  status: DeliveryStatus;
  /** Why it was skipped, withdrawn, given up or refused; null while there is nothing to explain. */
  reason: string | null;
  attempts: number;
  /** The content was too large for the provider, and a tap was sent in its place. */
  truncated: boolean;
  /** What the platform can't show of the content, or what did not fit. */
  dropped: VisualMember[];
  /** The provider's, without its body. */
  lastAnswer: { verdict: Verdict; status: number | null; reason: string | null; dateTime: string } | null;
  plannedDateTime: string;
  sentDateTime: string | null;
  fetchedDateTime: string | null;
  shownDateTime: string | null;
  actedDateTime: string | null;
}

export const receiptKinds = ['shown', 'activated', 'dismissed', 'failed'] as const;
export type ReceiptKind = (typeof receiptKinds)[number];

export interface Receipt {
  id: string;
  subscriptionId: string;
  kind: ReceiptKind;
  /** When it happened on the device; now when absent. */
  dateTime?: string | null;
  /** The content it is about; of an older one than the stored nothing is recorded. */
  contentVersion?: number;
}

/** Body of POST /me/notifications/receipts. */
export interface ReceiptsPost {
  receipts: Receipt[];
}

export interface ReceiptsAnswer {
  recordedCount: number;
  /** Not there, or not visible. */
  notFound: string[];
}

/** One line of POST /me/notifications/explain. */
export interface Explanation {
  subscriptionId: string;
  platform: PlatformType;
  decision: 'push' | 'skip';
  reason: string;
  /** As in a delivery. */
  dropped: VisualMember[];
  /** What the provider would get, without the device's address and without any token; null when nothing is pushed. */
  request: {
    method: string;
    headers: Readonly<Record<string, string>>;
    body: unknown;
    truncated: boolean;
  } | null;
}
