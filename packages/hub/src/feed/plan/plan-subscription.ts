// What a write does to a subscription. There is one for each (user, app, installation). A push address belongs to the one
// that registered it last; the former owner keeps its id and lease, without a channel.
import { limits } from '@carillon/protocol';
import { invalid, notFound } from '../../model/errors.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { GoneWrite, Outcomes, RenewWrite, SubscribeWrite, UnsubscribeWrite } from '../../model/write.ts';
import type { ReadSet } from '../../store/plan-reads.ts';
import type { Overlay } from './overlay.ts';

export function readsOfSubscribe({ user, subscription }: SubscribeWrite, reads: ReadSet): void {
  reads.feed(user);
  reads.begin(user);
  reads.address(user, subscription.addressHash);
}

export function planSubscribe(write: SubscribeWrite, overlay: Overlay, now: number): Outcomes['subscribe'] {
  const { user, app, installationId } = write.subscription;
  overlay.beginFeed(user, write.owner);
  const before = overlay.subscriptionByInstallation(user, app, installationId);
  if (!before) makeRoom(write, overlay, now);
  const subscription = before
    ? { ...write.subscription, id: before.id, created: before.created, ...registration(before, now) }
    : write.subscription;
  put(subscription, overlay);
  return { result: before ? 'replaced' : 'created', subscription };
}

/** One that ended long ago gives way; with as many living ones as there may be, the new one is refused. */
function makeRoom({ subscription: { user, app } }: SubscribeWrite, overlay: Overlay, now: number): void {
  if (overlay.countSubscriptions(user, app) < limits.subscriptionsPerUserAndApp) return;
  const lapsed = overlay.lapsedSubscription(user, app, now);
  if (!lapsed) {
    throw invalid(
      `A user has at most ${limits.subscriptionsPerUserAndApp} subscriptions of an app: delete one that is no longer used.`,
      'installationId',
    );
  }
  overlay.endSubscription(lapsed);
}

export function readsOfRenew({ user, patch }: RenewWrite, reads: ReadSet): void {
  reads.feed(user);
  reads.address(user, patch.addressHash ?? null);
}

/** An expired lease ends a subscription; registering its installation again restores it. */
export function planRenew(write: RenewWrite, overlay: Overlay, now: number): Outcomes['renew'] {
  const before = overlay.subscription(write.user, write.app, write.id);
  if (!before || before.leaseUntil <= now) throw notFound();
  const anew = write.patch.channel ? registration(before, now) : {};
  const subscription = { ...before, ...write.patch, ...anew };
  put(subscription, overlay);
  return { subscription };
}

export function readsOfUnsubscribe({ user }: UnsubscribeWrite, reads: ReadSet): void {
  reads.feed(user);
}

export function planUnsubscribe(write: UnsubscribeWrite, overlay: Overlay): Outcomes['unsubscribe'] {
  const before = overlay.subscription(write.user, write.app, write.id);
  if (!before) throw notFound();
  overlay.endSubscription(before);
  return { ended: true };
}

export function readsOfGone({ user, addressHash }: GoneWrite, reads: ReadSet): void {
  reads.feed(user);
  reads.dead.push(addressHash);
}

/** Only that registration: a device that registered anew meanwhile is not gone, be it with the same address. */
export function planGone(write: GoneWrite, overlay: Overlay): Outcomes['gone'] {
  const before = overlay.subscription(write.user, write.app, write.id);
  if (!before?.channel) return { ended: false, registeredAnew: false };
  if (before.addressHash !== write.addressHash || before.registered !== write.registered)
    return { ended: false, registeredAnew: true };
  overlay.endSubscription(before);
  return { ended: true, registeredAnew: false };
}

/** Two within one millisecond are told apart too. */
function registration(
  { registered }: StoredSubscription,
  now: number,
): Pick<StoredSubscription, 'registered'> {
  return { registered: now === registered ? now + 1 : now };
}

function put(subscription: StoredSubscription, overlay: Overlay): void {
  const { addressHash: hash } = subscription;
  const holder = hash === null ? null : overlay.addressHolder(hash);
  if (holder && holder.id !== subscription.id && holder.addressHash === hash) {
    overlay.putSubscription({ ...holder, channel: null, addressHash: null });
  }
  overlay.putSubscription(subscription);
}
