// Plans what endpoints are told of a change: change × change subscriptions → rows that wait, in the transaction of the
// change. Created and updated of one notification are rows of their own. Without change subscriptions nothing is done.
import type { ChangeType, NewWebhookChange, Watch, Watches } from '../../model/change-subscription.ts';
import { isOpen, type StoredDelivery } from '../../model/delivery.ts';
import { notificationJson } from '../../model/notification.ts';
import type { Change, ChangeCause } from '../../model/write.ts';

const typeOf: Readonly<Record<ChangeCause, ChangeType>> = {
  posted: 'created',
  replaced: 'updated',
  state: 'updated',
  woken: 'updated',
  deleted: 'deleted',
  expired: 'deleted',
};

const nobody: readonly Watch[] = [];

export function planWebhooks(change: Change, watches: Watches, now: number): NewWebhookChange[] {
  const { notification, user, seq, cause } = change;
  const type = typeOf[cause];
  const told = (watch: Watch): boolean =>
    watch.resource !== 'users/getAllDeliveries' &&
    watch.changeTypes.includes(type) &&
    watch.expires > now &&
    (watch.seesAll || watch.app === notification.app);
  const all = [
    ...(watches.byUser.get(user) ?? nobody),
    ...(watches.byApp.get(notification.app) ?? nobody),
  ].filter(told);
  let json: string | null = null;
  return all.map(({ id, withData }) => {
    const hasData = withData && type !== 'deleted';
    if (hasData) json ??= notificationJson(notification, now);
    const about = { notification: notification.id, changes: notification.changes };
    return { backlog: id, user, seq, type, ...about, at: now, data: hasData ? json : null };
  });
}

/** A delivery has ended, of a notification that `creator` posted. */
export function planEndedDelivery(
  row: StoredDelivery,
  { creator, watches, now }: { creator: string; watches: Watches; now: number },
): NewWebhookChange[] {
  if (isOpen(row.status) || row.kind === 'clear') return [];
  const told = (watches.byApp.get(creator) ?? nobody).filter(
    ({ resource, expires }) => resource === 'users/getAllDeliveries' && expires > now,
  );
  if (told.length === 0) return [];
  const { user, seq, notification } = row;
  const data = JSON.stringify(row);
  return told.map(({ id }) => ({
    ...{ backlog: id, user, seq, type: 'updated' as const, notification },
    ...{ changes: 0, at: now, data },
  }));
}

/** How its deliveries end is to be told to somebody. */
export function watchesDeliveries(watches: Watches | null | undefined, creator: string): boolean {
  const all = watches?.byApp.get(creator) ?? nobody;
  return all.some(({ resource }) => resource === 'users/getAllDeliveries');
}
