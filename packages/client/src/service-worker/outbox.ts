// What was done on the screen reaches the hub: at once, or when there is a way again. States go one by one, each for the
// content that was seen; receipts go together.
import { HubError, isOfNoDevice } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import type { Kept, KeptStore, Owed } from '../web-push/push-record.ts';

/** Answers whether everything is told. Throws only what is not about the hub. */
export async function flush(store: KeptStore, requests: Requests): Promise<boolean> {
  const { owed } = await store.read();
  for (const one of owed) {
    if (one.kind !== 'state') continue;
    if (!(await told(() => requests.updateState(one.id, one.patch)))) return false;
    await settle(store, [one]);
  }
  const receipts = owed.filter((one) => one.kind === 'receipt');
  if (receipts.length === 0) return true;
  if (!(await told(() => requests.receipts(receipts.map(({ receipt }) => receipt))))) return false;
  await settle(store, receipts);
  return true;
}

/** False when it may be tried again. What the hub refuses for good (gone, too late, not allowed) is over. */
async function told(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    // That says nothing about the act: it is told again without the device.
    if (!(error instanceof HubError) || isOfNoDevice(error)) throw error;
    return !error.isPassing && error.kind !== 'signedOut';
  }
}

async function settle(store: KeptStore, done: readonly Owed[]): Promise<void> {
  const keys = new Set(done.map(({ key }) => key));
  await store.change((kept): Kept => ({ ...kept, owed: kept.owed.filter(({ key }) => !keys.has(key)) }));
}
