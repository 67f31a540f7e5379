// Evidence of deliveries: a device has fetched a notification, shown it or been acted on. And an operator's order to send
// failed deliveries again. Evidence never changes a notification's state and takes no sequence.

import { uuidTime } from '../../lib/ids.ts';
import type { AppId } from '../../model/app.ts';
import {
  type DeliveryKey,
  type DeliveryKind,
  type DeliveryResult,
  isOpen,
  newDelivery,
  type StoredDelivery,
} from '../../model/delivery.ts';
import { isAlive, type StoredNotification } from '../../model/notification.ts';
import type { UserKey } from '../../model/principal.ts';
import type {
  FetchWrite,
  FirstShown,
  Outcomes,
  Receipt,
  ReceiptsWrite,
  RecordWrite,
  RedriveWrite,
} from '../../model/write.ts';
import type { ReadSet } from '../../store/plan-reads.ts';
import type { Overlay } from './overlay.ts';

/** Rows of deliveries are marked where they are; nothing is looked at. */
export function readsOfFetch(write: FetchWrite, reads: ReadSet): void {
  reads.marks.push(write);
}

export function planFetch(write: FetchWrite, overlay: Overlay, now: number): Outcomes['fetch'] {
  const { user, subscription, upTo, each, seen } = write;
  overlay.fetched.push({ user, subscription, upTo, each, at: now, seen });
  return { marked: true };
}

export function readsOfReceipts({ user, receipts }: ReceiptsWrite, reads: ReadSet): void {
  reads.feed(user);
  for (const { id } of receipts) reads.notification(user, id);
}

export function planReceipts(write: ReceiptsWrite, overlay: Overlay, now: number): Outcomes['receipts'] {
  const { user, visibility } = write;
  const notFound: string[] = [];
  const shown: FirstShown[] = [];
  let recorded = 0;
  for (const receipt of write.receipts) {
    const row = overlay.notification(user, receipt.id);
    if (!row || !isAlive(row, now) || (visibility !== null && row.app !== visibility)) {
      notFound.push(receipt.id);
      continue;
    }
    if (receipt.contentVersion !== null && receipt.contentVersion < row.contentVersion) continue;
    const at = Math.max(receipt.at, uuidTime(row.id)); // nothing is shown before it was posted
    const { subscription } = receipt;
    const found = record({ ...receipt, at }, row, overlay, now);
    if (found) recorded++;
    if (found && found.shownAt === null && receipt.kind !== 'failed') shown.push(firstShown(found, row, at));
    const each = [{ id: row.id, seq: row.seq }];
    overlay.fetched.push({ user, subscription, upTo: null, each, at, seen: false });
  }
  return { recorded, notFound, shown };
}

function firstShown(found: StoredDelivery, row: StoredNotification, at: number): FirstShown {
  const { channel, plannedAt, sentAt } = found;
  // Of a device that was registered later, the record is as old as the receipt.
  const since = channel === null ? Math.min(plannedAt, uuidTime(row.id)) : plannedAt;
  const afterSentMs = sentAt === null ? null : Math.max(0, at - sentAt);
  return { channel, afterMs: Math.max(0, at - since), afterSentMs };
}

export function readsOfRecord({ results }: RecordWrite, reads: ReadSet): void {
  for (const result of results) reads.result(result, mayBeLate(result) || isWatched(result));
}

/** A provider has it: the device may show it after it was handled. */
function mayBeLate({ sentAt, kind }: DeliveryResult): boolean {
  return sentAt !== null && kind !== 'clear';
}

/**
 * Results of attempts are written as they are. Answers the deliveries that were withdrawn while a provider took their
 * push: the device shows, or will show, what was handled meanwhile.
 */
export function planRecord({ results }: RecordWrite, overlay: Overlay): StoredDelivery[] {
  overlay.deliveries.results.push(...results);
  return results.flatMap((result) => {
    if (!mayBeLate(result)) return [];
    const row = findOne(result, overlay);
    return row?.seq === result.seq && !isOpen(row.status) ? [row] : [];
  });
}

function isWatched({ creator, status, kind }: DeliveryResult): boolean {
  return creator !== undefined && !isOpen(status) && kind !== 'clear';
}

/** The deliveries that these results end and that are watched, as they are then. */
export function endedBy(
  results: readonly DeliveryResult[],
  overlay: Overlay,
): { readonly row: StoredDelivery; readonly creator: AppId }[] {
  return results.flatMap((result) => {
    if (!isWatched(result) || result.creator === undefined) return [];
    const before = findOne(result, overlay);
    if (before?.seq !== result.seq || !isOpen(before.status)) return [];
    const { creator, sentAt, answer, planned: _planned, ...ended } = result;
    const row = { ...before, ...ended, sentAt: sentAt ?? before.sentAt, answer: answer ?? before.answer };
    return [{ row, creator }];
  });
}

/**
 * Recorded on the newest delivery that could have shown it, which is answered as it was. A device that got it live has none,
 * and gets a record of its own.
 */
function record(
  receipt: Receipt,
  row: StoredNotification,
  overlay: Overlay,
  now: number,
): StoredDelivery | null {
  const found = deliveryOf(row.user, receipt, overlay) ?? unplanned(receipt, row, overlay, now);
  if (!found) return null;
  const shownAt = found.shownAt ?? receipt.at;
  const evidence = {
    shown: { shownAt },
    activated: { shownAt, actedAt: receipt.at },
    dismissed: { shownAt, actedAt: receipt.at },
    failed: { status: 'failed', reason: 'the device could not show it' },
  } as const;
  overlay.deliveries.put({ ...found, ...evidence[receipt.kind] });
  return found;
}

function deliveryOf(user: UserKey, { id, subscription }: Receipt, overlay: Overlay): StoredDelivery | null {
  const rows = overlay.deliveries.of(user, id).filter((row) => row.subscription === subscription);
  const ofKind = (kind: DeliveryKind) => rows.find((row) => row.kind === kind);
  const fallback = ofKind('fallback');
  return (fallback?.sentAt ? fallback : null) ?? ofKind('notify') ?? null;
}

function unplanned(
  { id, subscription }: Receipt,
  row: StoredNotification,
  overlay: Overlay,
  now: number,
): StoredDelivery | null {
  const place = overlay.subscriptions(row.user).find((each) => each.id === subscription);
  if (!place) return null;
  const duty = { user: row.user, notification: id, seq: row.seq };
  return {
    ...newDelivery(place, { ...duty, channel: null }, 'notify', now),
    status: 'skipped',
    reason: 'it was registered later',
  };
}

export function readsOfRedrive({ deliveries }: RedriveWrite, reads: ReadSet): void {
  for (const { user, notification } of deliveries) {
    reads.feed(user);
    reads.notification(user, notification);
  }
}

export function planRedrive(write: RedriveWrite, overlay: Overlay, now: number): Outcomes['redrive'] {
  let redriven = 0;
  for (const key of write.deliveries) {
    const row = findOne(key, overlay);
    const notification = overlay.notification(key.user, key.notification);
    // Without a push address there is no lane to send it in.
    if (row?.status !== 'failed' || row.channel === null || !notification) continue;
    if (!isAlive(notification, now) || notification.readState === 'read') continue;
    overlay.deliveries.put({
      ...row,
      status: 'pending',
      reason: null,
      attempts: 0,
      due: now,
      claimed: false,
    });
    redriven++;
  }
  return { redriven };
}

function findOne(key: DeliveryKey, overlay: Overlay): StoredDelivery | undefined {
  return overlay.deliveries
    .of(key.user, key.notification)
    .find(({ subscription, kind }) => subscription === key.subscription && kind === key.kind);
}
