// The verbs of a subscription: register or replace, list, read, renew, end. Its id on the wire is the UNS-ID.
// One for each user, app and installation; a push address belongs to whoever registered it last.

import { randomBytes } from 'node:crypto';
import { limits, type Subscription, type SubscriptionPatch, type SubscriptionPost } from '@carillon/protocol';
import { subscriptionPatchSchema, subscriptionPostSchema } from '@carillon/protocol/schemas';
import { parseDateTime } from '../../model/date-time.ts';
import { denied, invalid, notFound } from '../../model/errors.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { RenewWrite } from '../../model/write.ts';
import { openBodyReader } from '../kernel/body.ts';
import type { Answer, Call, Services } from '../kernel/call.ts';
import type { Addressed } from './push-addresses.ts';

const dayMs = 86_400_000;

export interface Registered {
  readonly post: Posted<SubscriptionPost>;
  readonly address: PushAddress | null;
  readonly leaseUntil: number;
}

/** What `channel` must be, the hub's channels say. */
type Posted<Body> = Omit<Body, 'channel'> & { readonly channel?: object | null };

const readPost = openBodyReader<Posted<SubscriptionPost>>(subscriptionPostSchema);
const readPatch = openBodyReader<Posted<SubscriptionPatch>>(subscriptionPatchSchema);

export function readRegistered(json: unknown, { clock, pushAddresses }: Services): Registered {
  const post = readPost(json);
  const now = clock.now();
  return {
    post,
    address: post.channel ? pushAddresses.read(post.channel) : null,
    leaseUntil: readLease(post.expirationDateTime, now) ?? now + limits.leaseDaysDefault * dayMs,
  };
}

export interface Renewed {
  /** Undefined: it stays as it is. */
  readonly address: PushAddress | null | undefined;
  readonly patch: Omit<RenewWrite['patch'], keyof Addressed>;
}

export function readRenewed(json: unknown, { clock, pushAddresses }: Services): Renewed {
  const { channel, displayName, notificationType, expirationDateTime } = readPatch(json);
  const leaseUntil = readLease(expirationDateTime, clock.now());
  return {
    address: channel && pushAddresses.read(channel),
    patch: {
      ...(displayName === undefined ? {} : { displayName }),
      ...(notificationType === undefined ? {} : { notificationType }),
      ...(leaseUntil === null ? {} : { leaseUntil }),
    },
  };
}

export async function createSubscription(call: Call<Registered>, services: Services): Promise<Answer> {
  const { user, principal } = call;
  const { post: body, address, leaseUntil } = call.body;
  if (address) await services.pushAddresses.checkResolved(address);
  if (!principal.app.hosts.includes(body.targetHostName.toLowerCase())) {
    throw denied('targetHostName is not a verified host name of the calling app.', 'targetHostName');
  }
  const { result, subscription } = await services.committer.commit({
    kind: 'subscribe',
    user: user.key,
    owner: { issuer: user.issuer, subject: user.subject, name: user.name },
    subscription: {
      user: user.key,
      app: principal.app.id,
      id: randomBytes(16).toString('base64url'),
      installationId: body.installationId,
      targetHostName: body.targetHostName,
      displayName: body.displayName ?? null,
      platform: body.platformType,
      notificationType: body.notificationType ?? 'notificationWithPayload',
      ...services.pushAddresses.addressed(principal.app.id, address),
      seesAll: principal.visibility === null,
      leaseUntil,
      created: services.clock.now(),
    },
  });
  const answered = answerSubscription(subscription, services);
  return {
    outcome: result === 'created' ? 'created' : 'ok',
    body: { ...answered },
    context: 'notificationSubscriptions/$entity',
    location: answered.id,
  };
}

export async function listSubscriptions({ user, principal }: Call, services: Services): Promise<Answer> {
  const rows = await services.read.subscriptions(user.key, principal.app.id, services.clock.now());
  const value = rows.map((row) => answerSubscription(row, services));
  return { outcome: 'ok', context: 'notificationSubscriptions', body: { value } };
}

export async function getSubscription(call: Call, services: Services): Promise<Answer> {
  const row = await services.read.subscription(call.user.key, idOf(call, services));
  if (!row || row.app !== call.principal.app.id || row.leaseUntil <= services.clock.now()) throw notFound();
  return answerOne(row, services);
}

export async function updateSubscription(call: Call<Renewed>, services: Services): Promise<Answer> {
  const { key: user } = call.user;
  const id = idOf(call, services);
  const { address, patch } = call.body;
  const { app } = call.principal;
  if (address) await services.pushAddresses.checkResolved(address);
  const renewed = await services.committer.commit({
    kind: 'renew',
    user,
    app: app.id,
    id,
    patch: address === undefined ? patch : { ...patch, ...services.pushAddresses.addressed(app.id, address) },
  });
  return answerOne(renewed.subscription, services);
}

export async function deleteSubscription(call: Call, services: Services): Promise<Answer> {
  const { key: user } = call.user;
  const id = idOf(call, services);
  await services.committer.commit({ kind: 'unsubscribe', user, app: call.principal.app.id, id });
  return { outcome: 'noContent' };
}

function answerOne(row: StoredSubscription, services: Services): Answer {
  return {
    outcome: 'ok',
    context: 'notificationSubscriptions/$entity',
    body: { ...answerSubscription(row, services) },
  };
}

/** The channel is answered as it was registered. */
type Answered = Omit<Subscription, 'channel'> & { readonly channel: PushAddress | null };

function answerSubscription(row: StoredSubscription, { unsIds }: Services): Answered {
  return {
    id: unsIds.write(row.user, row.id),
    targetHostName: row.targetHostName,
    installationId: row.installationId,
    displayName: row.displayName,
    platformType: row.platform,
    channel: row.channel,
    notificationType: row.notificationType,
    createdDateTime: new Date(row.created).toISOString(),
    expirationDateTime: new Date(row.leaseUntil).toISOString(),
  };
}

/** The path names it by its UNS-ID, which must be one of this user. */
function idOf({ id, user }: Call<unknown>, { unsIds }: Services): string {
  const named = unsIds.read(id);
  if (named?.user !== user.key) throw notFound();
  return named.id;
}

function readLease(text: string | null | undefined, now: number): number | null {
  if (text == null) return null;
  const until = parseDateTime(text);
  const target = 'expirationDateTime';
  if (until === null) throw invalid('expirationDateTime must be an RFC 3339 date and time.', target);
  if (until <= now) throw invalid('expirationDateTime is in the past.', target);
  if (until > now + limits.leaseDaysMax * dayMs) {
    throw invalid(`A lease lasts at most ${limits.leaseDaysMax} days: renew it with PATCH.`, target);
  }
  return until;
}
