// Deliveries that failed for good, the newest first. A push address is not shown, nor is the id of a subscription: a
// delivery is named by its own sealed id.
import { limits } from '@carillon/protocol';
import { shownDeliverySchema, type shownUserSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';
import { formatDateTime } from '../../../model/date-time.ts';
import { noNotification, type StoredDelivery } from '../../../model/delivery.ts';
import type { UserKey } from '../../../model/principal.ts';
import { collection } from '../../kernel/answer.ts';
import type { Services } from '../../kernel/call.ts';
import { operation } from '../../kernel/operation.ts';
import { pageOf, readPageToken } from '../../kernel/paging.ts';
import { text, top, word } from '../../kernel/query.ts';
import { readKey, shortHash, writeDeliveryId, writeKey } from './delivery-id.ts';

export const listFailedDeliveries = operation({
  name: 'listFailedDeliveries',
  method: 'GET',
  paths: ['/admin/deliveries'],
  access: 'operatorRead',
  summary: 'list the deliveries that were given up, of all apps or one',
  query: {
    status: word(['failed']),
    app: text,
    $top: top(limits.listPageMax, limits.deltaPageMax),
    $skiptoken: text,
  },
  answer: collection('deliveries', shownDeliverySchema, { context: null }),
  async run({ query }, services) {
    const { read, adminSeal } = services;
    const paged = { seal: adminSeal, scope: 'failed deliveries', top: query.$top };
    const key = readPageToken(query.$skiptoken, paged);
    const after = key === null ? null : readKey(key);
    const app = query.app ?? null;
    const found = await read.failedDeliveries({ app, after, limit: query.$top + 1 });
    const { rows, next } = pageOf(found, { ...paged, keyOf: writeKey });
    const owners = await ownersOf(rows, services);
    const value = rows.map((delivery) => show(delivery, owners.get(delivery.user) ?? null, services));
    return { outcome: 'ok', body: { value }, ...next };
  },
});

type ShownUser = Static<typeof shownUserSchema>;

async function ownersOf(
  deliveries: readonly StoredDelivery[],
  { read }: Services,
): Promise<ReadonlyMap<UserKey, ShownUser>> {
  const users = [...new Set(deliveries.map(({ user }) => user))];
  const owners = await Promise.all(users.map((user) => read.owner(user)));
  return new Map(
    owners.flatMap((owner) => (owner ? [[owner.user, { id: owner.subject, name: owner.name }]] : [])),
  );
}

function show(delivery: StoredDelivery, user: ShownUser | null, services: Services) {
  const { app, notification, kind, platform, status, attempts, answer, reason } = delivery;
  return {
    id: writeDeliveryId(delivery, services),
    appId: app,
    user,
    notificationId: notification === noNotification ? null : notification,
    subscription: shortHash(delivery.subscription),
    kind,
    channel: services.descriptors.find(({ code }) => code === delivery.channel)?.type ?? null,
    platform,
    status,
    reason,
    attempts,
    lastAnswer: answer && {
      verdict: answer.verdict,
      status: answer.status,
      reason: answer.reason,
      dateTime: formatDateTime(answer.at),
    },
    plannedDateTime: formatDateTime(delivery.plannedAt),
    sentDateTime: delivery.sentAt === null ? null : formatDateTime(delivery.sentAt),
  };
}
