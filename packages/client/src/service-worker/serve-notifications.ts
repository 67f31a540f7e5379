// The worker's events, one function each: push, click, close, message, a changed subscription, a background sync. What
// other parts of the app push and show is not touched.
import { readProposed, readPush } from '../web-push/push-content.ts';
import { onClick, onClose } from './on-interaction.ts';
import { onPush } from './on-push.ts';
import type { ServeOptions } from './options.ts';
import { PushWorker, syncTag } from './push-worker.ts';
import { aboutOf, fillerTag, lateTag } from './screen.ts';

/** Call it while the worker's script runs: browsers take listeners only then. */
export function serveNotifications(scope: ServiceWorkerGlobalScope, options: ServeOptions): void {
  const worker = new PushWorker(scope, options);
  scope.addEventListener('push', (event) => {
    const push = readPush(event.data?.text()) ?? readProposed(event);
    if (push) event.waitUntil(onPush(worker, push));
  });
  scope.addEventListener('notificationclick', (event) => {
    const { notification, action } = event;
    const about = aboutOf(notification);
    const { tag } = notification;
    if (!about && tag !== fillerTag && !tag.startsWith(lateTag)) return;
    notification.close();
    event.waitUntil(onClick(worker, about, { action, reply: replyOf(event) }));
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

/** Not in TypeScript's library, since few platforms have it. */
function replyOf(event: object): string | null {
  return 'reply' in event && typeof event.reply === 'string' && event.reply !== '' ? event.reply : null;
}

/** What pages post to the worker; see `closeHandled` and `forgetNotifications`. */
export type WorkerMessage =
  | { readonly type: 'carillon-handled'; readonly ids: readonly string[] }
  /** There is a network again, or somebody signed in. */
  | { readonly type: 'carillon-sync' }
  /** A page has a connection: what was done on the screen is sent, and nothing is shown. */
  | { readonly type: 'carillon-settle' }
  | { readonly type: 'carillon-signed-out' };

async function onMessage(worker: PushWorker, data: unknown): Promise<void> {
  const message = readMessage(data);
  switch (message?.type) {
    case 'carillon-signed-out':
      return void (await worker.guard.forget());
    case 'carillon-sync':
      return void (await worker.sync());
    case 'carillon-settle':
      return worker.settle();
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
  const { type } = data;
  if (type === 'carillon-sync' || type === 'carillon-settle' || type === 'carillon-signed-out')
    return { type };
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
