// What a person does with a shown notification becomes a state at the hub: a click activates, closing dismisses, an action
// marks read or snoozes. It is stored first and sent then, so that it survives the end of the worker and of the network.
import type { StatePatch } from '@carillon/protocol';
import { enqueue, type PushRecord } from '../web-push/push-record.ts';
import { enqueueReceipt } from './outbox.ts';
import type { PushWorker } from './push-worker.ts';
import { type About, readAction, snoozeAction } from './screen.ts';

const snoozeMs = 3_600_000;

/** `about` is null for the filler. */
export async function onClick(worker: PushWorker, about: About | null, action: string): Promise<void> {
  const isSilent = action === readAction || action === snoozeAction;
  // Before anything is awaited: browsers allow a window only right after the click.
  const opening = isSilent ? null : open(worker, about, action);
  if (about) await act(worker, about, action);
  await opening;
}

/** Browsers report only what the user closed; what this worker closed is recorded as handled, and never dismissed. */
export async function onClose(worker: PushWorker, about: About): Promise<void> {
  const { remembered } = await worker.store.read();
  if ((remembered[about.id]?.handled ?? 'no') === 'no') await act(worker, about, 'close');
}

async function act(worker: PushWorker, about: About, action: string): Promise<void> {
  const at = worker.clock.now();
  const { unreadCount } = await worker.store.change((record) => recordAct(record, about, action, at));
  await worker.screen.badge(unreadCount);
  await worker.settle();
}

function recordAct(record: PushRecord, about: About, action: string, at: number): PushRecord {
  const { id } = about;
  const known = record.remembered[id];
  const contentVersion = about.contentVersion ?? known?.contentVersion ?? null;
  const patch = { ...patchOf(action, at), ...(contentVersion === null ? {} : { contentVersion }) };
  const kind = action === 'close' ? 'dismissed' : 'activated';
  const queued = enqueueReceipt(enqueue(record, { kind: 'state', id, patch }), {
    id,
    kind,
    at,
    contentVersion,
  });
  const handled = action === snoozeAction ? 'snoozed' : 'yes';
  return {
    ...queued,
    unreadCount: Math.max(0, record.unreadCount - (known?.handled === 'no' ? 1 : 0)),
    remembered: known ? { ...record.remembered, [id]: { ...known, handled } } : record.remembered,
  };
}

function patchOf(action: string, now: number): StatePatch {
  if (action === 'close') return { userActionState: 'dismissed' };
  if (action === readAction) return { readState: 'read' };
  if (action !== snoozeAction) return { userActionState: 'activated' };
  return { userActionState: 'snoozed', snoozeUntilDateTime: new Date(now + snoozeMs).toISOString() };
}

/** A page that is open is focused and gets a message; without one a window opens. */
async function open({ scope }: PushWorker, about: About | null, action: string): Promise<void> {
  const wanted = about?.actionUrls?.[action] ?? about?.url ?? scope.registration.scope;
  const url = new URL(wanted, scope.registration.scope).href;
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const own = windows.filter((window) => window.url.startsWith(scope.registration.scope));
  const window = own.find((one) => one.url === url) ?? own[0];
  try {
    // A page of the app is not replaced by one of another site.
    const isOwn = url.startsWith(new URL(scope.registration.scope).origin);
    if (!window || !isOwn) return void (await scope.clients.openWindow(url));
    const focused = await window.focus();
    focused.postMessage({ type: 'carillon-activated', id: about?.id ?? null, url });
    if (url !== scope.registration.scope && focused.url !== url) await focused.navigate(url);
  } catch {
    // Without a click of the user, or in a page that this worker does not control, the browser refuses; the state counts.
  }
}
