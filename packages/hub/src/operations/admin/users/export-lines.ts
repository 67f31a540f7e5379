// All that the hub holds of a person, as JSON lines: the account, sign-ins, devices, change subscriptions, notifications with their deliveries, and
// what stands of the person in the audit. Read page by page, as fast as it is taken. Hashes of passwords and tokens are no
// part of it. The last line says that it is whole.
import { listSessions } from '../../../auth/provider/grants/sessions.ts';
import { formatDateTime } from '../../../model/date-time.ts';
import { noNotification, type StoredDelivery } from '../../../model/delivery.ts';
import { membersJson, type StoredNotification } from '../../../model/notification.ts';
import { readPreferences } from '../../../model/preferences/preferences.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';
import type { FeedRow } from '../../../store/store.ts';
import type { Services } from '../../kernel/call.ts';
import { answerQuietHours } from '../../preferences/preferences.ts';
import { shortHash } from '../deliveries/delivery-id.ts';
import { type Person, watchesOf } from './person.ts';
import { showUser } from './user.ts';

const rowsAtOnce = 50;
const entriesAtOnce = 500;

/** `mayName`: whether its reader may know who did what to the person. */
export async function* linesOf(person: Person, services: Services, mayName: boolean): AsyncGenerator<string> {
  const { id, local, feed } = person;
  yield line('user', { issuer: feed?.issuer, ...(local ? showUser(local) : { id, name: feed?.name }) });
  for (const session of await listSessions(services.registry, id, services.clock.now()))
    yield line('session', session);
  if (feed?.preferences) yield line('preferences', showPreferences(feed.preferences));
  yield* changeSubscriptionsOf(person, services);
  if (feed) yield* feedOf(feed, services);
  yield* auditOf(person, services, mayName);
  yield line('end', {});
}

/** The rest of an endpoint's URL, its `clientState` and its secrets are the app's. */
async function* changeSubscriptionsOf(person: Person, services: Services): AsyncGenerator<string> {
  const hostOf = (url: string | null) => url && new URL(url).host;
  for (const { id } of watchesOf(person.id, services)) {
    const found = await services.registry.changeSubscriptions.find(id);
    if (!found) continue;
    yield line('changeSubscription', {
      ...{ id, appId: found.app, clientId: found.clientId, resource: found.resource },
      changeType: found.changeTypes.join(','),
      endpointHost: hostOf(found.notificationUrl),
      lifecycleEndpointHost: hostOf(found.lifecycleUrl),
      includeResourceData: found.withData,
      createdDateTime: formatDateTime(found.created),
      expirationDateTime: formatDateTime(found.expires),
      ended: found.ended,
    });
  }
}

async function* feedOf({ user }: FeedRow, { read, clock }: Services): AsyncGenerator<string> {
  for (const device of await read.subscriptionsOfUser(user)) yield line('device', showDevice(device));
  for (const tap of await read.deliveries(user, noNotification)) yield line('delivery', showDelivery(tap));
  for (let after = 0; ; ) {
    const page = await read.changes(user, null, after, rowsAtOnce);
    for (const row of page.rows) {
      yield notificationLine(row, clock.now());
      for (const each of await read.deliveries(user, row.id)) yield line('delivery', showDelivery(each));
    }
    if (page.scannedTo <= after || page.scannedTo >= page.head) return;
    after = page.scannedTo;
  }
}

async function* auditOf(
  { id, local, feed }: Person,
  { registry }: Services,
  mayName: boolean,
): AsyncGenerator<string> {
  const names = new Set([local?.name, feed?.name, id]);
  for (let before: number | null = null; ; ) {
    const entries = await registry.audit.list({ before, limit: entriesAtOnce });
    for (const { at, who, from, what, on } of entries) {
      const concerns = `${on}/`.startsWith(`users/${id}/`) || names.has(who);
      if (!concerns) continue;
      const act = { dateTime: formatDateTime(at), what, on };
      // What others did stands here by what it was: their names and addresses are theirs.
      yield line('audit', mayName || names.has(who) ? { ...act, who, from } : act);
    }
    before = entries.at(-1)?.id ?? null;
    if (before === null) return;
  }
}

function line(type: string, members: object): string {
  return `${JSON.stringify({ type, ...members })}\n`;
}

function notificationLine(row: StoredNotification, now: number): string {
  const { id, app: appId, removed, modified } = row;
  if (removed === null)
    return `{"type":"notification","appId":${JSON.stringify(appId)},${membersJson(row, now).slice(1)}\n`;
  return line('removedNotification', { id, appId, removed, removedDateTime: formatDateTime(modified) });
}

function showPreferences(stored: string) {
  const { mutes, quietHours } = readPreferences(stored);
  return {
    mutes: mutes.map(({ app, host, group, device, until }) => ({
      ...{ appId: app, targetHostName: host, groupName: group, device: device && shortHash(device) },
      untilDateTime: until === null ? null : formatDateTime(until),
    })),
    quietHours: quietHours && answerQuietHours(quietHours),
  };
}

/** Its id is a capability; the push address is the person's. */
function showDevice({
  id,
  user: _,
  addressHash: __,
  leaseUntil,
  created,
  registered,
  app,
  ...device
}: StoredSubscription) {
  const dates = {
    createdDateTime: formatDateTime(created),
    registeredDateTime: formatDateTime(registered || created),
    expirationDateTime: formatDateTime(leaseUntil),
  };
  return { device: shortHash(id), appId: app, ...device, ...dates };
}

function showDelivery({ subscription, notification, kind, app, status, reason, ...more }: StoredDelivery) {
  const { plannedAt, sentAt, fetchedAt, shownAt, actedAt, answer } = more;
  const date = (at: number | null) => (at === null ? null : formatDateTime(at));
  return {
    device: shortHash(subscription),
    appId: app,
    notificationId: notification === noNotification ? null : notification,
    ...{ kind, status, reason },
    lastAnswer: answer && { ...answer, at: date(answer.at) },
    plannedDateTime: date(plannedAt),
    sentDateTime: date(sentAt),
    fetchedDateTime: date(fetchedAt),
    shownDateTime: date(shownAt),
    actedDateTime: date(actedAt),
  };
}
