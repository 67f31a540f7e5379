// A data folder with 200 000 deliveries of 500 persons of another issuer, written by the store itself with the hub's planner:
// a fifth failed for one of four reasons, the others were accepted. The store keeps the order, so that a test names what it finds.
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { addressed } from '@carillon/testing/feed/writes.ts';
import { systemClock } from '../../../hub/src/lib/clock.ts';
import type { PlannedDelivery } from '../../../hub/src/model/delivery.ts';
import { userKey } from '../../../hub/src/model/principal.ts';
import { openNotificationIds } from '../../../hub/src/model/user-shard.ts';
import type { PostWrite, SubscribeWrite } from '../../../hub/src/model/write.ts';
import { openFeedStore } from '../../../hub/src/store/sqlite/feed/feed-store.ts';

const [persons, devices, postsEach] = [500, 10, 40];
export const deliveriesMade = persons * devices * postsEach;
export const firstPerson = 'many0000@fabrikam.example';
export const firstNotification = 'many-0-0';
const planner = new URL('../../../hub/src/hub/plan-batch.ts', import.meta.url);
const issuer = 'https://login.fabrikam.example';
const targetHostName = 'a.example';
const dayMs = 86_400_000;
/** What a page of the console must never hold. */
export const secretTitle = 'A title that is private';
export const secretToken = 'device-token-that-is-a-capability';

export async function fillMany(dataDir: string): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const store = await openFeedStore({ path: join(dataDir, 'feed.db'), planner });
  const newId = openNotificationIds(systemClock);
  const people = Array.from({ length: persons }, (_, index) => personOf(index));
  const now = Date.now();
  await store.commit(
    people.flatMap((person, at) =>
      Array.from({ length: devices }, (_, each) => deviceOf(person, at, each, now)),
    ),
    now,
  );
  for (let turn = 0; turn < postsEach; turn++) {
    const writes = people.map((person, at) => postOf(person, { at, turn, id: newId(person.user), now }));
    const { deliveries } = await store.commit(writes, now);
    await store.commit(
      [{ kind: 'record', results: deliveries.map((each, at) => resultOf(each, at, now)) }],
      now,
    );
  }
  await store.close();
}

function personOf(index: number) {
  const name = `many${String(index).padStart(4, '0')}@fabrikam.example`;
  const subject = `many-${index}`;
  return { user: userKey(issuer, subject), owner: { issuer, subject, name } };
}

type Person = ReturnType<typeof personOf>;

function deviceOf({ user, owner }: Person, at: number, each: number, now: number): SubscribeWrite {
  const name = `${secretToken}-${at}-${each}`;
  const times = { leaseUntil: now + 30 * dayMs, created: now, registered: now };
  const subscription = {
    ...{ user, app: 'app-a', id: createHash('md5').update(name).digest('base64url'), installationId: name },
    ...{ targetHostName, displayName: `Phone ${each}`, platform: 'android' as const },
    ...{ notificationType: 'notificationWithPayload' as const, seesAll: false, session: null },
    ...{ ...times, ...addressed('app-a', { type: 'fcm', token: name }) },
  };
  return { kind: 'subscribe', user, owner, subscription };
}

function postOf(
  { user, owner }: Person,
  { at, turn, id, now }: { at: number; turn: number; id: string; now: number },
): PostWrite {
  const appNotificationId = `many-${at}-${turn}`;
  const content = {
    ...{ appNotificationId, targetHostName, groupName: null, priority: 'High' },
    payload: { visualContent: { title: secretTitle } },
    targetPolicy: { platformTypes: ['android'] },
    fallbackPolicy: null,
  };
  return {
    ...{ kind: 'post', user, owner, app: 'app-a', id, content: JSON.stringify(content), appNotificationId },
    ...{ sentAs: randomUUID(), expires: now + dayMs, displaySeconds: null, question: null },
    ...{ storageBytesMax: Number.MAX_SAFE_INTEGER, evictable: null },
  };
}

function resultOf(delivery: PlannedDelivery, at: number, now: number) {
  const { app: _, channel, ...key } = delivery;
  const isFailed = at % 5 === 0;
  const reason = isFailed ? `HTTP 40${Math.floor(at / 5) % 4}` : null;
  const answer = {
    ...{ verdict: isFailed ? ('refused' as const) : ('accepted' as const), status: isFailed ? 400 : 200 },
    ...{ reason, at: now },
  };
  return {
    ...{ ...key, status: isFailed ? ('failed' as const) : ('accepted' as const), reason, attempts: 1 },
    ...{ due: now, sentAt: now, truncated: false, dropped: [], answer, planned: { channel, at: now } },
  };
}
