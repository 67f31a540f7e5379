// Deliveries that failed for good, and the order to send them again once the cause is fixed. Neither a push address nor the
// id of a subscription is shown: a delivery has a sealed id of its own.
import { createHash } from 'node:crypto';
import { redriveSchema } from '@carillon/protocol/schemas';
import { formatDateTime } from '../../model/date-time.ts';
import { type DeliveryKey, noNotification, type StoredDelivery } from '../../model/delivery.ts';
import { invalid } from '../../model/errors.ts';
import type { UserKey } from '../../model/principal.ts';
import { openBodyReader } from '../kernel/body.ts';
import type { Query } from '../kernel/call.ts';
import { type AdminAnswer, type AdminCall, type AdminServices, audited } from './call.ts';
import { pageOf, readPaging } from './paging.ts';

const list = 'failed deliveries';
/** How many deliveries one `all` reads, so that the answer is quick. */
const redriveMax = 1000;
const batch = 100;

export async function listDeliveries(call: AdminCall, services: AdminServices): Promise<AdminAnswer> {
  const { query } = call;
  const { feed, seal } = services;
  checkStatus(query);
  const { top, after } = readPaging<DeliveryKey>(query, list, seal);
  const app = query.get('app') ?? null;
  const found = await feed.read.failedDeliveries({ app, after, limit: top + 1 });
  const page = pageOf(found, { query, list, seal, keyOf: keyOfDelivery });
  const owners = await ownersOf(page.rows, services);
  const value = page.rows.map((delivery) => show(delivery, owners.get(delivery.user) ?? null, services));
  return { outcome: 'ok', body: { value }, ...(page.next ? { next: page.next } : {}) };
}

function checkStatus(query: Query): void {
  const status = query.get('status') ?? 'failed';
  if (status.toLowerCase() !== 'failed') throw invalid('"status" must be failed.', 'status');
}

export interface Redrive {
  readonly ids?: readonly string[];
  readonly all?: boolean;
  readonly app?: string;
}

const bodyOf = openBodyReader<Redrive>(redriveSchema);

export function readRedrive(json: unknown): Redrive {
  const body = bodyOf(json);
  if ((body.ids !== undefined) === (body.all === true))
    throw invalid('Name the deliveries by "ids", or all failed ones by "all": true with an optional "app".');
  return body;
}

export async function redriveDeliveries(
  call: AdminCall<Redrive>,
  services: AdminServices,
): Promise<AdminAnswer> {
  const { ids, app = null } = call.body;
  if (ids) {
    const redriven = await services.feed.redrive(ids.map((id) => readId(id, services)));
    await note(call, services, `deliveries (${redriven} of ${ids.length} named)`);
    return { outcome: 'ok', body: { redrivenCount: redriven, more: false } };
  }
  const { redriven, more } = await redriveAll(app, services);
  await note(call, services, `deliveries (${redriven}, all${app === null ? '' : ` of apps/${app}`})`);
  return { outcome: 'ok', body: { redrivenCount: redriven, more } };
}

async function redriveAll(app: string | null, { feed }: AdminServices) {
  let redriven = 0;
  let after: DeliveryKey | null = null;
  for (let seen = 0; seen < redriveMax; seen += batch) {
    const found: readonly StoredDelivery[] = await feed.read.failedDeliveries({ app, after, limit: batch });
    const last = found.at(-1);
    if (!last) return { redriven, more: false };
    redriven += await feed.redrive(found.map(keyOfDelivery));
    if (found.length < batch) return { redriven, more: false };
    after = keyOfDelivery(last);
  }
  return { redriven, more: true };
}

/** The write is in another store, so its entry follows it: the audit never records what was not done. */
async function note(call: AdminCall, services: AdminServices, on: string): Promise<void> {
  await audited(call, services, on, async () => {});
}

function keyOfDelivery({ user, notification, subscription, kind }: DeliveryKey): DeliveryKey {
  return { user, notification, subscription, kind };
}

function readId(id: string, { seal }: AdminServices): DeliveryKey {
  const plain = seal.open(id, 'delivery');
  if (!plain)
    throw invalid('"ids" holds one that is not the id of a delivery: take them from the list.', 'ids');
  return JSON.parse(plain.toString()) as DeliveryKey;
}

interface ShownUser {
  readonly id: string;
  readonly name: string;
}

async function ownersOf(
  deliveries: readonly StoredDelivery[],
  { feed }: AdminServices,
): Promise<ReadonlyMap<UserKey, ShownUser>> {
  const users = [...new Set(deliveries.map(({ user }) => user))];
  const owners = await Promise.all(users.map((user) => feed.read.owner(user)));
  return new Map(
    owners.flatMap((owner) => (owner ? [[owner.user, { id: owner.subject, name: owner.name }]] : [])),
  );
}

function show(delivery: StoredDelivery, user: ShownUser | null, { seal, channels }: AdminServices) {
  const { app, notification, kind, platform, status, attempts, answer, reason } = delivery;
  return {
    id: seal.seal(Buffer.from(JSON.stringify(keyOfDelivery(delivery))), 'delivery'),
    appId: app,
    user,
    notificationId: notification === noNotification ? null : notification,
    subscription: shortHash(delivery.subscription),
    kind,
    channel: channels.find(({ code }) => code === delivery.channel)?.type ?? null,
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

/** Distinguishes subscriptions without revealing the id, which is part of a capability. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
