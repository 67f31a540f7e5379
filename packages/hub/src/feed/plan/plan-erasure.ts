// What erasing a user takes from the feed, step by step: first the subscriptions, so that nothing is pushed any more, then
// notifications with their deliveries, a bounded number at a time. The floor rises with each step, so a device that comes
// back meanwhile starts over. The feed itself goes last: until then the user is found, and the erasure can go on.
import type { EraseWrite, Outcomes } from '../../model/write.ts';
import type { ReadSet } from '../../store/plan-reads.ts';
import type { Overlay } from './overlay.ts';

export function readsOfErase({ user, ids }: EraseWrite, reads: ReadSet): void {
  reads.feed(user);
  for (const id of ids) reads.notification(user, id);
}

export function planErase({ user, ids }: EraseWrite, overlay: Overlay): Outcomes['erase'] {
  if (!overlay.feed(user)) return { erased: 0 };
  for (const subscription of overlay.subscriptions(user)) overlay.endSubscription(subscription);
  let erased = 0;
  for (const id of ids) {
    const row = overlay.notification(user, id);
    if (!row) continue;
    overlay.purge(row);
    erased++;
  }
  if (ids.length === 0) overlay.erased.push(user);
  return { erased };
}
