// The notification as the feed keeps it: immutable content beside the state that changes, and the one place that
// turns it into what the wire answers. All times are milliseconds since 1970.
import type {
  FallbackPolicy,
  Notification,
  NotificationAction,
  NotificationPost,
  NotificationResponse,
  Payload,
  PlatformType,
  Priority,
  ReadState,
  Responder,
  UserActionState,
} from '@carillon/protocol';
import { uuidTime } from '../lib/ids.ts';
import type { AppId } from './app.ts';
import { formatDateTime } from './date-time.ts';
import { invalid } from './errors.ts';
import type { UserKey } from './principal.ts';

/** What the app posted, kept as one JSON text. */
export interface Content {
  readonly appNotificationId: string | null;
  readonly targetHostName: string;
  readonly groupName: string | null;
  readonly priority: Priority;
  readonly payload: Payload;
  readonly targetPolicy: { readonly platformTypes: PlatformType[] };
  readonly fallbackPolicy: FallbackPolicy | null;
  /** Absent where nothing is asked. */
  readonly responsePolicy?: NonNullable<Notification['responsePolicy']> | null;
}

/** The answer as it is stored. */
export interface StoredResponse {
  /** Null when the deadline passed without a default. */
  readonly actionId: string | null;
  readonly text: string | null;
  readonly at: number;
  readonly by: Responder;
}

/** What the state of a notification says of its question. */
export interface Asking {
  /** When the hub answers in place of the user; null without a deadline, and once there is an answer. */
  readonly respondBy: number | null;
  /** Null where nothing is asked. */
  readonly response: StoredResponse | 'open' | null;
}

export const nothingAsked: Asking = { respondBy: null, response: null };

export type Removal = 'deleted' | 'expired';

export interface StoredNotification extends Asking {
  readonly user: UserKey;
  readonly id: string;
  readonly app: AppId;
  /** Sequence of its last change in the user's feed. */
  readonly seq: number;
  /** Null while alive; a removed one stays as a tombstone until `purgeAt`. */
  readonly removed: Removal | null;
  readonly purgeAt: number | null;
  readonly readState: ReadState;
  readonly userActionState: UserActionState;
  readonly snoozeUntil: number | null;
  readonly expires: number;
  /** The latest expiration ever answered: a client drops it by itself then. */
  readonly announcedExpiry: number;
  readonly displaySeconds: number | null;
  readonly displayUntil: number | null;
  readonly modified: number;
  /** When the newest content was accepted. */
  readonly postedAt: number;
  readonly contentVersion: number;
  /** Counts every change; the ETag. */
  readonly changes: number;
  readonly appNotificationId: string | null;
  /** A fingerprint of the newest accepted body as it was sent, to distinguish a retry from a replacement. */
  readonly sentAs: string | null;
  /** `Content` as JSON; empty in a tombstone. */
  readonly content: string;
  /** Within an era ids rise with each notification of the feed. Another begins when the clock was set back by much. */
  readonly era: number;
}

export function isAlive(row: StoredNotification, now: number): boolean {
  return row.removed === null && row.expires > now;
}

export function isUnread(row: StoredNotification): boolean {
  return row.removed === null && row.readState === 'unread';
}

/** Those without a `url`, of everything that a device may show: one of them makes it a question. */
export function answeringActions({
  payload,
  fallbackPolicy,
}: Pick<NotificationPost, 'payload' | 'fallbackPolicy'>): readonly NotificationAction[] {
  const shown = [payload.visualContent, fallbackPolicy?.endpointFallback.visualContent];
  return shown.flatMap((visual) => visual?.actions ?? []).filter(({ url }) => url == null);
}

/** A question that is asked anew must leave time for an answer. */
export function checkDeadline(respondBy: number | null, now: number): void {
  if (respondBy === null || respondBy > now) return;
  const target = 'responsePolicy.respondByDateTime';
  throw invalid(`"${target}" must be later than now.`, target);
}

/** What counts against the storage of a user and app: a tombstone holds nothing. */
export function contentBytesOf(content: string): number {
  return Buffer.byteLength(content);
}

export function etagOf({ changes }: Pick<StoredNotification, 'changes'>): string {
  return `W/"${changes}"`;
}

/**
 * A living notification on the wire, as JSON text. The content was serialised when it was posted and is spliced in:
 * parsing and serialising it again would cost more than the rest of an answer.
 */
export function notificationJson(row: StoredNotification, now: number): string {
  return `{"@odata.etag":${JSON.stringify(etagOf(row))},${membersJson(row, now).slice(1)}`;
}

/** Whether JSON that one of these functions wrote, here or on a node of another version, is of this notification. */
export function isJsonOf(json: string, id: string): boolean {
  const start = json.startsWith('{"id"') ? 1 : json.indexOf(',"id"') + 1;
  return json.startsWith(`"id":"${id}"`, start);
}

/** Without annotations. */
export function membersJson(row: StoredNotification, now: number): string {
  const remaining = row.displayUntil === null ? null : remainingSeconds(row.displayUntil, now);
  return (
    `{"id":"${row.id}","displayTimeToLive":${remaining},"expirationDateTime":${dateJson(row.expires)},` +
    `"createdDateTime":${dateJson(uuidTime(row.id))},"lastModifiedDateTime":${dateJson(row.modified)},` +
    `"contentVersion":${row.contentVersion},"readState":"${row.readState}","userActionState":"${row.userActionState}",` +
    `"snoozeUntilDateTime":${dateJson(row.snoozeUntil)},${responseJson(row)}${row.content.slice(1)}`
  );
}

function responseJson({ response }: Asking): string {
  return response === null ? '' : `"response":${JSON.stringify(answerResponse(response))},`;
}

/** On the wire; null while it is open. */
export function answerResponse(response: StoredResponse | 'open'): NotificationResponse | null {
  if (response === 'open') return null;
  const { actionId, text, at, by } = response;
  return { actionId, text, respondedDateTime: formatDateTime(at), respondedBy: by };
}

/** The same as an object, for callers that need single members. */
export function answerNotification(row: StoredNotification, now: number): Notification {
  return JSON.parse(notificationJson(row, now)) as Notification;
}

/** A removed notification on the wire. */
export function removedJson(id: string): string {
  return `{"id":"${id}","@removed":{"reason":"deleted"}}`;
}

function dateJson(time: number | null): string {
  return time === null ? 'null' : `"${formatDateTime(time)}"`;
}

/** Whole seconds, so that 60 just posted is answered 59, as the captured exchange shows. */
function remainingSeconds(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000) - 1);
}
