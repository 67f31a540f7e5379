// What devices and an app service have written before a hub starts: subscriptions with push addresses, and
// notifications that show something on every platform.
import { hash, randomBytes } from 'node:crypto';
import type { Channel, PlatformType } from '@carillon/protocol';
import { addressed } from '@carillon/testing/feed/writes.ts';
import { systemClock } from '../../packages/hub/src/lib/clock.ts';
import { openUuidSource } from '../../packages/hub/src/lib/ids.ts';
import type { Content } from '../../packages/hub/src/model/notification.ts';
import { userKey } from '../../packages/hub/src/model/principal.ts';
import type { PostWrite, SubscribeWrite } from '../../packages/hub/src/model/write.ts';
import { appId, type BenchUser, hostName, issuer } from './world.ts';

/** A user who may do without a token, since nobody asks for anything in that name. */
export type Person = Pick<BenchUser, 'subject' | 'name'>;

export const platforms = ['windows', 'ios', 'android', 'webPush'] as const satisfies readonly PlatformType[];

const dayMs = 86_400_000;

export function people(count: number): readonly Person[] {
  return Array.from({ length: count }, (_, index) => ({
    subject: `waiting-${index}`,
    name: `waiting${index}@contoso.example`,
  }));
}

export function subscribeWrite(person: Person, platform: PlatformType, channel: Channel): SubscribeWrite {
  const { user, owner } = feedOf(person);
  const now = Date.now();
  return {
    kind: 'subscribe',
    user,
    owner,
    subscription: {
      user,
      app: appId,
      id: randomBytes(16).toString('base64url'),
      installationId: `bench ${platform}`,
      targetHostName: hostName,
      displayName: null,
      platform,
      notificationType: 'notificationWithPayload',
      ...addressed(appId, channel),
      seesAll: false,
      leaseUntil: now + 30 * dayMs,
      created: now,
      registered: now,
      session: null,
    },
  };
}

/** One person after another, round and round. */
export function postWrites(persons: readonly Person[], count: number): PostWrite[] {
  const newId = openUuidSource(systemClock);
  const feeds = persons.map(feedOf);
  const expires = Date.now() + dayMs;
  return Array.from({ length: count }, (_, index) => {
    const appNotificationId = `waiting-${index.toString(36).padStart(8, '0')}`;
    return {
      kind: 'post',
      ...(feeds[index % feeds.length] as (typeof feeds)[number]),
      app: appId,
      id: newId(),
      content: JSON.stringify(contentOf(appNotificationId)),
      appNotificationId,
      sentAs: hash('sha256', appNotificationId, 'base64url'),
      expires,
      displaySeconds: null,
      question: null,
      storageBytesMax: Number.MAX_SAFE_INTEGER,
      evictable: null,
    };
  });
}

/** Open questions, one person after another, which all end at the same time. */
export function questionWrites(persons: readonly Person[], count: number, respondBy: number): PostWrite[] {
  return postWrites(persons, count).map((write) => {
    const asked = contentOf(write.appNotificationId);
    const visualContent = { ...asked.payload.visualContent, actions };
    const responsePolicy = {
      respondByDateTime: new Date(respondBy).toISOString(),
      defaultActionId: 'reject',
    };
    const content = JSON.stringify({ ...asked, payload: { visualContent }, responsePolicy });
    return { ...write, content, question: { respondBy } };
  });
}

const actions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No' },
];

export function feedOf({ subject, name }: Person) {
  return { user: userKey(issuer, subject), owner: { issuer, subject, name } };
}

export function contentOf(appNotificationId: string | null): Content {
  return {
    appNotificationId,
    targetHostName: hostName,
    groupName: 'TestGroup',
    priority: 'High',
    payload: { visualContent: { title: 'Hello World!', body: 'Notifications are Great!' } },
    targetPolicy: { platformTypes: [...platforms] },
    fallbackPolicy: null,
  };
}
