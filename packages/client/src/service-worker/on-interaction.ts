// What a person does with a shown notification becomes a state at the hub: a click activates, closing dismisses, an action
// answers, opens a link, marks read or snoozes. It is stored first and sent then, so that it survives the end of the worker and of the network.
import type { StatePatch } from '@carillon/protocol';
import { enqueue, type NewOutboxEntry, type PushRecord } from '../web-push/push-record.ts';
import { readAction, snoozeAction } from './look/paint.ts';
import { enqueueReceipt } from './outbox.ts';
import type { PushWorker } from './push-worker.ts';
import type { About } from './screen.ts';

const snoozeMs = 3_600_000;

/** What was pressed; empty for the notification itself. */
export interface Pressed {
  readonly action: string;
  /** What was typed, where the platform asks for a line of text. */
  readonly reply: string | null;
}

/** `about` is null for the filler. */
export async function onClick(worker: PushWorker, about: About | null, pressed: Pressed): Promise<void> {
  const { action, reply } = pressed;
  // Without a line of text from the platform, the page asks for it.
  if (about?.inputs?.includes(action) && !reply) return open(worker, null, '');
  const isAnswer = about?.answers?.includes(action) ?? false;
  const isSilent = isAnswer || action === readAction || action === snoozeAction;
  // Before anything is awaited: browsers allow a window only right after the click.
  const opening = isSilent ? null : open(worker, about, action);
  if (about) await act(worker, about, { action, reply, isAnswer });
  await opening;
}

/** Browsers report only what the user closed; what this worker closed is recorded as handled, and never dismissed. */
export async function onClose(worker: PushWorker, about: About): Promise<void> {
  const { remembered } = await worker.store.read();
  if ((remembered[about.id]?.handled ?? 'no') === 'no')
    await act(worker, about, { action: 'close', reply: null, isAnswer: false });
}

interface Act extends Pressed {
  readonly isAnswer: boolean;
}

async function act(worker: PushWorker, about: About, done: Act): Promise<void> {
  const at = worker.clock.now();
  const { unreadCount } = await worker.store.change((record) => recordAct(record, about, { ...done, at }));
  await worker.screen.badge(unreadCount);
  await worker.settle();
}

interface ActAt extends Act {
  readonly at: number;
}

function recordAct(record: PushRecord, about: About, { action, reply, isAnswer, at }: ActAt): PushRecord {
  const { id } = about;
  const known = record.remembered[id];
  const contentVersion = about.contentVersion ?? known?.contentVersion ?? null;
  const version = contentVersion === null ? {} : { contentVersion };
  const entry: NewOutboxEntry = isAnswer
    ? { kind: 'answer', id, post: { actionId: action, ...(reply ? { text: reply } : {}), ...version } }
    : { kind: 'state', id, patch: { ...patchOf(action, at), ...version } };
  const kind = action === 'close' ? 'dismissed' : 'activated';
  const queued = enqueueReceipt(enqueue(record, entry), {
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
