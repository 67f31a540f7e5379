// A user's subscriptions, for an operator who looks into a silent device. Neither the UNS-ID nor the push address is
// shown, since each is a capability: only the end of the address, and a hash that distinguishes subscriptions.
import { formatDateTime } from '../../model/date-time.ts';
import { HubError } from '../../model/errors.ts';
import { type UserKey, userKey } from '../../model/principal.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import { capabilityOf } from '../../push/channels/channels.ts';
import type { ChannelDescriptors } from '../../push/channels/descriptor.ts';
import type { FeedRow } from '../../store/store.ts';
import type { AdminAnswer, AdminCall, AdminServices } from './call.ts';
import { shortHash } from './deliveries.ts';

export async function listUserSubscriptions(
  { params }: AdminCall,
  services: AdminServices,
): Promise<AdminAnswer> {
  const { read } = services.feed;
  const owner = await findOwner(params.user ?? '', services);
  const now = services.clock.now();
  const value = (await read.subscriptionsOfUser(owner.user)).map((each) =>
    show(each, services.channels, now),
  );
  return { outcome: 'ok', body: { user: { id: owner.subject, name: owner.name }, value } };
}

async function findOwner(idOrName: string, { feed, registry, issuers }: AdminServices): Promise<FeedRow> {
  const local = await registry.users.findByName(idOrName);
  const subjects = local ? [idOrName, local.id] : [idOrName];
  const keys: UserKey[] = issuers.flatMap((issuer) => subjects.map((subject) => userKey(issuer, subject)));
  for (const key of keys) {
    const owner = await feed.read.owner(key);
    if (owner) return owner;
  }
  throw new HubError(
    'notFound',
    'No such user has ever called: give the id (oid, else sub) that its tokens hold, or the name of a local user.',
  );
}

function show(subscription: StoredSubscription, channels: ChannelDescriptors, now: number) {
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
