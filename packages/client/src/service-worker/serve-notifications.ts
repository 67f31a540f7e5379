// The worker's events, one function each: push, click, close, message, a changed subscription, a background sync. What
// other parts of the app push and show is left alone.
import { HubError } from '../requests/hub-error.ts';
import { decideFiller, decideVisual, type FillerReason } from './decide.ts';
import { onClick, onClose } from './on-interaction.ts';
import type { ServeOptions } from './options.ts';
import { digestOf, type PushContent, readPush } from './push-content.ts';
import { Desk, syncTag } from './push-worker.ts';
import { aboutOf, fillerTag } from './screen.ts';

/** Call it while the worker's script runs: browsers take listeners only then. */
export function serveNotifications(scope: ServiceWorkerGlobalScope, options: ServeOptions): void {
  const desk = new Desk(scope, options);
  scope.addEventListener('push', (event) => {
    const push = readPush(event.data?.text());
    if (push) event.waitUntil(onPush(desk, push));
  });
  scope.addEventListener('notificationclick', (event) => {
    const { notification, action } = event;
    const about = aboutOf(notification);
    if (!about && notification.tag !== fillerTag) return;
    notification.close();
    event.waitUntil(onClick(desk, about, action));
  });
  scope.addEventListener('notificationclose', (event) => {
    const about = aboutOf(event.notification);
    if (about) event.waitUntil(onClose(desk, about));
  });
  scope.addEventListener('message', (event) => event.waitUntil(onMessage(desk, event.data)));
  scope.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(onSubscriptionChange(desk)));
  // Background Sync is not in TypeScript's library, since not every browser has it.
  scope.addEventListener('sync' as 'activate', (event) => {
    if ('tag' in event && event.tag === syncTag) event.waitUntil(desk.sync());
  });
}

async function onPush(desk: Desk, push: PushContent): Promise<void> {
  const { close = [], notificationId, unreadCount } = push;
  await desk.screen.close(close);
  await desk.remember(close, 'yes');
  await showVisual(desk, push);
  await desk.badge(unreadCount);
  const reason = await ask(desk, notificationId);
  await fill(desk, reason);
  if (reason === 'unreadable') await askAgain(desk, notificationId);
}

/** A device that a push has woken is often not back on the network yet. */
const askAgainAfterMs = [1_000, 4_000];

async function askAgain(desk: Desk, notificationId: string | undefined): Promise<void> {
  for (const delayMs of askAgainAfterMs) {
    await new Promise<void>((resolve) => void desk.clock.after(delayMs, resolve));
    const reason = await ask(desk, notificationId);
    if (reason !== 'unreadable') return fill(desk, reason);
  }
  await desk.askForSync();
}

async function ask(desk: Desk, notificationId: string | undefined): Promise<FillerReason> {
  try {
    await desk.sync(notificationId);
    return 'upToDate';
  } catch (error) {
    return error instanceof HubError && error.kind === 'signedOut' ? 'signedOut' : 'unreadable';
  }
}

/** At once, from the push alone. */
async function showVisual(desk: Desk, push: PushContent): Promise<void> {
  const { title, body } = push;
  const digest = title === undefined ? null : await digestOf(title, body);
  await desk.kept();
  let decision = decideVisual(push, digest, await desk.store.read());
  // Two copies of one push run side by side: whoever writes first shows it.
  await desk.store.change((kept) => {
    decision = decideVisual(push, digest, kept);
    if (!decision.show) return kept;
    const shown = {
      contentVersion: null,
      modified: null,
      digest,
      displayUntil: null,
      handled: 'no',
    } as const;
    return { ...kept, remembered: { ...kept.remembered, [decision.id]: shown } };
  });
  if (!decision.show) return;
  await desk.show({ id: decision.id, title: decision.title, body: decision.body, notification: null });
}

async function fill(desk: Desk, reason: FillerReason): Promise<void> {
  const displayed = await desk.screen.displayed();
  const windows = await desk.scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const isWindowVisible = windows.some((window) => window.visibilityState === 'visible');
  const filler = decideFiller({ displayedCount: displayed.size, isWindowVisible, reason });
  if (filler) await desk.screen.showFiller(filler);
  else await desk.screen.closeFiller();
}

/** What pages say to the worker; see `closeHandled` and `forgetNotifications`. */
export type WorkerMessage =
  | { readonly type: 'carillon-handled'; readonly ids: readonly string[] }
  /** There is a network, or somebody signed in: what is owed is told, and what is new is shown. */
  | { readonly type: 'carillon-sync' }
  | { readonly type: 'carillon-signed-out' };

async function onMessage(desk: Desk, data: unknown): Promise<void> {
  const message = data as WorkerMessage | null;
  if (message?.type === 'carillon-signed-out') await desk.forget();
  if (message?.type === 'carillon-sync') await desk.sync().catch(() => {});
  if (message?.type !== 'carillon-handled') return;
  await desk.screen.close(message.ids);
  await desk.remember(message.ids, 'yes');
  await desk.screen.closeFiller();
}

async function onSubscriptionChange(desk: Desk): Promise<void> {
  await desk.store.change((kept) => ({ ...kept, renew: true }));
  await desk.settle();
}
