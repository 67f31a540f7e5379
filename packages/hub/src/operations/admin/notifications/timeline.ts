// Why did she not get it: everything that is recorded of one notification, overall and for each device, in the order of
// time. Content is hidden unless it is asked for, and each look at it is in the audit.
import { timelineSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';
import { uuidTime } from '../../../lib/ids.ts';
import { formatDateTime } from '../../../model/date-time.ts';
import { answerDelivery, noNotification, type StoredDelivery } from '../../../model/delivery.ts';
import { notFound } from '../../../model/errors.ts';
import { answerResponse, type StoredNotification } from '../../../model/notification.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';
import { isToldOf } from '../../../push/plan/plan.ts';
import { plain } from '../../kernel/answer.ts';
import type { Services } from '../../kernel/call.ts';
import { operation } from '../../kernel/operation.ts';
import { count as yesOrNo } from '../../kernel/query.ts';
import { shortHash } from '../deliveries/delivery-id.ts';
import { mayViewContent, viewContent } from '../view-content.ts';
import { clearsIt, mayShow, nextAttempt, timelineOf } from './timeline-events.ts';

type Timeline = Static<typeof timelineSchema>;
type Device = Timeline['devices'][number];

export const getTimeline = operation({
  name: 'getTimeline',
  method: 'GET',
  paths: ['/admin/notifications/{id}/timeline'],
  access: 'operatorRead',
  summary:
    'read what happened to a notification, overall and on each device, in the order of time; `content=true` shows its content, which the audit records',
  query: { content: yesOrNo },
  answer: plain(timelineSchema),
  async run({ params, query, ...acted }, services) {
    const id = params.id.toLowerCase();
    const row = (await services.read.findNotification(id)) ?? (await services.read.findEarlier(id));
    if (!row) throw notFound();
    const owner = await services.read.owner(row.user);
    const user = owner && { id: owner.subject, name: owner.name };
    if (query.content) await viewContent(acted, services, `users/${user?.id}/notifications/${row.id}`);
    const body = {
      ...membersOf(row),
      user,
      mayViewContent: mayViewContent(acted.principal, services),
      content: query.content ? contentOf(row) : null,
      ...(await eventsOf(row, services)),
    };
    return { outcome: 'ok', body };
  },
});

function membersOf(row: StoredNotification) {
  const { id, app: appId, appNotificationId, contentVersion, removed, readState, userActionState } = row;
  return {
    ...{ id, appId, appNotificationId, contentVersion, removed, readState, userActionState },
    createdDateTime: formatDateTime(uuidTime(id)),
    lastModifiedDateTime: formatDateTime(row.modified),
    expirationDateTime: formatDateTime(row.expires),
  };
}

/** What the app posted, and what the person answered. A tombstone has none. */
function contentOf({ content, response }: StoredNotification): Record<string, unknown> | null {
  if (content === '') return null;
  const posted: Record<string, unknown> = JSON.parse(content);
  return response === null ? posted : { ...posted, response: answerResponse(response) };
}

async function eventsOf(row: StoredNotification, services: Services) {
  const { read, clock } = services;
  const [own, taps, earlier, subscriptions, seen] = await Promise.all([
    read.deliveries(row.user, row.id),
    read.deliveries(row.user, noNotification),
    read.earlierAnswers(row.user, row.id),
    read.subscriptionsOfUser(row.user),
    read.devices(row.user, clock.now()),
  ]);
  const shownOn = new Set(own.filter(mayShow).map(({ subscription }) => subscription));
  const clears = taps.filter((tap) => clearsIt(tap, row, shownOn));
  const lastSeen = new Map(seen.map(({ subscription, seen: at }) => [subscription.id, at]));
  const known = new Map(subscriptions.map((each) => [each.id, each]));
  const ofDevice = Map.groupBy(own, ({ subscription }) => subscription);
  const ids = [...new Set([...ofDevice.keys(), ...known.keys()])];
  const devices = ids.map((id): Device => {
    const place = known.get(id) ?? null;
    const [delivery] = [...(ofDevice.get(id) ?? [])].sort((one, other) => one.plannedAt - other.plannedAt);
    return deviceOf({ id, row, place, delivery, seen: lastSeen.get(id) ?? null }, services);
  });
  return { devices, events: timelineOf({ notification: row, deliveries: [...own, ...clears], earlier }) };
}

interface DeviceRows {
  readonly id: string;
  readonly row: StoredNotification;
  /** Null when it was removed. */
  readonly place: StoredSubscription | null;
  readonly delivery: StoredDelivery | undefined;
  readonly seen: number | null;
}

function deviceOf({ id, row, place, delivery, seen }: DeviceRows, { descriptors }: Services): Device {
  const code = delivery?.channel ?? null;
  const due = delivery ? nextAttempt(delivery) : null;
  const planned = descriptors.find((each) => each.code === code)?.type ?? null;
  return {
    subscription: shortHash(id),
    displayName: place?.displayName ?? null,
    platformType: delivery?.platform ?? place?.platform ?? null,
    appId: delivery?.app ?? place?.app ?? row.app,
    channel: planned ?? place?.channel?.type ?? null,
    isGone: place === null,
    lastSeenDateTime: seen === null ? null : formatDateTime(seen),
    status: delivery ? answerDelivery(delivery, '').status : null,
    reason: delivery ? delivery.reason : place && whyNotPlanned(row, place),
    attempts: delivery?.attempts ?? 0,
    nextAttemptDateTime: due === null ? null : formatDateTime(due),
  };
}

/** Why a device that is there has no delivery. */
function whyNotPlanned(row: StoredNotification, place: StoredSubscription): string {
  if (!isToldOf(row.app, place)) return 'it is a device of another app';
  if (place.created > row.postedAt) return 'it was registered later';
  return 'its lease had expired';
}
