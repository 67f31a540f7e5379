// A push as the request that WNS takes: a toast that Windows shows by itself, or a raw notification that the app's
// client reads as a tap; and the removal of a toast. Pure; address and token are added by the channel.
// https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers

import type { Priority, VisualContent, VisualMember } from '@carillon/protocol';
import { type Push, secondsToLive, type Tap } from '../contract.ts';
import { fit, type PushFormat } from '../fit.ts';
import { type Tagged, tagOf } from '../tag.ts';
import type { WnsAddress } from './address.ts';
import { badgeXml, toastXml, unshownByWindows } from './toast.ts';

export type WnsPush = Push<WnsAddress>;

export interface WnsPayload {
  readonly headers: Readonly<Record<string, string>>;
  /** XML of a toast, JSON of a tap. */
  readonly body: string;
  readonly truncated: boolean;
  readonly dropped: readonly VisualMember[];
}

export const payloadBytesMax = 5000;
/** A state change removes so many toasts itself; the tap names the others to the app's client. */
const removalsMax = 8;

/**
 * High and Medium reach a device on battery whose user allows it; Low waits until the device is used.
 * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/wns-notification-priorities
 */
const toastPriorities = { High: '1', None: '2', Low: '3' } as const satisfies Record<Priority, string>;

const format: PushFormat<WnsPush> = { bytesMax: payloadBytesMax, write, unshown: unshownByWindows };

export function wnsPayload(push: WnsPush): WnsPayload {
  const { text, visual, truncated, dropped } = fit(push, format);
  return { headers: visual ? toastHeaders(push) : rawHeaders(push), body: text, truncated, dropped };
}

function write({ notification }: WnsPush, visual: VisualContent | null, tap: Tap): string {
  const launch = JSON.stringify(tap);
  return visual ? toastXml(visual, { launch, notificationId: notification?.id ?? null }) : launch;
}

/** For channels that refuse a toast without its popup: it pops up, which is then said. */
export function withPopup({ headers, dropped, ...payload }: WnsPayload): WnsPayload {
  const { [suppressPopup]: _, ...others } = headers;
  return { ...payload, headers: others, dropped: [...dropped, 'interruptionLevel'] };
}

/** Beside what shows something or was silenced, and beside a state change: a raw notification leaves the badge to the app. */
export function wnsBadge(push: WnsPush): WnsPayload | null {
  if (push.kind !== 'clear' && push.visual === null && push.silence == null) return null;
  const headers = { 'content-type': 'text/xml', 'x-wns-type': 'wns/badge', ...commonHeaders(push) };
  return { headers, body: badgeXml(push.unreadCount), truncated: false, dropped: [] };
}

/**
 * Only channels of Windows Phone take it; others drop the toast and answer with an error.
 * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers#x-wns-suppresspopup
 */
export const suppressPopup = 'x-wns-suppresspopup';

function toastHeaders(push: WnsPush): Record<string, string> {
  const { app, user, notification, visual } = push;
  return {
    ...(visual?.interruptionLevel === 'passive' ? { [suppressPopup]: 'true' } : {}),
    'content-type': 'text/xml',
    'x-wns-type': 'wns/toast',
    ...(notification
      ? {
          'x-wns-tag': wnsTag({ app, user, name: notification.id }),
          'x-wns-priority': toastPriorities[notification.priority],
        }
      : {}),
    ...(notification?.groupName
      ? { 'x-wns-group': wnsTag({ app, user, name: notification.groupName }) }
      : {}),
    ...commonHeaders(push),
  };
}

/** WNS keeps the newest raw notification for an offline device only when the request asks for it. */
function rawHeaders(push: WnsPush): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'x-wns-type': 'wns/raw',
    'x-wns-cache-policy': 'cache',
    ...(push.notification?.priority === 'High' ? { 'x-wns-priority': toastPriorities.High } : {}),
    ...commonHeaders(push),
  };
}

/** In seconds; it also ends the toast's time in the notification center, so that it carries `displayTimeToLive`. */
function commonHeaders(push: WnsPush): Record<string, string> {
  return { 'x-wns-ttl': String(Math.max(1, secondsToLive(push))), 'x-wns-requestforstatus': 'true' };
}

/** Tag and group have 16 characters. */
export function wnsTag(tagged: Tagged): string {
  return tagOf(tagged).toString('hex', 0, 8);
}

/** The values of `X-WNS-Match` that remove the toasts of the newest closed notifications, whatever their group. */
export function removals({ app, user, close }: WnsPush): string[] {
  return close.slice(0, removalsMax).map((id) => `type:wns/toast;tag=${wnsTag({ app, user, name: id })}`);
}
