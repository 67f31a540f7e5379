// The browser's push subscription and the hub's stay the same: when the browser makes a new one, and before the hub's
// lease ends, the hub is told under the same UNS-ID. What the user called the device meanwhile stays.
import type { Channel, Subscription } from '@carillon/protocol';
import { HubError } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import { channelOf } from '../web-push/channel.ts';
import type { PushRegistration } from '../web-push/push-record.ts';
import type { Desk } from './push-worker.ts';

/** A worker that wakes once in two weeks never loses its lease of 30 days. */
const renewBeforeMs = 15 * 24 * 3_600_000;
const leaseMs = 30 * 24 * 3_600_000;

/** Does nothing while both are as they were. */
export async function renew(desk: Desk, requests: Requests): Promise<void> {
  const { registration, renew: isDue } = await desk.store.read();
  if (!registration) return;
  if (!isDue && registration.leaseUntil - desk.clock.now() > renewBeforeMs) return;
  const subscription = await subscriptionOf(desk, requests);
  const expirationDateTime = new Date(desk.clock.now() + leaseMs).toISOString();
  const answer = await tell(requests, registration, { channel: channelOf(subscription), expirationDateTime });
  const renewed: PushRegistration = {
    ...registration,
    subscriptionId: answer.id,
    leaseUntil: Date.parse(answer.expirationDateTime),
  };
  requests.device = answer.id;
  await desk.store.change((kept) => ({ ...kept, registration: renewed, renew: false }));
}

/** One that the hub no longer has is posted again, under the same installation. */
async function tell(
  requests: Requests,
  { subscriptionId, post }: PushRegistration,
  news: { readonly channel: Channel; readonly expirationDateTime: string },
): Promise<Subscription> {
  try {
    return await requests.updateSubscription(subscriptionId, news);
  } catch (error) {
    if (!(error instanceof HubError) || error.kind !== 'notFound') throw error;
    return requests.subscribe({ ...post, ...news });
  }
}

async function subscriptionOf({ scope }: Desk, requests: Requests): Promise<PushSubscription> {
  const { pushManager } = scope.registration;
  const current = await pushManager.getSubscription();
  if (current) return current;
  const applicationServerKey = await requests.vapidPublicKey();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
}
