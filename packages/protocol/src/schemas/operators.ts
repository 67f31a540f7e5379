// Schemas of what operators look into: what a search finds, the timeline of a notification, nodes and numbers. Content is
// in none of them but where the summary of an operation says so.
import { deliveryStatuses } from '../delivery.ts';
import { platformTypes, readStates, userActionStates } from '../notification.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';
import { Type } from './type.ts';

const person = strictObject({ id: Type.String(), name: Type.String() });

/** `link`: where the admin API goes on. Of a subscription, `id` distinguishes it and grants nothing. */
export const foundSchema = strictObject({
  '@odata.type': oneOf(['#carillon.user', '#carillon.notification', '#carillon.subscription']),
  type: oneOf(['user', 'notification', 'subscription']),
  id: Type.String(),
  link: Type.String(),
  name: Type.Optional(Type.String()),
  user: Type.Optional(nullable(person)),
  appId: Type.Optional(Type.String()),
  appNotificationId: Type.Optional(nullable(Type.String())),
  displayName: Type.Optional(nullable(Type.String())),
  platformType: Type.Optional(oneOf(platformTypes)),
  createdDateTime: Type.Optional(dateTime),
  removed: Type.Optional(Type.Boolean()),
});

/** Of a timeline. `attempt`: what a provider answered; `cleared`: the tap that takes it off a screen was accepted. */
const timelineEvents = [
  'posted',
  'replaced',
  'committed',
  'planned',
  'skipped',
  'attempt',
  'fetched',
  'shown',
  'acted',
  'answered',
  'read',
  'activated',
  'dismissed',
  'snoozed',
  'deleted',
  'expired',
  'withdrawn',
  'failed',
  'gone',
  'cleared',
] as const;

const deliveryKind = oneOf(['notify', 'fallback', 'clear']);

/** `subscription`: null for what is no one device's; else that of one of `devices`. */
const timelineEvent = strictObject({
  dateTime,
  event: oneOf(timelineEvents),
  subscription: nullable(Type.String()),
  kind: Type.Optional(deliveryKind),
  reason: Type.Optional(nullable(Type.String())),
  attempt: Type.Optional(Type.Integer({ minimum: 1 })),
  verdict: Type.Optional(oneOf(['accepted', 'retry', 'throttled', 'gone', 'refused'])),
  status: Type.Optional(nullable(Type.Integer())),
});

/** `status` and `reason` of its delivery; null where none was planned, and then `reason` says why. */
const timelineDevice = strictObject({
  subscription: Type.String(),
  displayName: nullable(Type.String()),
  platformType: nullable(oneOf(platformTypes)),
  appId: Type.String(),
  channel: nullable(Type.String()),
  isGone: Type.Boolean(),
  lastSeenDateTime: nullable(dateTime),
  status: nullable(oneOf(deliveryStatuses)),
  reason: nullable(Type.String()),
  attempts: Type.Integer({ minimum: 0 }),
  nextAttemptDateTime: nullable(dateTime),
});

/** `content` is null unless it was asked for, and is what the app posted and the person answered. */
export const timelineSchema = strictObject({
  id: Type.String(),
  appId: Type.String(),
  user: nullable(person),
  appNotificationId: nullable(Type.String()),
  createdDateTime: dateTime,
  lastModifiedDateTime: dateTime,
  expirationDateTime: dateTime,
  contentVersion: Type.Integer({ minimum: 1 }),
  removed: nullable(oneOf(['deleted', 'expired'])),
  readState: oneOf(readStates),
  userActionState: oneOf(userActionStates),
  mayViewContent: Type.Boolean(),
  content: nullable(Type.Object({}, { additionalProperties: true })),
  devices: Type.Array(timelineDevice),
  events: Type.Array(timelineEvent),
});

const appId = Type.String({ minLength: 1, maxLength: 128 });

/** What to send again; all that failed where nothing is said. */
export const redriveJobPostSchema = strictObject({
  app: Type.Optional(appId),
  channel: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  dryRun: Type.Optional(Type.Boolean()),
});

/** `foundCount` rises while it counts, `redrivenCount` while it runs. `more`: more failed than one redrive looks at. */
export const redriveJobSchema = strictObject({
  id: Type.String(),
  state: oneOf(['counting', 'running', 'done', 'cancelled', 'failed']),
  dryRun: Type.Boolean(),
  app: nullable(Type.String()),
  channel: nullable(Type.String()),
  reason: nullable(Type.String()),
  more: Type.Boolean(),
  foundCount: Type.Integer({ minimum: 0 }),
  redrivenCount: Type.Integer({ minimum: 0 }),
  startedDateTime: dateTime,
  endedDateTime: nullable(dateTime),
});

export const failureCauseSchema = strictObject({
  appId: Type.String(),
  channel: nullable(Type.String()),
  reason: nullable(Type.String()),
  count: Type.Integer({ minimum: 1 }),
});

const whole = Type.Integer({ minimum: 0 });
/** `streams` that are open, `writes` that wait for a commit, `deliveries` in memory, `attempts` under way. */
const depths = {
  ...{ streams: whole, writes: whole, deliveries: whole, attempts: whole },
  eventLoopLagSeconds: Type.Number({ minimum: 0 }),
};
/** Of the hour, each at most the bound of its bucket; null while nothing was observed. */
const percentiles = strictObject({
  count: whole,
  p50: nullable(Type.Number()),
  p95: nullable(Type.Number()),
  p99: nullable(Type.Number()),
});

/** `isBusUp`: null where the hub runs without a bus. What a silent node said last is shown of it. */
export const nodeSchema = strictObject({
  id: Type.String(),
  isAnswering: Type.Boolean(),
  state: oneOf(['up', 'draining', 'silent']),
  version: Type.String(),
  startedDateTime: dateTime,
  lastHeardDateTime: dateTime,
  streams: whole,
  createsPerSecond: Type.Number({ minimum: 0 }),
  eventLoopLagSeconds: Type.Number({ minimum: 0 }),
  isStoreUp: Type.Boolean(),
  isBusUp: nullable(Type.Boolean()),
});

/**
 * `expiry`: what is known of when such credentials end, since no provider tells. `lastRefusal`: what the provider answered last that
 * the credentials are to blame for, since they were set and within a day; of a run of such answers, when it began.
 */
const credentialHealth = strictObject({
  appId: Type.String(),
  channel: Type.String(),
  setDateTime: dateTime,
  expiry: nullable(Type.String()),
  failingSinceDateTime: nullable(dateTime),
  lastRefusal: nullable(strictObject({ dateTime, reason: Type.String() })),
});

/** Of the node that answers. The last of the points, and of the latencies, is what is since the one before. */
export const overviewSchema = strictObject({
  node: strictObject({ version: Type.String(), startedDateTime: dateTime }),
  pointSeconds: whole,
  now: strictObject(depths),
  commitSeconds: percentiles,
  createToAcceptedSeconds: percentiles,
  latencies: Type.Array(
    strictObject({ endDateTime: dateTime, accepted: percentiles, fetched: percentiles, shown: percentiles }),
  ),
  backlogByChannel: Type.Array(strictObject({ channel: Type.String(), waitingCount: whole })),
  credentials: Type.Array(credentialHealth),
  points: Type.Array(
    strictObject({
      endDateTime: dateTime,
      creates: whole,
      changes: whole,
      requests: whole,
      throttled: whole,
      deliveriesByVerdict: Type.Array(
        strictObject({ channel: Type.String(), verdict: Type.String(), count: whole }),
      ),
      ...depths,
    }),
  ),
});
