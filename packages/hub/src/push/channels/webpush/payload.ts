// A push as the payload that a page's service worker gets, and the head under which any RFC 8030 service takes it. What shows
// something is declarative, so that a browser shows it also when the worker fails or is gone. Pure; encryption and
// authentication are added by the channel.
// https://www.rfc-editor.org/rfc/rfc8030#section-5
// https://www.w3.org/TR/push-api/#declarative-push-message

import type { Priority, VisualContent, VisualMember } from '@carillon/protocol';
import { type AppPages, type Push, secondsToLive, type Tap } from '../contract.ts';
import { fit } from '../fit.ts';
import { bodyText, membersOf } from '../shown.ts';
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
  readonly dropped: readonly VisualMember[];
}

/** RFC 8030, section 7.2: a service must take this much, and the large ones take no more. */
export const bodyBytesMax = 4096;

const plaintextBytesMax = bodyBytesMax - overheadBytes;

/** RFC 8030, section 5.3. */
const urgencies = { High: 'high', None: 'normal', Low: 'low' } as const satisfies Record<Priority, string>;

export function webPushPayload(push: WebPush, pages: AppPages): WebPushPayload {
  const { text, visual, truncated, dropped } = fit(push, {
    bytesMax: plaintextBytesMax,
    write: (each, content, tap) => writePayload(each, content, { tap, pages }),
    unshown,
  });
  return { headers: headersOf(push), plaintext: text, visual: visual !== null, truncated, dropped };
}

function headersOf(push: WebPush): Record<string, string> {
  const { app, user, notification } = push;
  return {
    // Microsoft refuses 0, unless it is told not to cache; a second more does no harm elsewhere.
    ttl: String(Math.max(1, secondsToLive(push))),
    urgency: notification ? urgencyOf(notification.priority, push.visual) : 'low',
    ...(notification ? { topic: topicOf({ app, user, name: notification.id }) } : {}),
    'content-encoding': 'aes128gcm',
    'content-type': 'application/octet-stream',
  };
}

/** The sender's own word for how much it interrupts outranks the priority. */
function urgencyOf(priority: Priority, visual: VisualContent | null): string {
  const level = visual?.interruptionLevel;
  if (level === 'passive') return urgencies.Low;
  return staysOnScreen(visual) ? urgencies.High : urgencies[priority];
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
  const navigate = visual?.url ?? pages.linkTo(app, notification?.id);
  const body = visual && bodyText(visual);
  return withFactsForOldWorkers(tap, {
    web_push: 8030,
    mutable: true,
    app_badge: tap.unreadCount,
    notification: {
      title,
      ...(body === null ? {} : { body }),
      navigate,
      ...(notification ? { tag: notification.id } : {}),
      ...(visual ? optionsOf(visual, navigate) : {}),
      // Where the standard has it today; engines of before read it at the top.
      mutable: true,
    },
    carillon: visual ? { ...tap, kind: 'visual' } : tap,
  });
}

/**
 * A worker lives in its page's script until the page is built anew. One with a client from before payloads were declarative
 * reads the top alone, and left a push without these unshown: to it the whole is a tap. They give way to everything else.
 */
function withFactsForOldWorkers({ close: _, ...facts }: Tap, payload: object): string {
  const text = JSON.stringify({ ...payload, ...facts });
  return Buffer.byteLength(text) <= plaintextBytesMax ? text : JSON.stringify(payload);
}

/**
 * https://notifications.spec.whatwg.org/#dictdef-notificationoptions; an action of a declarative message must have a place
 * to lead to (https://www.w3.org/TR/push-api/#declarative-push-message), also one that answers.
 */
function optionsOf(visual: VisualContent, navigate: string): object {
  const { lang, dir, iconUrl, imageUrl, actions, sound, interruptionLevel } = visual;
  return {
    ...(lang == null ? {} : { lang }),
    ...(dir == null ? {} : { dir }),
    ...(iconUrl == null ? {} : { icon: iconUrl }),
    ...(imageUrl == null ? {} : { image: imageUrl }),
    ...(sound === 'none' || interruptionLevel === 'passive' ? { silent: true } : {}),
    ...(staysOnScreen(visual) ? { requireInteraction: true } : {}),
    ...(actions?.length
      ? { actions: actions.map(({ id, title, url }) => ({ action: id, title, navigate: url ?? navigate })) }
      : {}),
  };
}

function staysOnScreen(visual: VisualContent | null): boolean {
  const level = visual?.interruptionLevel;
  return level === 'timeSensitive' || level === 'critical';
}

/** A browser has neither kinds nor sounds of an app. */
function unshown(visual: VisualContent): VisualMember[] {
  const { sound } = visual;
  const isOwnSound = sound !== 'default' && sound !== 'none';
  return membersOf(visual).filter((name) => name === 'category' || (name === 'sound' && isOwnSound));
}
