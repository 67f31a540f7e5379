// The browser's push subscription and the hub's stay the same: when the browser makes a new one, and before the hub's
// lease ends, it is posted again under the same installation, which keeps the UNS-ID.
import type { Requests } from '../requests.ts';
import type { PushRegistration } from '../web-push-kept.ts';
import { channelOf } from '../web-push-subscription.ts';
import type { Desk } from './desk.ts';

/** A worker that wakes once in two weeks never loses its lease of 30 days. */
const renewBeforeMs = 15 * 24 * 3_600_000;

/** Does nothing while both are as they were. */
export async function renew(desk: Desk, requests: Requests): Promise<void> {
  const { registration, renew: isDue } = await desk.store.read();
  if (!registration) return;
  if (!isDue && registration.leaseUntil - desk.clock.now() > renewBeforeMs) return;
  const subscription = await subscriptionOf(desk, requests);
  const answer = await requests.subscribe({ ...registration.post, channel: channelOf(subscription) });
  const renewed: PushRegistration = {
    ...registration,
    subscriptionId: answer.id,
    leaseUntil: Date.parse(answer.expirationDateTime),
  };
  requests.device = answer.id;
  await desk.store.change((kept) => ({ ...kept, registration: renewed, renew: false }));
}

async function subscriptionOf({ scope }: Desk, requests: Requests): Promise<PushSubscription> {
  const { pushManager } = scope.registration;
  const current = await pushManager.getSubscription();
  if (current) return current;
  const applicationServerKey = await requests.vapidPublicKey();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
}
