// Keeps the browser's push subscription and the hub's the same. A new subscription of the browser, and a lease that is
// about to end, are sent under the same UNS-ID; the name that the user gave the device stays.
import type { Channel, Subscription } from '@carillon/protocol';
import type { Clock } from '../clock.ts';
import { HubError } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import { channelOf } from '../web-push/channel.ts';
import type { PushRegistration } from '../web-push/push-record.ts';
import type { PushStore } from '../web-push/push-store.ts';

/** A worker that runs once in two weeks never loses its lease of 30 days. */
const renewBeforeMs = 15 * 24 * 3_600_000;
const leaseMs = 30 * 24 * 3_600_000;

export interface RenewParts {
  readonly scope: ServiceWorkerGlobalScope;
  readonly store: PushStore;
  readonly clock: Clock;
}

/** Does nothing until one of the two is due. */
export async function renew({ scope, store, clock }: RenewParts, requests: Requests): Promise<void> {
  const { registration, renew: isDue } = await store.read();
  if (!registration) return;
  if (!isDue && registration.leaseUntil - clock.now() > renewBeforeMs) return;
  const subscription = await subscriptionOf(scope, requests);
  const expirationDateTime = new Date(clock.now() + leaseMs).toISOString();
  const answer = await send(requests, registration, { channel: channelOf(subscription), expirationDateTime });
  const renewed: PushRegistration = {
    ...registration,
    subscriptionId: answer.id,
    leaseUntil: Date.parse(answer.expirationDateTime),
  };
  requests.device = answer.id;
  await store.change((record) => ({ ...record, registration: renewed, renew: false }));
}

interface Renewal {
  readonly channel: Channel;
  readonly expirationDateTime: string;
}

/** A subscription that the hub no longer has is posted again, under the same installation. */
async function send(
  requests: Requests,
  { subscriptionId, post }: PushRegistration,
  renewal: Renewal,
): Promise<Subscription> {
  try {
    return await requests.updateSubscription(subscriptionId, renewal);
  } catch (error) {
    if (!(error instanceof HubError) || error.kind !== 'notFound') throw error;
    return requests.subscribe({ ...post, ...renewal });
  }
}

async function subscriptionOf(
  { registration: { pushManager } }: ServiceWorkerGlobalScope,
  requests: Requests,
): Promise<PushSubscription> {
  const current = await pushManager.getSubscription();
  if (current) return current;
  const applicationServerKey = await requests.vapidPublicKey();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
}
