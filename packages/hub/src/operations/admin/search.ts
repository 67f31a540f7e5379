// One box for an operator: whatever stands in a log or is said on the telephone leads to a person, a notification or a device.
// Ids and appNotificationIds exactly, names of persons by how they begin. It holds no content, and each look is by an index.
import { operatorLimits } from '@carillon/protocol';
import { foundSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';
import { uuidTime } from '../../lib/ids.ts';
import { formatDateTime } from '../../model/date-time.ts';
import { invalid } from '../../model/errors.ts';
import type { StoredNotification } from '../../model/notification.ts';
import { type UserKey, userKey } from '../../model/principal.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { LocalUser } from '../../store/registry.ts';
import type { FeedRow } from '../../store/store.ts';
import { collection } from '../kernel/answer.ts';
import type { Services } from '../kernel/call.ts';
import { operation } from '../kernel/operation.ts';
import { type QueryOption, text, top } from '../kernel/query.ts';
import { shortHash } from './deliveries/delivery-id.ts';

type Found = Static<typeof foundSchema>;
type FoundUser = NonNullable<Found['user']>;

const asked: QueryOption<string> = {
  schema: text.schema,
  read(given = '') {
    const trimmed = given.trim();
    if (trimmed !== '' && trimmed.length <= operatorLimits.searchCharacters) return trimmed;
    throw invalid(
      `Give what you look for as "q", in 1 to ${operatorLimits.searchCharacters} characters: a user, a notification or a subscription.`,
      'q',
    );
  },
};

export const search = operation({
  name: 'search',
  method: 'GET',
  paths: ['/admin/search'],
  access: 'operatorRead',
  summary:
    'find persons (id, beginning of the name, UNS-ID), notifications (id, `appNotificationId`) and subscriptions (UNS-ID); each has a `link` that goes on',
  query: { q: asked, $top: top(20, operatorLimits.found) },
  answer: collection('search', foundSchema, { context: null }),
  async run({ query: { q, $top: limit } }, services) {
    const looks = [
      findPeople(q, limit, services),
      findByUnsId(q, services),
      findNotifications(q, limit, services),
    ];
    const first = (await Promise.all(looks)).flat();
    const found = first.length > 0 ? first : await findEarlier(q, services);
    const value = [...new Map(found.map((each) => [`${each.type} ${each.id}`, each])).values()];
    return { outcome: 'ok', body: { value: value.slice(0, limit) } };
  },
});

/** Local users also before their first notification. The one that is meant exactly comes first. */
async function findPeople(q: string, limit: number, { read, registry, issuers }: Services): Promise<Found[]> {
  const keys = issuers.map((issuer) => userKey(issuer, q));
  const [feeds, named, users] = await Promise.all([
    Promise.all(keys.map((key) => read.owner(key))),
    read.ownersByPrefix(q, limit),
    Promise.all([registry.users.findById(q), registry.users.byPrefix(q, limit)]),
  ]);
  const [byId, byPrefix] = users;
  const local = [byId, ...byPrefix].filter((user) => user !== null);
  return [...feeds.filter((feed) => feed !== null).map(ownerOf), ...local, ...named.map(ownerOf)].map(
    showUser,
  );
}

/** It names a person and a device. */
async function findByUnsId(q: string, { unsIds, read }: Services): Promise<Found[]> {
  const named = unsIds.read(q);
  if (!named) return [];
  const [owner, subscription] = await Promise.all([
    read.owner(named.user),
    read.subscription(named.user, named.id),
  ]);
  if (!owner) return [];
  const user = ownerOf(owner);
  return [...(subscription ? [showSubscription(subscription, user)] : []), showUser(user)];
}

async function findNotifications(q: string, limit: number, { read }: Services): Promise<Found[]> {
  const [byId, named] = await Promise.all([
    read.findNotification(q.toLowerCase()),
    read.namedOfAll(q, limit),
  ]);
  const rows = [...(byId ? [byId] : []), ...named];
  const users: readonly UserKey[] = [...new Set(rows.map(({ user }) => user))];
  const owners = await Promise.all(users.map((user) => read.owner(user)));
  const known = new Map(owners.flatMap((owner) => (owner ? [[owner.user, ownerOf(owner)]] : [])));
  return rows.map((row) => showNotification(row, known.get(row.user) ?? null));
}

/** Of a version whose ids did not say where to look. */
async function findEarlier(q: string, { read }: Services): Promise<Found[]> {
  const row = await read.findEarlier(q.toLowerCase());
  const owner = row && (await read.owner(row.user));
  return row ? [showNotification(row, owner && ownerOf(owner))] : [];
}

function ownerOf({ subject: id, name }: FeedRow): FoundUser {
  return { id, name };
}

function showUser({ id, name }: Pick<LocalUser, 'id' | 'name'>): Found {
  return {
    ...{ '@odata.type': '#carillon.user', type: 'user', id, name },
    link: `/admin/users/${encodeURIComponent(id)}`,
  };
}

function showNotification(row: StoredNotification, user: FoundUser | null): Found {
  const { id, app: appId, appNotificationId } = row;
  return {
    ...{ '@odata.type': '#carillon.notification', type: 'notification', id, user, appId, appNotificationId },
    createdDateTime: formatDateTime(uuidTime(id)),
    removed: row.removed !== null,
    link: `/admin/notifications/${id}/timeline`,
  };
}

function showSubscription(row: StoredSubscription, user: FoundUser): Found {
  const { app: appId, displayName, platform: platformType } = row;
  return {
    ...{ '@odata.type': '#carillon.subscription', type: 'subscription', id: shortHash(row.id), user, appId },
    ...{ displayName, platformType, createdDateTime: formatDateTime(row.created) },
    link: `/admin/users/${encodeURIComponent(user.id)}/subscriptions`,
  };
}
