// What a user has registered, for an operator who is asked why a device stays silent. Neither the UNS-ID nor a push
// address is told: each is a capability, so only the end of the address shows, beside a hash that tells places apart.
import type { Channel } from '@carillon/protocol';
import { formatDateTime } from '../../model/date-time.ts';
import { HubError } from '../../model/errors.ts';
import { type UserKey, userKey } from '../../model/principal.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
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
  const value = (await read.subscriptionsOfUser(owner.user)).map((each) => show(each, now));
  return { outcome: 'ok', body: { user: { id: owner.subject, name: owner.name }, value } };
}

async function findOwner(idOrName: string, { feed, registry, issuers }: AdminServices): Promise<FeedRow> {
  const local = registry.users.findByName(idOrName);
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

function show(subscription: StoredSubscription, now: number) {
  const { app, id, channel, leaseUntil } = subscription;
  return {
    subscription: shortHash(id),
    appId: app,
    installationId: subscription.installationId,
    displayName: subscription.displayName,
    targetHostName: subscription.targetHostName,
    platformType: subscription.platform,
    notificationType: subscription.notificationType,
    channel: channel && showChannel(channel),
    expired: leaseUntil <= now,
    expirationDateTime: formatDateTime(leaseUntil),
    createdDateTime: formatDateTime(subscription.created),
  };
}

const endCharacters = 4;

function showChannel(channel: Channel) {
  const address = addressOf(channel);
  return { type: channel.type, host: hostOf(address), addressEnd: address.slice(-endCharacters) };
}

function addressOf(channel: Channel): string {
  switch (channel.type) {
    case 'wns':
      return channel.channelUri;
    case 'webPush':
      return channel.endpoint;
    case 'apns':
    case 'fcm':
      return channel.token;
  }
}

/** Whose push service it is; a token has none. */
function hostOf(address: string): string | null {
  return URL.parse(address)?.host || null;
}
