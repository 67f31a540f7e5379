// A push as the payload that a page's service worker gets, and the head under which any RFC 8030 service takes it. Pure;
// encryption and authentication are added by the channel.
// https://www.rfc-editor.org/rfc/rfc8030#section-5

import type { Priority, VisualContent } from '@carillon/protocol';
import { type Push, secondsToLive, type Tap } from '../contract.ts';
import { fit } from '../fit.ts';
import { type Tagged, tagOf } from '../tag.ts';
import type { WebPushAddress } from './address.ts';
import { overheadBytes } from './encryption.ts';

export type WebPush = Push<WebPushAddress>;

export interface WebPushPayload {
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, to be encrypted. */
  readonly plaintext: string;
  /** The content is in it; else it is a bare tap. */
  readonly visual: boolean;
  readonly truncated: boolean;
}

/** RFC 8030, section 7.2: a service must take this much, and the large ones take no more. */
export const bodyBytesMax = 4096;

/** RFC 8030, section 5.3. */
const urgencies = { High: 'high', None: 'normal', Low: 'low' } as const satisfies Record<Priority, string>;

export function webPushPayload(push: WebPush): WebPushPayload {
  const { text, visual, truncated } = fit(push, bodyBytesMax - overheadBytes, writePayload);
  return { headers: headersOf(push), plaintext: text, visual: visual !== null, truncated };
}

function headersOf(push: WebPush): Record<string, string> {
  const { app, user, notification } = push;
  return {
    // Microsoft refuses 0, unless it is told not to cache; a second more does no harm elsewhere.
    ttl: String(Math.max(1, secondsToLive(push))),
    urgency: notification ? urgencies[notification.priority] : 'low',
    ...(notification ? { topic: topicOf({ app, user, name: notification.id }) } : {}),
    'content-encoding': 'aes128gcm',
    'content-type': 'application/octet-stream',
  };
}

/** A topic has 32 characters of base64url (RFC 8030, section 5.4). */
export function topicOf(tagged: Tagged): string {
  return tagOf(tagged).toString('base64url', 0, 24);
}

function writePayload({ notification }: WebPush, visual: VisualContent | null, tap: Tap): string {
  if (!visual) return JSON.stringify(tap);
  const { title, body } = visual;
  const { unreadCount, close } = tap;
  return JSON.stringify({
    v: 1,
    kind: 'visual',
    ...(notification ? { notificationId: notification.id } : {}),
    title,
    ...(body == null ? {} : { body }),
    ...(notification ? { tag: notification.id } : {}),
    unreadCount,
    ...(close ? { close } : {}),
  });
}
