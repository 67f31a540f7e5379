// A push as the message that FCM takes: a notification that Android shows by itself, or a data message that wakes the
// app. Pure; the address and the authentication token are added by the channel.
// https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages

import type { VisualContent } from '@carillon/protocol';
import { type Push, type PushedNotification, secondsToLive, type Tap } from '../contract.ts';
import { fit } from '../fit.ts';
import type { FcmAddress } from './address.ts';

export interface FcmPayload {
  /** JSON of the message, still without its address. */
  readonly message: string;
  readonly truncated: boolean;
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

export function fcmPayload(push: FcmPush): FcmPayload {
  const { text, truncated } = fit(push, payloadBytesMax, writeMessage);
  return { message: text, truncated };
}

/** The whole body of the request. */
export function addressed({ message }: FcmPayload, deviceToken: string): string {
  return `{"message":{"token":${JSON.stringify(deviceToken)},${message.slice(1)}}`;
}

function writeMessage(push: FcmPush, visual: VisualContent | null, tap: Tap): string {
  const data = { carillon: JSON.stringify(tap) };
  if (push.platform === 'ios') {
    const shows = visual && { notification: shown(visual) };
    return JSON.stringify({ ...shows, data, apns: visual ? iosAlert(push) : iosTap(push) });
  }
  return JSON.stringify(
    visual ? { notification: shown(visual), data, android: alert(push) } : { data, android: wake(push) },
  );
}

function shown({ title, body }: VisualContent): object {
  return body == null ? { title } : { title, body };
}

/** What is shown is urgent unless it was posted as not: a notification of low priority may wait for the device. */
function alert(push: FcmPush): object {
  return {
    priority: push.notification?.priority === 'Low' ? 'NORMAL' : 'HIGH',
    ttl: ttl(push),
    ...(push.notification ? { collapse_key: shownCollapseKey(push.notification) } : {}),
    notification: {
      ...(push.notification ? { tag: push.notification.id } : {}),
      notification_count: push.unreadCount,
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
function iosAlert(push: FcmPush): object {
  const { notification, unreadCount } = push;
  const aps = {
    badge: unreadCount,
    ...(notification?.priority === 'High' ? { sound: 'default' } : {}),
    ...(notification?.groupName ? { 'thread-id': notification.groupName } : {}),
    'mutable-content': 1,
  };
  const headers = {
    'apns-push-type': 'alert',
    'apns-priority': notification?.priority === 'Low' ? '5' : '10',
    ...(notification ? { 'apns-collapse-id': notification.id } : {}),
    'apns-expiration': expiration(push),
  };
  return { headers, payload: { aps } };
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
