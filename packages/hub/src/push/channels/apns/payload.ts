// A push as the request that APNs takes: an alert that the device shows by itself, or a background tap that wakes the
// app. Pure; the address and the authentication token are added by the channel.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification

import type { VisualContent, VisualMember } from '@carillon/protocol';
import { apsOf, unshownByApple } from '../aps.ts';
import { type Push, secondsToLive, type Tap } from '../contract.ts';
import { fit, type PushFormat } from '../fit.ts';
import { bodyText } from '../shown.ts';
import type { ApnsAddress } from './address.ts';

export interface ApnsPayload {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly truncated: boolean;
  readonly dropped: readonly VisualMember[];
}

export type ApnsPush = Push<ApnsAddress>;

/** Of the body; VoIP pushes alone may have more. */
export const payloadBytesMax = 4096;

const format: PushFormat<ApnsPush> = {
  bytesMax: payloadBytesMax,
  write: writePayload,
  unshown: unshownByApple,
};

export function apnsPayload(push: ApnsPush): ApnsPayload {
  const { text, visual, truncated, dropped } = fit(push, format);
  return { headers: visual ? alertHeaders(push) : backgroundHeaders(push), body: text, truncated, dropped };
}

/**
 * Beside the tap of a state change or of what the person has muted, since a background push may not set the badge: what was
 * read elsewhere lowers it, and what arrives silently raises it. Apple counts a badge alone as an alert, which shows and sounds nothing.
 */
export function apnsBadge(push: ApnsPush): ApnsPayload | null {
  if (push.kind !== 'clear' && push.silence == null) return null;
  return {
    headers: {
      'apns-push-type': 'alert',
      'apns-priority': '5',
      'apns-collapse-id': 'carillon-badge',
      ...commonHeaders(push),
    },
    body: JSON.stringify({ aps: { badge: push.unreadCount } }),
    truncated: false,
    dropped: [],
  };
}

function alertHeaders(push: ApnsPush): Record<string, string> {
  return {
    'apns-push-type': 'alert',
    'apns-priority': push.notification?.priority === 'Low' ? '5' : '10',
    ...(push.notification ? { 'apns-collapse-id': push.notification.id } : {}),
    ...commonHeaders(push),
  };
}

/** Apple refuses any other priority for a background push. */
function backgroundHeaders(push: ApnsPush): Record<string, string> {
  return { 'apns-push-type': 'background', 'apns-priority': '5', ...commonHeaders(push) };
}

function commonHeaders(push: ApnsPush): Record<string, string> {
  return {
    'apns-topic': push.channel.topic,
    'apns-expiration': String(Math.floor(push.now / 1000) + secondsToLive(push)),
    'content-type': 'application/json',
  };
}

function writePayload(push: ApnsPush, visual: VisualContent | null, tap: Tap): string {
  if (!visual) return JSON.stringify({ aps: { 'content-available': 1 }, carillon: tap });
  const { title } = visual;
  const body = bodyText(visual);
  const alert = body === null ? { title } : { title, body };
  return JSON.stringify({ aps: { alert, ...apsOf(push, visual) }, carillon: { ...tap, ...linksOf(visual) } });
}

/** For the app and its service extension, which fetches the picture and builds the actions. */
function linksOf({ url, imageUrl, actions }: VisualContent): object {
  return {
    ...(url == null ? {} : { url }),
    ...(imageUrl == null ? {} : { imageUrl }),
    ...(actions?.length ? { actions: actions.map(({ id }) => id) } : {}),
  };
}
