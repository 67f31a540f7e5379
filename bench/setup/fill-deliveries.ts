// What a busy fortnight leaves for operators to look at: people of several apps with a device of each platform, and their
// notifications, with a delivery for each device that has come to its end. The planner makes the people, their devices and the
// first notification of each. The others are copies of these rows, with ids, names, sequences and times of their own, which
// each store makes by itself. One delivery in 25 failed, and of the last app next to none: a page of them is the rare one.
import { hash } from 'node:crypto';
import type { Channel, PlatformType } from '@carillon/protocol';
import { addressed } from '@carillon/testing/feed/writes.ts';
import { systemClock } from '../../packages/hub/src/lib/clock.ts';
import type { StoredDelivery } from '../../packages/hub/src/model/delivery.ts';
import type { UserKey } from '../../packages/hub/src/model/principal.ts';
import { openNotificationIds } from '../../packages/hub/src/model/user-shard.ts';
import type { PostWrite, SubscribeWrite } from '../../packages/hub/src/model/write.ts';
import { type FillingBatch, fillByPlan } from './fill-feeds.ts';
import { contentOf, feedOf, type Person, platforms, subscribeWrite } from './push-writes.ts';
import { apps, type BenchApp } from './world.ts';

export const deliveriesPerPost = platforms.length;
export const rareApp = apps.at(-1) as BenchApp;
export const lifeMs = 14 * 86_400_000;
/** Nothing of it ends while it is looked at. */
const keptMs = 30 * 86_400_000;
const peopleAtOnce = 100;

function appOf(index: number): BenchApp {
  return apps[index % apps.length] as BenchApp;
}

/** The first notification of each, all of one time. */
export function fillFirst(path: string, people: readonly Person[]): void {
  const at = Date.now() - lifeMs;
  const newId = openNotificationIds({ ...systemClock, now: () => at });
  const post = (person: Person, index: number) => postWrite(person, { app: appOf(index), index, at, newId });
  let made = 0;
  const nextBatch = (): FillingBatch | null => {
    const some = people.slice(made, made + peopleAtOnce);
    if (some.length === 0) return null;
    const subscribed = some.flatMap((person, index) => devicesOf(person, made + index, at));
    const posted = some.map((person, index) => post(person, made + index));
    made += some.length;
    return { writes: [...subscribed, ...posted], now: at };
  };
  fillByPlan(path, nextBatch, openEnds());
}

function devicesOf(person: Person, index: number, at: number): SubscribeWrite[] {
  const { id: app, host: targetHostName } = appOf(index);
  return platforms.map((platform) => {
    const channel = channelOf(platform, index);
    const { subscription, ...write } = subscribeWrite(person, platform, channel);
    const own = { app, targetHostName, created: at, registered: at, ...addressed(app, channel) };
    return { ...write, subscription: { ...subscription, ...own } };
  });
}

function channelOf(platform: PlatformType, index: number): Channel {
  const token = index.toString(16).padStart(64, '0');
  const host = 'push.bench.example';
  switch (platform) {
    case 'ios':
      return { type: 'apns', token, topic: 'com.contoso.app', environment: 'production' };
    case 'android':
      return { type: 'fcm', token: `device:${token}` };
    case 'windows':
      return { type: 'wns', channelUri: `https://${host}/wns/${token}` };
    case 'webPush':
      return {
        type: 'webPush',
        endpoint: `https://${host}/web/${token}`,
        keys: { p256dh: token, auth: 'auth' },
      };
  }
}

interface Posted {
  readonly app: BenchApp;
  readonly index: number;
  readonly at: number;
  readonly newId: (user: UserKey) => string;
}

/** Of the notification that is so many-th of its person; persons are counted from 1, in the order in which each store has them. */
export function nameOf(person: number, seq: number): string {
  return `filled-${seq}-${person}`;
}

function postWrite(person: Person, { app, index, at, newId }: Posted): PostWrite {
  const feed = feedOf(person);
  const appNotificationId = nameOf(index + 1, 1);
  const content = { ...contentOf(appNotificationId), targetHostName: app.host };
  return {
    kind: 'post',
    ...feed,
    app: app.id,
    id: newId(feed.user),
    content: JSON.stringify(content),
    appNotificationId,
    sentAs: hash('sha256', appNotificationId, 'base64url'),
    expires: at + keptMs,
    displaySeconds: null,
    question: null,
    storageBytesMax: Number.MAX_SAFE_INTEGER,
    evictable: null,
  };
}

const answers = {
  failed: [
    { verdict: 'refused', status: 400, reason: 'BadTopic' },
    { verdict: 'refused', status: 403, reason: 'InvalidProviderToken' },
    { verdict: 'retry', status: 503, reason: 'the push service did not answer' },
  ],
  accepted: { verdict: 'accepted', status: 200, reason: null },
} as const;

/** Of a hundred 4 have failed, 20 were spared, 6 withdrawn; of the others half were fetched. */
function openEnds(): (delivery: StoredDelivery) => StoredDelivery {
  let made = 0;
  return (delivery) => {
    const index = made++;
    const place = (index * 37) % 100;
    const at = delivery.plannedAt + 200 + place;
    const isSpared = delivery.app === rareApp.id && index % 100_000 > 10;
    const sent = { attempts: 1, due: at, sentAt: at };
    if (place < 4 && !isSpared) {
      const answer = answers.failed[index % answers.failed.length] as (typeof answers.failed)[number];
      const tried = { attempts: answer.verdict === 'retry' ? 12 : 1, due: at, answer: { ...answer, at } };
      return { ...delivery, ...tried, status: 'failed', reason: answer.reason };
    }
    if (place < 24)
      return { ...delivery, status: 'skipped', reason: 'the device has fetched it', fetchedAt: at };
    if (place < 30) return { ...delivery, status: 'withdrawn', reason: 'it was handled elsewhere', due: at };
    const answer = { ...answers.accepted, at };
    return {
      ...delivery,
      ...sent,
      status: 'accepted',
      answer,
      fetchedAt: place % 2 === 0 ? at + 5000 : null,
    };
  };
}
