// What each write does to a notification, one function a kind, with what it reads declared before it. Each looks, checks,
// and makes at most one change for each notification it names; the overlay gives the sequence and keeps the counts.
import { limits, type StateUpdateResult } from '@carillon/protocol';
import { uuidTime } from '../../lib/ids.ts';
import type { AppId } from '../../model/app.ts';
import { HubError, invalid, notFound } from '../../model/errors.ts';
import {
  checkDeadline,
  contentBytesOf,
  etagOf,
  isAlive,
  nothingAsked,
  type Removal,
  type StoredNotification,
} from '../../model/notification.ts';
import { freshState, mergeState } from '../../model/state.ts';
import type {
  DeleteWrite,
  Due,
  Outcomes,
  PostWrite,
  RespondWrite,
  StateTarget,
  StateWrite,
} from '../../model/write.ts';
import type { ReadSet } from '../../store/plan-reads.ts';
import { checkMatch } from './check-match.ts';
import type { Overlay } from './overlay.ts';
import { settled } from './plan-response.ts';
import { isStale, visible } from './target.ts';

const hourMs = 3_600_000;

export function readsOfPost(write: PostWrite, reads: ReadSet): void {
  const { user, owner, app, appNotificationId, evictable } = write;
  reads.feed(user, 1);
  if (owner) reads.begin(user);
  if (appNotificationId !== null) reads.name(user, app, appNotificationId);
  if (evictable === null) return;
  // Whether it fits depends on what it replaces.
  reads.needsNames = true;
  reads.content(user, app);
  reads.taps(user);
  for (const id of evictable) reads.notification(user, id);
}

export function planPost(write: PostWrite, overlay: Overlay, now: number): Outcomes['post'] {
  if (write.owner) overlay.beginFeed(write.user, write.owner);
  if (!overlay.feed(write.user)) throw notFound();
  const before = livingNamesake(write, overlay, now);
  if (before && isRepeat(write, before, now)) return { result: 'repeated', notification: before };
  if (write.question) checkDeadline(write.question.respondBy, now);
  const bytes = overlay.contentBytes(write.user, write.app);
  if (bytes === null || excessOf(write, before, bytes) > 0) makeRoom(write, before, overlay, now);
  const content = {
    ...freshState,
    content: write.content,
    sentAs: write.sentAs,
    expires: write.expires,
    displaySeconds: write.displaySeconds,
    displayUntil: write.displaySeconds === null ? null : now + write.displaySeconds * 1000,
    respondBy: write.question?.respondBy ?? null,
    response: write.question ? ('open' as const) : null,
    modified: now,
    postedAt: now,
  };
  if (before) {
    const next = {
      ...before,
      ...content,
      announcedExpiry: Math.max(before.announcedExpiry, write.expires),
      contentVersion: before.contentVersion + 1,
      changes: before.changes + 1,
    };
    return { result: 'replaced', notification: overlay.change(before, next, 'replaced') };
  }
  const { user, app, appNotificationId } = write;
  const place = overlay.nextPlace(user, write.id, now);
  const first = {
    removed: null,
    purgeAt: null,
    announcedExpiry: write.expires,
    contentVersion: 1,
    changes: 1,
  };
  const modified = uuidTime(place.id); // as created, though the batch came later: a reader sees that nothing changed since
  const row = overlay.change(
    null,
    { ...place, user, app, appNotificationId, ...first, ...content, modified },
    'posted',
  );
  return { result: 'created', notification: row };
}

/** The living notification of the same name. One that has expired and is not swept yet is removed first, and a new one begins. */
function livingNamesake(write: PostWrite, overlay: Overlay, now: number): StoredNotification | null {
  if (write.appNotificationId === null) return null;
  const row = overlay.namedNotification(write.user, write.app, write.appNotificationId);
  if (row && !isAlive(row, now)) {
    remove(row, 'expired', overlay, now);
    return null;
  }
  return row;
}

/** By how many bytes the post is too large for what its user and app may store. */
function excessOf(write: PostWrite, before: StoredNotification | null, bytes: number): number {
  const added = contentBytesOf(write.content) - contentBytesOf(before?.content ?? '');
  return bytes + added - write.storageBytesMax;
}

/** Removes as many of the evictable as it takes, or refuses the post and removes none. */
function makeRoom(write: PostWrite, before: StoredNotification | null, overlay: Overlay, now: number): void {
  const { user, app, evictable } = write;
  if (evictable !== null) overlay.recount(user, app);
  const bytes = overlay.contentBytes(user, app);
  if (bytes === null) throw storageFull(write);
  const excess = excessOf(write, before, bytes);
  let left = excess;
  const evicted: StoredNotification[] = [];
  for (const id of evictable ?? []) {
    if (left <= 0) break;
    const row = overlay.notification(user, id);
    if (!row || row.id === before?.id || !isEvictable(row, app)) continue;
    left -= contentBytesOf(row.content);
    evicted.push(row);
  }
  if (left > 0) throw storageFull(write, excess);
  for (const row of evicted) remove(row, 'deleted', overlay, now);
}

function isEvictable({ app, removed, readState }: StoredNotification, ofApp: AppId): boolean {
  return app === ofApp && removed === null && readState === 'read';
}

