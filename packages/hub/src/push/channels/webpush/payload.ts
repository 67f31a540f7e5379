// A push as the payload that a page's service worker gets, and the head under which any RFC 8030 service takes it. What shows
// something is declarative, so that a browser shows it also when the worker fails or is gone. Pure; encryption and
// authentication are added by the channel.
// https://www.rfc-editor.org/rfc/rfc8030#section-5
// https://www.w3.org/TR/push-api/#declarative-push-message

import type { Priority, VisualContent } from '@carillon/protocol';
import { type AppPages, type Push, secondsToLive, type Tap } from '../contract.ts';
import { fit, type WritePush } from '../fit.ts';
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

export function webPushPayload(push: WebPush, pages: AppPages): WebPushPayload {
  const write: WritePush<WebPush> = (each, content, tap) => writePayload(each, content, { tap, pages });
  const { text, visual, truncated } = fit(push, bodyBytesMax - overheadBytes, write);
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

interface Written {
  readonly tap: Tap;
  readonly pages: AppPages;
}

function writePayload(push: WebPush, visual: VisualContent | null, { tap, pages }: Written): string {
  const { app, notification } = push;
  const title = visual?.title ?? pages.tapTitle(app);
  if (title === null) return JSON.stringify(tap);
  return JSON.stringify({
    web_push: 8030,
    mutable: true,
    app_badge: tap.unreadCount,
    notification: {
      title,
      ...(visual?.body == null ? {} : { body: visual.body }),
      navigate: pages.linkTo(app, notification?.id),
      ...(notification ? { tag: notification.id } : {}),
      // Where the standard has it today; engines of before read it at the top.
      mutable: true,
    },
    carillon: visual ? { ...tap, kind: 'visual' } : tap,
  });
}
