// The page's part for the notifications that its worker has shown: it closes what was handled, here or on another device,
// and everything when the user signs out. It needs no push.
import type { Notification as HubNotification } from '@carillon/protocol';
import { systemClock } from '../clock.ts';
import type { Feed } from '../feed/feed.ts';
import { closableAfterMs, isSurelyChromium } from './engine.ts';
import { emptyRecord } from './push-record.ts';
import { hubTime, openPushStore, readPushRecord } from './push-store.ts';

/** Closes them, here and in the worker's record, so that a late push doesn't show them again. Returns how many it closed. */
export async function closeHandled(
  registration: ServiceWorkerRegistration,
  ids: readonly string[],
): Promise<number> {
  const wanted = new Set(ids);
  const shown = (await registration.getNotifications()).filter(({ tag }) => wanted.has(tag));
  await closeWhenAllowed(shown);
  registration.active?.postMessage({ type: 'carillon-handled', ids });
  return shown.length;
}

/**
 * Closes what each change of the feed handles, and lets the worker send what was done on the screen once there is a connection: not every
 * browser starts it for that. Returns how to stop.
 */
export function closeWhatIsHandled(feed: Feed, registration: ServiceWorkerRegistration): () => void {
  let isStopped = false;
  const follow = async (): Promise<void> => {
    for await (const change of feed.changes()) {
      if (isStopped) return;
      if (change.type === 'removed') await closeHandled(registration, [change.id]);
      if (change.type === 'changed' && isHandled(change.item))
        await closeHandled(registration, [change.item.id]);
      if (change.type === 'replaced') await closeAllBut(feed.items, registration);
    }
  };
  void follow();
  let wasLive = false;
  const settle = (): void => {
    const isLive = feed.status.phase === 'live';
    if (isLive && !wasLive) registration.active?.postMessage({ type: 'carillon-settle' });
    wasLive = isLive;
  };
  settle();
  const unsubscribe = feed.subscribe(settle);
  return () => {
    isStopped = true;
    unsubscribe();
  };
}

/** At sign-out: removes everything that was shown, and the push record, before the next user signs in. */
export async function forgetNotifications(registration: ServiceWorkerRegistration): Promise<void> {
  registration.active?.postMessage({ type: 'carillon-signed-out' });
  await closeWhenAllowed((await registration.getNotifications()).filter(isOurs));
  const store = openPushStore();
  try {
    await store.change(() => ({ ...emptyRecord, signedOut: true }));
  } finally {
    await store.close();
  }
}

/** After a resync the page may have missed what was handled in between. */
async function closeAllBut(
  items: readonly HubNotification[],
  registration: ServiceWorkerRegistration,
): Promise<void> {
  const open = new Set(items.filter((item) => !isHandled(item)).map(({ id }) => id));
  const shown = (await registration.getNotifications()).filter(isOurs);
  const ids = shown.map(({ tag }) => tag).filter((id) => !open.has(id));
  if (ids.length > 0) await closeHandled(registration, ids);
}

/** A page can wait for an engine that keeps what was just shown. The worker noted when, by the hub's clock. */
async function closeWhenAllowed(shown: readonly Notification[]): Promise<void> {
  if (shown.length === 0) return;
  const isChromium = isSurelyChromium(navigator);
  const now = isChromium ? 0 : hubTime(await readPushRecord());
  for (const notification of shown) {
    const waitMs = closableAfterMs(notification, { isChromium, now });
    if (waitMs === 0) notification.close();
    else systemClock.after(waitMs, () => notification.close());
  }
}

function isOurs({ data, tag }: { readonly data: unknown; readonly tag: string }): boolean {
  return tag === 'carillon-filler' || (typeof data === 'object' && data !== null && 'carillon' in data);
}

function isHandled({ readState, userActionState }: HubNotification): boolean {
  return readState === 'read' || userActionState !== 'noInteraction';
}
