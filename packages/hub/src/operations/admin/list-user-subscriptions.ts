// A user's subscriptions, for an operator who looks into a silent device. Neither the UNS-ID nor the push address is
// shown, since each is a capability: only the end of the address, and a hash that distinguishes subscriptions.
import { shownSubscriptionSchema, shownUserSchema } from '@carillon/protocol/schemas';
import { formatDateTime } from '../../model/date-time.ts';
import { HubError } from '../../model/errors.ts';
import { type UserKey, userKey } from '../../model/principal.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import { capabilityOf } from '../../push/channels/channels.ts';
import type { ChannelDescriptors } from '../../push/channels/descriptor.ts';
import type { FeedRow } from '../../store/store.ts';
import { collection } from '../kernel/answer.ts';
import type { Services } from '../kernel/call.ts';
import { operation } from '../kernel/operation.ts';
import { shortHash } from './deliveries/delivery-id.ts';

export const listUserSubscriptions = operation({
  name: 'listUserSubscriptions',
  method: 'GET',
  paths: ['/admin/users/{user}/subscriptions'],
  access: 'operatorRead',
  summary:
    "list a user's subscriptions of all apps, without UNS-ID and push address; `{user}` is the name of a local user, or the `oid`, else `sub`, of their tokens",
  answer: collection('subscriptions', shownSubscriptionSchema, {
    context: null,
    more: { user: shownUserSchema },
  }),
  async run({ params }, services) {
    const owner = await findOwner(params.user, services);
    const now = services.clock.now();
    const { read, descriptors } = services;
    const [rows, devices] = await Promise.all([
      read.subscriptionsOfUser(owner.user),
      read.devices(owner.user, now),
    ]);
    const seen = new Map(devices.map((each) => [each.subscription.id, each.seen]));
    const value = rows.map((each) =>
      show(each, { channels: descriptors, seen: seen.get(each.id) ?? null, now }),
    );
    return { outcome: 'ok', body: { user: { id: owner.subject, name: owner.name }, value } };
  },
});

async function findOwner(idOrName: string, { read, registry, issuers }: Services): Promise<FeedRow> {
  const local = await registry.users.findByName(idOrName);
  const subjects = local ? [idOrName, local.id] : [idOrName];
  const keys: UserKey[] = issuers.flatMap((issuer) => subjects.map((subject) => userKey(issuer, subject)));
  for (const key of keys) {
    const owner = await read.owner(key);
    if (owner) return owner;
  }
  throw new HubError(
    'notFound',
    'No such user has ever called: give the id (oid, else sub) that its tokens hold, or the name of a local user.',
  );
}

interface Shown {
  readonly channels: ChannelDescriptors;
  readonly seen: number | null;
  readonly now: number;
}

function show(subscription: StoredSubscription, { channels, seen, now }: Shown) {
  const { app, id, channel, leaseUntil } = subscription;
  return {
    subscription: shortHash(id),
    appId: app,
    installationId: subscription.installationId,
    displayName: subscription.displayName,
    targetHostName: subscription.targetHostName,
    platformType: subscription.platform,
    notificationType: subscription.notificationType,
    channel: channel && showChannel(channel, channels),
    expired: leaseUntil <= now,
    expirationDateTime: formatDateTime(leaseUntil),
    createdDateTime: formatDateTime(subscription.created),
    lastSeenDateTime: seen === null ? null : formatDateTime(seen),
  };
}

const endCharacters = 4;

/** Of a channel that this hub does not have nothing is known but its name. */
function showChannel(address: PushAddress, channels: ChannelDescriptors) {
  const { type } = address;
  const rules = channels.find((each) => each.type === type)?.address;
  const capability = rules ? capabilityOf(address, rules) : '';
  return { type, host: hostOf(capability), addressEnd: capability.slice(-endCharacters) };
}

/** Whose push service it is; a token has none. */
function hostOf(address: string): string | null {
  return URL.parse(address)?.host || null;
}
