// A push as the message that FCM takes: a notification that Android shows by itself, or a data message that wakes the
// app. Pure; the address and the authentication token are added by the channel.
// https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages

import type { InterruptionLevel, VisualContent, VisualMember } from '@carillon/protocol';
import { apsOf, unshownByApple } from '../aps.ts';
import { type AppPages, type Push, type PushedNotification, secondsToLive, type Tap } from '../contract.ts';
import { fit } from '../fit.ts';
import { bodyText, membersOf } from '../shown.ts';
import type { FcmAddress } from './address.ts';

export interface FcmPayload {
  /** JSON of the message, still without its address. */
  readonly message: string;
  readonly truncated: boolean;
  readonly dropped: readonly VisualMember[];
}

export type FcmPush = Push<FcmAddress>;

export const fcmHeaders = { 'content-type': 'application/json' } as const;

/** Google counts keys and values of the payload; here the whole message counts, without its address. */
export const payloadBytesMax = 4096;
/** Four weeks, while a notification may live for 30 days: FCM refuses a longer time. */
const ttlSecondsMax = 2_419_200;
/** FCM keeps four keys a device for one that is offline. Every tap says the same, so the newest is enough. */
const tapCollapseKey = 'carillon';
/** The other three are for what is shown, so that more than the last survives. */
const shownCollapseKeys = 3;

export function fcmPayload(push: FcmPush, pages: Pick<AppPages, 'clickAction'>): FcmPayload {
  const { text, truncated, dropped } = fit(push, {
    bytesMax: payloadBytesMax,
    write: (each, visual, tap) => writeMessage(each, visual, { tap, pages }),
    unshown: push.platform === 'ios' ? unshownByApple : unshownByAndroid,
  });
  return { message: text, truncated, dropped };
}

/** The whole body of the request. */
export function addressed({ message }: FcmPayload, deviceToken: string): string {
  return `{"message":{"token":${JSON.stringify(deviceToken)},${message.slice(1)}}`;
}

interface Written {
  readonly tap: Tap;
  readonly pages: Pick<AppPages, 'clickAction'>;
}

function writeMessage(push: FcmPush, visual: VisualContent | null, { tap, pages }: Written): string {
  const data = { carillon: JSON.stringify(tap), ...(visual ? linksOf(visual) : {}) };
  if (push.platform === 'ios') {
    if (!visual) return JSON.stringify({ data, apns: iosTap(push) });
    return JSON.stringify({ notification: shown(visual), data, apns: iosAlert(push, visual) });
  }
  if (!visual) return JSON.stringify({ data, android: wake(push) });
  const clickAction = visual.url == null ? null : pages.clickAction(push.app);
  return JSON.stringify({
    notification: shown(visual),
    data,
    android: alert(push, {
      ...androidOf(visual),
      ...(clickAction === null ? {} : { click_action: clickAction }),
    }),
  });
}

/** For the app, as texts: FCM takes nothing else in `data`. The app builds the buttons. */
function linksOf({ url, actions }: VisualContent): object {
  return {
    ...(url == null ? {} : { url }),
    ...(actions?.length ? { actions: JSON.stringify(actions) } : {}),
  };
}

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#notification */
function shown(visual: VisualContent): object {
  const { title, imageUrl } = visual;
  const body = bodyText(visual);
  return {
    title,
    ...(body === null ? {} : { body }),
    ...(imageUrl == null ? {} : { image: imageUrl }),
  };
}

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#notificationpriority */
const priorities = {
  passive: 'PRIORITY_LOW',
  active: 'PRIORITY_DEFAULT',
  timeSensitive: 'PRIORITY_HIGH',
  critical: 'PRIORITY_MAX',
} as const satisfies Record<InterruptionLevel, string>;

/**
 * Of `none` there is nothing to send: since Android 8 the channel of the app says whether it sounds.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#androidnotification
 */
function androidOf({ sound, category, interruptionLevel }: VisualContent): object {
  return {
    ...(sound == null || sound === 'none' ? {} : { sound }),
    ...(category == null ? {} : { channel_id: category }),
    ...(interruptionLevel == null ? {} : { notification_priority: priorities[interruptionLevel] }),
  };
}

/** The large icon is the app's own to set, and a text's language and direction are the device's. */
const unknownToAndroid: readonly VisualMember[] = ['iconUrl', 'lang', 'dir'];

function unshownByAndroid(visual: VisualContent): VisualMember[] {
  return membersOf(visual).filter(
    (name) => unknownToAndroid.includes(name) || (name === 'sound' && visual.sound === 'none'),
  );
}

/** What is shown is urgent unless it was posted as not: a notification of low priority may wait for the device. */
function alert(push: FcmPush, more: object): object {
  return {
    priority: push.notification?.priority === 'Low' ? 'NORMAL' : 'HIGH',
    ttl: ttl(push),
    ...(push.notification ? { collapse_key: shownCollapseKey(push.notification) } : {}),
    notification: {
      ...(push.notification ? { tag: push.notification.id } : {}),
      notification_count: push.unreadCount,
      ...more,
    },
  };
}

/** One for a group, as far as there are keys; what has no group is spread over them. No digest: it is made for each push. */
function shownCollapseKey({ id, groupName }: PushedNotification): string {
  const name = groupName ?? id;
  let sum = 0;
  for (let index = 0; index < name.length; index++) sum = (sum * 31 + name.charCodeAt(index)) >>> 0;
  return `${tapCollapseKey}-${1 + (sum % shownCollapseKeys)}`;
}

/** What FCM passes on to APNs. https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#apnsconfig */
function iosAlert(push: FcmPush, visual: VisualContent): object {
  const { notification } = push;
  const headers = {
    'apns-push-type': 'alert',
    'apns-priority': notification?.priority === 'Low' ? '5' : '10',
    ...(notification ? { 'apns-collapse-id': notification.id } : {}),
    'apns-expiration': expiration(push),
  };
  return { headers, payload: { aps: apsOf(push, visual) } };
}

function iosTap(push: FcmPush): object {
  const headers = {
    'apns-push-type': 'background',
    'apns-priority': '5',
    'apns-expiration': expiration(push),
  };
  return { headers, payload: { aps: { 'content-available': 1 } } };
}

function expiration(push: FcmPush): string {
  return String(Math.floor(push.now / 1000) + secondsToLive(push));
}

/** A tap is urgent only on request: Android holds back an app whose urgent messages show nothing. */
function wake(push: FcmPush): object {
  return {
    priority: push.notification?.priority === 'High' ? 'HIGH' : 'NORMAL',
    ttl: ttl(push),
    collapse_key: tapCollapseKey,
  };
}

function ttl(push: FcmPush): string {
  return `${Math.min(secondsToLive(push), ttlSecondsMax)}s`;
}
