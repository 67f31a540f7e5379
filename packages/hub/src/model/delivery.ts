// A delivery: the duty to push one change to one subscription through its channel, and the evidence of the result. It is
// planned in the commit of the change, so that an accepted notification can't lose its pushes.
import {
  type Delivery,
  type DeliveryStatus,
  limits,
  type PlatformType,
  type Verdict,
  type VisualMember,
} from '@carillon/protocol';
import type { AppId } from './app.ts';
import { formatDateTime } from './date-time.ts';
import type { UserKey } from './principal.ts';
import type { StoredSubscription } from './subscription.ts';

/**
 * `notify` announces a notification, `fallback` shows it on an iOS device that has not fetched it, `clear` taps a device
 * because a state has changed elsewhere. A subscription has one `clear` at most, since each says "sync from your cursor".
 */
export const deliveryKinds = ['notify', 'fallback', 'clear'] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

/** A push channel by its number in the stores, which its descriptor declares (push/channels/descriptor.ts). */
export type ChannelCode = number;

/**
 * Of the sending alone; evidence of the device is beside it. `pending` waits for its time or its answer. `sent` was
 * written to the provider without an answer and is retried. The others are final.
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

export type { Verdict };

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

export function keyOfDelivery({ user, notification, subscription, kind }: DeliveryKey): DeliveryKey {
  return { user, notification, subscription, kind };
}

/** Stands for the notification in the key of a `clear`. */
export const noNotification = '00000000-0000-0000-0000-000000000000';

export interface StoredDelivery extends DeliveryKey {
  /** The subscription's app, whose credentials it is sent with. */
  readonly app: AppId;
  readonly platform: PlatformType;
  /** Null when there is no push address to send it to. */
  readonly channel: ChannelCode | null;
  /** Sequence of the change that it announces; a newer one supersedes it. */
  readonly seq: number;
  readonly status: SendStatus;
  /** Why it was skipped, withdrawn, given up or refused; null while there is nothing to explain. */
  readonly reason: string | null;
  readonly attempts: number;
  /** When it is to be sent, or when its claim ends; of one that was withdrawn or expired, when. */
  readonly due: number;
  /** A node has claimed it until it is due. */
  readonly claimed: boolean;
  readonly plannedAt: number;
  /** Of the last attempt that the provider accepted or may have. */
  readonly sentAt: number | null;
  /** Its content was too large for the provider and was left out. */
  readonly truncated: boolean;
  /** What the platform can't show of the content, or what did not fit. */
  readonly dropped: readonly VisualMember[];
  readonly answer: ProviderAnswer | null;
  readonly fetchedAt: number | null;
  readonly shownAt: number | null;
  readonly actedAt: number | null;
}

export type Duty = Pick<StoredDelivery, 'user' | 'notification' | 'seq' | 'channel'>;

/** A duty that begins now: due at once and not claimed. */
export function newDelivery(
  { id, app, platform }: StoredSubscription,
  { user, notification, seq, channel }: Duty,
  kind: DeliveryKind,
  now: number,
): StoredDelivery {
  return {
    user,
    notification,
    subscription: id,
    kind,
    app,
    platform,
    channel,
    seq,
    status: 'pending',
    reason: null,
    attempts: 0,
    due: now,
    claimed: false,
    plannedAt: now,
    sentAt: null,
    truncated: false,
    dropped: [],
    answer: null,
    fetchedAt: null,
    shownAt: null,
    actedAt: null,
  };
}

/** A delivery as the dispatcher holds it: what it needs to read it again. */
export interface PlannedDelivery extends DeliveryKey {
  readonly app: AppId;
  readonly channel: ChannelCode;
  readonly seq: number;
}

/** The result of an attempt, or of the decision not to make one. It counts only while the duty is still that of `seq`. */
export interface DeliveryResult extends DeliveryKey {
  readonly seq: number;
  readonly status: SendStatus;
  readonly reason: string | null;
  readonly attempts: number;
  readonly due: number;
  readonly sentAt: number | null;
  readonly truncated: boolean;
  readonly dropped: readonly VisualMember[];
  readonly answer: ProviderAnswer | null;
  /** Of the delivery as it was planned, for who counts and times what providers answer. */
  readonly planned: { readonly channel: ChannelCode | null; readonly at: number };
  /** The app that posted its notification, where how it ends is told by webhook. */
  readonly creator?: AppId | undefined;
}

