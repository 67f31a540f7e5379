// What was done on the screen, and what it showed, reaches the hub: at once, or when the network is back. States of one kind
// go together, each for the content that was seen; receipts go together.
import type { Receipt } from '@carillon/protocol';
import { HubError, isOfNoDevice } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import { enqueue, type OutboxEntry, type PushRecord } from '../web-push/push-record.ts';
import type { PushStore } from '../web-push/push-store.ts';

/** Answers whether the outbox is empty now. Throws only what is not about the hub. */
export async function flush(store: PushStore, requests: Requests): Promise<boolean> {
  const { outbox } = await store.read();
  for (const entry of outbox) {
    if (entry.kind !== 'state') continue;
    if (!(await isSettled(() => requests.updateState(entry.id, entry.patch)))) return false;
    await remove(store, [entry]);
  }
  const entries = outbox.filter((entry) => entry.kind === 'receipt');
  if (entries.length === 0) return true;
  if (!(await isSettled(() => requests.receipts(entries.map(({ receipt }) => receipt))))) return false;
  await remove(store, entries);
  return true;
}

/** False when it may be sent again. What the hub refuses for good (gone, too late, not allowed) is settled too. */
async function isSettled(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    // That is about the device, not about what was done: it is sent again without the device.
    if (!(error instanceof HubError) || isOfNoDevice(error)) throw error;
    return !error.isPassing && error.kind !== 'signedOut';
  }
}

async function remove(store: PushStore, entries: readonly OutboxEntry[]): Promise<void> {
  const keys = new Set(entries.map(({ key }) => key));
  await store.change((record) => ({
    ...record,
    outbox: record.outbox.filter(({ key }) => !keys.has(key)),
  }));
}

/** What became of a notification on this screen: evidence for the sender, never a state. */
export interface ReceiptFacts {
  readonly id: string;
  readonly kind: Receipt['kind'];
  /** In milliseconds since 1970. */
  readonly at: number;
  /** Null while only the push has arrived. */
  readonly contentVersion: number | null;
}

/** A receipt belongs to a subscription: without one none is sent. */
export function enqueueReceipt(record: PushRecord, { id, kind, at, ...facts }: ReceiptFacts): PushRecord {
  const subscriptionId = record.registration?.subscriptionId;
  if (subscriptionId === undefined) return record;
  const contentVersion = facts.contentVersion ?? record.remembered[id]?.contentVersion ?? null;
  const receipt = {
    ...{ id, subscriptionId, kind, dateTime: new Date(at).toISOString() },
    ...(contentVersion === null ? {} : { contentVersion }),
  };
  return enqueue(record, { kind: 'receipt', receipt });
}