function storageFull({ storageBytesMax }: PostWrite, excessBytes?: number): HubError {
  return new HubError(
    'storageFull',
    `The notifications of this user and app may hold ${storageBytesMax} bytes, this one does not fit, and too little of them was handled to make room: delete some, or wait until they expire.`,
    excessBytes === undefined ? {} : { excessBytes },
  );
}

function isRepeat(write: PostWrite, before: StoredNotification, now: number): boolean {
  const same = write.content === before.content && write.sentAs === before.sentAs;
  return same && now - before.postedAt < limits.repeatHours * hourMs;
}

export function readsOfState({ user, targets }: StateWrite, reads: ReadSet): void {
  reads.feed(user, targets.length);
  for (const { id } of targets) reads.notification(user, id);
  reads.taps(user);
}

export function planState(write: StateWrite, overlay: Overlay, now: number): Outcomes['state'] {
  const { user, visibility, targets } = write;
  const rowOf = ({ id }: StateTarget) => visible(overlay, user, visibility, id, now);
  // All are checked before the first is changed: a write that is refused changes nothing.
  for (const target of targets) {
    const row = rowOf(target);
    if (row) checkTarget(row, target, write, now);
  }
  const changed: StoredNotification[] = [];
  const same: StoredNotification[] = [];
  const results = targets.map((target): StateUpdateResult => {
    const row = rowOf(target);
    if (!row) return 'notFound';
    const next = isStale(row, target) ? row : merged(row, write, now);
    if (next !== row) {
      changed.push(overlay.change(row, next, 'state'));
      return 'updated';
    }
    same.push(row);
    return isStale(row, target) ? 'stale' : 'unchanged';
  });
  return { results, changed, same, unread: overlay.unread(user, visibility) };
}

function checkTarget(row: StoredNotification, target: StateTarget, write: StateWrite, now: number): void {
  checkMatch(etagOf(row), write.ifMatch);
  const { snoozeUntil } = write.change;
  if (snoozeUntil === undefined || isStale(row, target)) return;
  if (snoozeUntil > now && snoozeUntil < row.expires) return;
  throw invalid(
    'snoozeUntilDateTime must be later than now and earlier than the expirationDateTime of the notification.',
    'snoozeUntilDateTime',
  );
}

function merged(row: StoredNotification, { change }: StateWrite, now: number): StoredNotification {
  const state = mergeState(row, change);
  return state === row ? row : { ...row, ...picked(state), modified: now, changes: row.changes + 1 };
}

function picked({
  readState,
  userActionState,
  snoozeUntil,
}: Pick<StoredNotification, 'readState' | 'userActionState' | 'snoozeUntil'>) {
  return { readState, userActionState, snoozeUntil };
}

/** Of a write that changes one notification. */
export function readsOfChange({ user, id }: DeleteWrite | RespondWrite | Due, reads: ReadSet): void {
  reads.feed(user, 1);
  reads.notification(user, id);
  reads.taps(user);
}

export function planDelete(write: DeleteWrite, overlay: Overlay, now: number): Outcomes['delete'] {
  const row = visible(overlay, write.user, write.visibility, write.id, now);
  if (!row) throw notFound();
  checkMatch(etagOf(row), write.ifMatch);
  remove(row, 'deleted', overlay, now);
  return { removed: true };
}

/** Like the timers below it, of one that may be due: whether it was. */
export function planExpire({ user, id }: Due, overlay: Overlay, now: number): boolean {
  const row = overlay.notification(user, id);
  if (!row || row.removed !== null || row.expires > now) return false;
  // A deadline is never after the expiration, and whoever asked is told which it was.
  remove(settled(row, overlay, now), 'expired', overlay, now);
  return true;
}

export function planWake({ user, id }: Due, overlay: Overlay, now: number): boolean {
  const row = overlay.notification(user, id);
  if (!row || !isAlive(row, now) || row.snoozeUntil === null || row.snoozeUntil > now) return false;
  const displayUntil = row.displaySeconds === null ? null : now + row.displaySeconds * 1000;
  overlay.change(
    row,
    { ...row, ...freshState, displayUntil, modified: now, changes: row.changes + 1 },
    'woken',
  );
  return true;
}

/** No change: it only forgets. */
export function readsOfPurge({ user, id }: Due, reads: ReadSet): void {
  reads.feed(user);
  reads.notification(user, id);
}

export function planPurge({ user, id }: Due, overlay: Overlay, now: number): boolean {
  const row = overlay.notification(user, id);
  if (!row || row.purgeAt === null || row.purgeAt > now) return false;
  overlay.purge(row);
  return true;
}

function remove(row: StoredNotification, removed: Removal, overlay: Overlay, now: number): void {
  const purgeAt =
    removed === 'deleted'
      ? now + limits.tombstoneDays * 24 * hourMs
      : row.announcedExpiry + limits.expiredTombstoneHours * hourMs;
  const tombstone = {
    removed,
    purgeAt: Math.max(purgeAt, now + 1),
    content: '',
    sentAs: null,
    snoozeUntil: null,
    ...nothingAsked,
  };
  overlay.change(row, { ...row, ...tombstone, modified: now, changes: row.changes + 1 }, removed);
}