/** All deliveries of one channel of one app wait in one lane: a provider that fails stops no other. */
export interface Route {
  readonly app: AppId;
  readonly channel: ChannelCode;
}

/** How long a claim holds: longer than the longest attempt. */
export const claimLeaseMs = 15_000;
/** The longest `Retry-After` that is heeded: of one that asks for more, that much. */
export const longestAfterMs = 3_600_000;
/** What failed together is spread over so long. */
export const spreadMs = 1000;
/** Nodes follow the clock of their store when theirs differs by more than a second, so two of them differ by this at most. */
export const clocksDifferMs = 2000;

/**
 * The longest that any delivery waits, by the rule that gave it its time: of an attempt that is to be made again, of a
 * fallback and of a claim. One that is due later was dated while the clock was ahead.
 */
export const longestWaitMs = {
  again: longestAfterMs + spreadMs,
  fallback: limits.fallbackDelaySecondsMax * 1000,
  claim: claimLeaseMs,
};

/** On the wire, with the id that a device has there. */
export function answerDelivery(row: StoredDelivery, subscriptionId: string): Delivery {
  const { answer } = row;
  return {
    subscriptionId,
    platform: row.platform,
    kind: row.kind === 'fallback' ? 'fallback' : 'notify',
    status: statusOf(row),
    reason: row.reason,
    attempts: row.attempts,
    truncated: row.truncated,
    dropped: [...row.dropped],
    lastAnswer: answer && {
      verdict: answer.verdict,
      status: answer.status,
      reason: answer.reason,
      dateTime: formatDateTime(answer.at),
    },
    plannedDateTime: formatDateTime(row.plannedAt),
    sentDateTime: dateOf(row.sentAt),
    fetchedDateTime: dateOf(row.fetchedAt),
    shownDateTime: dateOf(row.shownAt),
    actedDateTime: dateOf(row.actedAt),
  };
}

/** The device's own evidence outranks what the provider said. */
function statusOf({ status, actedAt, shownAt, fetchedAt }: StoredDelivery): DeliveryStatus {
  if (actedAt !== null) return 'acted';
  if (shownAt !== null) return 'shown';
  return fetchedAt === null ? status : 'fetched';
}

function dateOf(time: number | null): string | null {
  return time === null ? null : formatDateTime(time);
}

/** Null members select all. */
export interface Selection {
  readonly app: string | null;
  readonly channel: ChannelCode | null;
  readonly reason: string | null;
}

type RedriveState = 'counting' | 'running' | 'done' | 'cancelled' | 'failed';

/** Written before the step is committed, so that whoever goes on after a crash can tell what it had done. */
interface RedriveStep {
  readonly deliveries: readonly DeliveryKey[];
  readonly at: number;
}

export interface RedriveProgress {
  readonly state: RedriveState;
  /** So many are selected, once they are counted. */
  readonly found: number;
  readonly redriven: number;
  /** More are there than one redrive looks at. */
  readonly more: boolean;
  /** Looked at so far, of those that failed. */
  readonly seen: number;
  readonly after: DeliveryKey | null;
  readonly step: RedriveStep | null;
  readonly endedAt: number | null;
}

/**
 * A redrive of many: which failed deliveries it sends again, and how far it has come. It is stored, so that any node lists, shows
 * and ends it, and goes on with it once the node that had it is gone.
 */
export interface RedriveJob extends RedriveProgress {
  readonly id: string;
  readonly selection: Selection;
  /** It counts, and changes nothing. */
  readonly dryRun: boolean;
  readonly startedAt: number;
}

/** Who may go on with it, and until when without another word. */
export interface RedriveHold {
  readonly holder: string;
  readonly heldUntil: number;
}
