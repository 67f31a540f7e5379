// The worker's events, one function each: push, click, close, message, a changed subscription, a background sync. What
// other parts of the app push and show is not touched.
import { decideFiller, decideVisual, type FillerReason } from './decide.ts';
import { onClick, onClose } from './on-interaction.ts';
import type { ServeOptions } from './options.ts';
import type { ExchangeEnd } from './phases.ts';
import { digestOf, type PushContent, readPush } from './push-content.ts';
import { PushWorker, syncTag } from './push-worker.ts';
import { aboutOf, fillerTag } from './screen.ts';
import { show } from './show.ts';

/** Call it while the worker's script runs: browsers take listeners only then. */
export function serveNotifications(scope: ServiceWorkerGlobalScope, options: ServeOptions): void {
  const worker = new PushWorker(scope, options);
  scope.addEventListener('push', (event) => {
    const push = readPush(event.data?.text());
    if (push) event.waitUntil(onPush(worker, push));
  });
  scope.addEventListener('notificationclick', (event) => {
    const { notification, action } = event;
    const about = aboutOf(notification);
    if (!about && notification.tag !== fillerTag) return;
    notification.close();
    event.waitUntil(onClick(worker, about, action));
  });
  scope.addEventListener('notificationclose', (event) => {
    const about = aboutOf(event.notification);
    if (about) event.waitUntil(onClose(worker, about));
  });
  scope.addEventListener('message', (event) => event.waitUntil(onMessage(worker, event.data)));
  scope.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(onSubscriptionChange(worker)));
  // Background Sync is not in TypeScript's library, since not every browser has it.
  scope.addEventListener('sync' as 'activate', (event) => {
    if ('tag' in event && event.tag === syncTag) event.waitUntil(onSync(worker));
  });
}

async function onPush(worker: PushWorker, push: PushContent): Promise<void> {
  const { close = [], notificationId, unreadCount } = push;
  await worker.screen.close(close);
  await worker.markHandled(close, 'yes');
  await showVisual(worker, push);
  await worker.screen.badge(unreadCount);
  const end = await worker.sync(notificationId);
  await fill(worker, fillerReasons[end]);
  if (end === 'failed') await syncAgain(worker, notificationId);
}

const fillerReasons: Readonly<Record<ExchangeEnd, FillerReason>> = {
  done: 'upToDate',
  signedOut: 'signedOut',
  failed: 'unreadable',
};

/** A device that a push has started often has no network yet. */
const retryAfterMs = [1_000, 4_000];

async function syncAgain(worker: PushWorker, notificationId: string | undefined): Promise<void> {
  for (const delayMs of retryAfterMs) {
    await new Promise<void>((resolve) => void worker.clock.after(delayMs, resolve));
    const end = await worker.sync(notificationId);
    if (end !== 'failed') return fill(worker, fillerReasons[end]);
  }
  await worker.askForSync();
}

/** Shows a visual push at once, before the hub is asked. */
async function showVisual(worker: PushWorker, push: PushContent): Promise<void> {
  const { title, body } = push;
  const digest = title === undefined ? null : await digestOf(title, body);
  await worker.guard.read();
  let decision = decideVisual(push, digest, await worker.store.read());
  // Two copies of one push run side by side: the one that writes first shows it.
  await worker.store.change((record) => {
    decision = decideVisual(push, digest, record);
    if (!decision.show) return record;
    const shown = {
      contentVersion: null,
      modified: null,
      digest,
      displayUntil: null,
      handled: 'no',
    } as const;
    return { ...record, remembered: { ...record.remembered, [decision.id]: shown } };
  });
  if (!decision.show) return;
  await show(worker, { id: decision.id, title: decision.title, body: decision.body, notification: null });
}

async function fill(worker: PushWorker, reason: FillerReason): Promise<void> {
  const displayed = await worker.screen.displayed();
  const windows = await worker.scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const isWindowVisible = windows.some((window) => window.visibilityState === 'visible');
  const filler = decideFiller({ displayedCount: displayed.size, isWindowVisible, reason });
  if (filler) await worker.screen.showFiller(filler);
  else await worker.screen.closeFiller();
}

/** What pages post to the worker; see `closeHandled` and `forgetNotifications`. */
export type WorkerMessage =
  | { readonly type: 'carillon-handled'; readonly ids: readonly string[] }
  /** There is a network again, or somebody signed in. */
  | { readonly type: 'carillon-sync' }
  | { readonly type: 'carillon-signed-out' };

async function onMessage(worker: PushWorker, data: unknown): Promise<void> {
  const message = readMessage(data);
  switch (message?.type) {
    case 'carillon-signed-out':
      return void (await worker.guard.forget());
    case 'carillon-sync':
      return void (await worker.sync());
    case 'carillon-handled':
      await worker.screen.close(message.ids);
      await worker.markHandled(message.ids, 'yes');
      return worker.screen.closeFiller();
    case undefined:
      return;
    default:
      message satisfies never;
  }
}

/** Null for what other parts of the app post. */
function readMessage(data: unknown): WorkerMessage | null {
  if (typeof data !== 'object' || data === null || !('type' in data)) return null;
  if (data.type === 'carillon-sync' || data.type === 'carillon-signed-out') return { type: data.type };
  if (data.type !== 'carillon-handled' || !('ids' in data) || !Array.isArray(data.ids)) return null;
  return { type: data.type, ids: data.ids.filter((id): id is string => typeof id === 'string') };
}

async function onSubscriptionChange(worker: PushWorker): Promise<void> {
  await worker.store.change((record) => ({ ...record, renew: true }));
  await worker.settle();
}

/** The browser repeats a background sync that rejects. */
async function onSync(worker: PushWorker): Promise<void> {
  const end = await worker.sync();
  if (end !== 'done') throw new Error(`The hub was not asked: ${end}.`);
}
