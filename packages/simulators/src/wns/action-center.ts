// What a Windows device shows of an app: the toasts that were delivered, where one of the same tag and group took the
// older one's place, without those that were removed by a DELETE or have expired, and 20 at most. Read from what was
// delivered, so that it also tells the truth when a script refused or doubled a notification.
import type { Delivered } from '../simulator.ts';
import type { RemovalMatch } from './notification-head.ts';

const shownMax = 20;

/** Oldest first. */
export function toastsShown(
  delivered: readonly Delivered[],
  { channelUri, now }: { readonly channelUri: string; readonly now: number },
): Delivered[] {
  let shown: Delivered[] = [];
  for (const push of delivered) {
    if (push.provider !== 'wns' || push.address !== channelUri) continue;
    if (push.headers['x-wns-match'] !== undefined) {
      const { removed } = push.payload as { readonly removed: RemovalMatch };
      shown = shown.filter((toast) => !matches(toast, removed));
    } else if (push.headers['x-wns-type'] === 'wns/toast') {
      shown = [...shown.filter((toast) => !isReplacedBy(toast, push)), push].slice(-shownMax);
    }
  }
  return shown.filter(({ at, headers }) => {
    const ttl = headers['x-wns-ttl'];
    return ttl === undefined || at + Number(ttl) * 1000 > now;
  });
}

function matches({ headers }: Delivered, { tag, group }: RemovalMatch): boolean {
  return (
    (tag === null || headers['x-wns-tag'] === tag) && (group === null || headers['x-wns-group'] === group)
  );
}

function isReplacedBy({ headers: old }: Delivered, { headers }: Delivered): boolean {
  const tag = headers['x-wns-tag'];
  return tag !== undefined && old['x-wns-tag'] === tag && old['x-wns-group'] === headers['x-wns-group'];
}
