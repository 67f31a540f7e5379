// What the operations of a person's devices share. A device is a subscription of any app, named by a hash: its id is a
// capability of its app, which another app's token must not get.
import { createHash } from 'node:crypto';
import type { OwnDevice } from '@carillon/protocol';
import { formatDateTime } from '../../model/date-time.ts';
import { notFound } from '../../model/errors.ts';
import type { User } from '../../model/principal.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { Device, StoredSubscription } from '../../model/subscription.ts';
import { capabilityOf } from '../../push/channels/channels.ts';
import type { Services } from '../kernel/call.ts';

/** The living one of the user that the path names. */
export async function findDevice(
  id: string,
  user: User,
  { read, clock }: Services,
): Promise<StoredSubscription> {
  const devices = await read.devices(user.key, clock.now());
  const found = devices.find(({ subscription }) => deviceId(subscription) === id);
  if (!found) throw notFound();
  return found.subscription;
}

/** `sessions` are those that may be signed out. */
export function answerDevice(
  { subscription, seen }: Device,
  sessions: ReadonlySet<string>,
  services: Services,
): OwnDevice {
  const { app, channel, session } = subscription;
  return {
    id: deviceId(subscription),
    appId: app,
    appName: services.registry.apps.findById(app)?.displayName ?? app,
    targetHostName: subscription.targetHostName,
    installationId: subscription.installationId,
    displayName: subscription.displayName,
    platformType: subscription.platform,
    isPushed: channel !== null,
    pushService: channel && pushServiceOf(channel, services),
    createdDateTime: formatDateTime(subscription.created),
    lastSeenDateTime: seen === null ? null : formatDateTime(seen),
    expirationDateTime: formatDateTime(subscription.leaseUntil),
    sessionId: session !== null && sessions.has(session) ? session : null,
  };
}

function deviceId({ id }: StoredSubscription): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 22);
}

/** The host of its address; a token has none. */
function pushServiceOf(address: PushAddress, { descriptors }: Services): string | null {
  const rules = descriptors.find(({ type }) => type === address.type)?.address;
  return (rules && URL.parse(capabilityOf(address, rules))?.hostname) || null;
}
