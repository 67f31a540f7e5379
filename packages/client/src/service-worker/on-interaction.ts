// What a person does with a shown notification, as the hub's states: a click activates, closing dismisses, an action reads
// or snoozes. It is kept first and told then, so that it survives a worker that ends and a network that is not there.
import type { StatePatch } from '@carillon/protocol';
import { owe } from '../web-push/push-record.ts';
import { type Desk, oweReceipt } from './push-worker.ts';
import { type About, readAction, snoozeAction } from './screen.ts';

const snoozeMs = 3_600_000;

/** `about` is null for what stands in where there was nothing to show. */
export async function onClick(desk: Desk, about: About | null, action: string): Promise<void> {
  const isSilent = action === readAction || action === snoozeAction;
  // Before anything is waited for: browsers allow a window only right after the click.
  const opening = isSilent ? null : open(desk, about);
  if (about) await act(desk, about, action);
  await opening;
}

/** Browsers tell only of what the user closed; what this worker closed is known to be handled, and never dismissed. */
export async function onClose(desk: Desk, about: About): Promise<void> {
  const { remembered } = await desk.store.read();
  if ((remembered[about.id]?.handled ?? 'no') === 'no') await act(desk, about, 'close');
}

async function act(desk: Desk, about: About, action: string): Promise<void> {
  const { id } = about;
  const at = desk.clock.now();
  const kept = await desk.store.change((kept) => {
    const known = kept.remembered[id];
    const contentVersion = about.contentVersion ?? known?.contentVersion ?? null;
    const patch = {
      ...patchOf(action, at),
      ...(contentVersion === null ? {} : { contentVersion }),
    };
    const kind = action === 'close' ? ('dismissed' as const) : ('activated' as const);
    const notification = contentVersion === null ? null : { contentVersion };
    const told = oweReceipt(owe(kept, { kind: 'state', id, patch }), { id, kind, at, notification });
    const handled = action === snoozeAction ? ('snoozed' as const) : ('yes' as const);
    return {
      ...told,
      unreadCount: Math.max(0, kept.unreadCount - (known?.handled === 'no' ? 1 : 0)),
      remembered: known ? { ...kept.remembered, [id]: { ...known, handled } } : kept.remembered,
    };
  });
  await desk.badge(kept.unreadCount);
  await desk.settle();
}

function patchOf(action: string, now: number): StatePatch {
  if (action === 'close') return { userActionState: 'dismissed' };
  if (action === readAction) return { readState: 'read' };
  if (action !== snoozeAction) return { userActionState: 'activated' };
  return { userActionState: 'snoozed', snoozeUntilDateTime: new Date(now + snoozeMs).toISOString() };
}

/** A page that is open already is told what was clicked, and shown; else one is opened. */
async function open({ scope }: Desk, about: About | null): Promise<void> {
  const url = new URL(about?.url ?? scope.registration.scope, scope.registration.scope).href;
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const own = windows.filter((window) => window.url.startsWith(scope.registration.scope));
  const window = own.find((one) => one.url === url) ?? own[0];
  try {
    if (!window) return void (await scope.clients.openWindow(url));
    const focused = await window.focus();
    focused.postMessage({ type: 'carillon-activated', id: about?.id ?? null, url });
    if (url !== scope.registration.scope && focused.url !== url) await focused.navigate(url);
  } catch {
    // Without a click of the user, or in a page that this worker does not control, the browser refuses; the state counts.
  }
}
