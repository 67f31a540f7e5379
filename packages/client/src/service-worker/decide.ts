// Decides what a push shows and closes, from the push, the push record, the screen and what the hub answered. Pure, so that
// every case has a test in Node; the worker's events carry the decision out.
import type { FrameValue, Notification } from '@carillon/protocol';
import type { PushContent } from '../web-push/push-content.ts';
import type { PushRecord, Remembered } from '../web-push/push-record.ts';

/** After long offline only the newest ring; the rest is in the inbox. */
export const ringAtOnceMax = 10;

export type VisualDecision =
  | { readonly show: false; readonly why: 'tap' | 'signedOut' | 'notRegistered' | 'repeated' | 'handled' }
  | { readonly show: true; readonly id: string; readonly title: string; readonly body: string | null };

/** What a visual push shows at once, before the hub is asked. */
export function decideVisual(push: PushContent, digest: string | null, record: PushRecord): VisualDecision {
  const { kind, notificationId: id, title, body = null } = push;
  if (kind !== 'visual' || id === undefined || title === undefined) return { show: false, why: 'tap' };
  if (record.signedOut) return { show: false, why: 'signedOut' };
  // Another user has signed in, and a push for the last one may still arrive: the hub is asked first, as the new user.
  if (record.account !== null && record.registration === null) return { show: false, why: 'notRegistered' };
  // Delivery is at least once. The sync that follows shows what woke, or was posted anew with the same words.
  const known = record.remembered[id];
  if (isKnown(known, digest)) return { show: false, why: known?.handled === 'yes' ? 'handled' : 'repeated' };
  return { show: true, id, title, body };
}

function isKnown(known: Remembered | undefined, digest: string | null): boolean {
  if (!known || known.handled === 'snoozed') return false;
  return known.digest === digest || (known.handled === 'yes' && known.digest === null);
}

export interface SyncFacts {
  /** From the hub, in its order; of each notification the last one counts. */
  readonly values: readonly FrameValue[];
  /** Those of them that the person has muted here: they stay in the inbox. */
  readonly silent: ReadonlySet<string>;
  /** Digests of the contents in `values`, by id. */
  readonly digests: ReadonlyMap<string, string>;
  /** What pushes since the last sync rang for. */
  readonly named: ReadonlySet<string>;
  /** Ids on the screen. */
  readonly displayed: ReadonlySet<string>;
  readonly record: PushRecord;
  readonly now: number;
  /** Whether it has content that can be shown. */
  readonly isShowable: (notification: Notification) => boolean;
}

export interface SyncDecision {
  /** Oldest first, so that the newest ends on top. */
  readonly show: readonly Notification[];
  readonly close: readonly string[];
  readonly remember: Readonly<Record<string, Remembered>>;
}

export function decideSync(facts: SyncFacts): SyncDecision {
  const latest = new Map(facts.values.map((value) => [value.id, value]));
  const ringing: Notification[] = [];
  const close = new Set(overdue(facts));
  const remember: Record<string, Remembered> = {};
  for (const [id, value] of latest) {
    const known = facts.record.remembered[id];
    const handled = handledAs(value, facts.now);
    if (handled !== 'no' || '@removed' in value) {
      if (facts.displayed.has(id)) close.add(id);
      // Also where it was never shown: its push may still arrive.
      remember[id] = { ...(known ?? asSeen(value, facts)), handled };
    } else if (rings(value, known, facts)) {
      ringing.push(value);
    } else if (known) {
      remember[id] = adopt(value, known);
    } else if (facts.silent.has(id)) {
      // It does not ring later either, once the mute is over.
      remember[id] = asSeen(value, facts);
    }
  }
  const show = ringing.sort(byCreation).slice(-ringAtOnceMax);
  for (const notification of show) remember[notification.id] = shownAs(notification, facts);
  // What is shown again takes the place of the one that is shown, and is not closed with it.
  for (const { id } of show) close.delete(id);
  return { show, close: [...close], remember };
}

/** Whether it is shown with a ring, for the first time or again. */
function rings(notification: Notification, known: Remembered | undefined, facts: SyncFacts): boolean {
  const { id, contentVersion, lastModifiedDateTime } = notification;
  const isQueued = facts.record.outbox.some((entry) => entry.kind !== 'receipt' && entry.id === id);
  if (isQueued || facts.silent.has(id) || !facts.isShowable(notification)) return false;
  // The policy of the sender limits which platforms ring, not what the feed holds.
  if (!notification.targetPolicy.platformTypes.includes('webPush')) return false;
  if (notification.displayTimeToLive === 0) return false;
  if (!known) return true;
  if (known.contentVersion === null) return known.digest !== facts.digests.get(id);
  if (contentVersion > known.contentVersion || known.handled === 'snoozed') return true;
  // It woke from a snooze that this browser did not see. Marking it unread elsewhere is a change too, without a ring.
  return facts.named.has(id) && known.modified !== lastModifiedDateTime;
}

/** A push showed it; the hub's answer has its version. */
function adopt(notification: Notification, known: Remembered): Remembered {
  if (known.contentVersion !== null) return known;
  const { contentVersion, lastModifiedDateTime: modified } = notification;
  return { ...known, contentVersion, modified };
}

function shownAs(notification: Notification, facts: SyncFacts): Remembered {
  const { displayTimeToLive } = notification;
  const displayUntil = displayTimeToLive === null ? null : facts.now + displayTimeToLive * 1000;
  return { ...asSeen(notification, facts), displayUntil };
}

function asSeen(value: FrameValue, { digests }: SyncFacts): Remembered {
  const unknown = {
    contentVersion: null,
    modified: null,
    digest: null,
    displayUntil: null,
    handled: 'no',
  } as const;
  if ('@removed' in value) return unknown;
  const { id, contentVersion, lastModifiedDateTime: modified } = value;
  return { ...unknown, contentVersion, modified, digest: digests.get(id) ?? null };
}

/** On the screen longer than its sender wanted, or handled while the engine did not let it be closed. */
function overdue({ displayed, record, now }: SyncFacts): string[] {
  return [...displayed].filter((id) => {
    const { displayUntil = null, handled = 'no' } = record.remembered[id] ?? {};
    return handled !== 'no' || (displayUntil ?? Infinity) <= now;
  });
}

/** Read, acted upon, snoozed, removed and expired are all the same to a screen. */
export function handledAs(value: FrameValue, now: number): Remembered['handled'] {
  if ('@removed' in value) return 'yes';
  if (value.userActionState === 'snoozed') return 'snoozed';
  const isOpen = value.readState === 'unread' && value.userActionState === 'noInteraction';
  return isOpen && Date.parse(value.expirationDateTime) > now ? 'no' : 'yes';
}

function byCreation(one: Notification, other: Notification): number {
  return Date.parse(one.createdDateTime) - Date.parse(other.createdDateTime);
}

export type FillerReason = 'unreadable' | 'upToDate' | 'signedOut';

/**
 * Browsers grant push for what the user sees (userVisibleOnly): where a push left nothing on the screen, something honest
 * takes its place, until there is something better. Null when nothing is needed. Only Chromium exempts a push for what is
 * shown already, or for a page in sight.
 */
export function decideFiller(screen: {
  readonly isChromium: boolean;
  /** Whether this push has shown something. */
  readonly hasShown: boolean;
  readonly displayedCount: number;
  readonly isWindowVisible: boolean;
  readonly reason: FillerReason;
}): FillerReason | null {
  const { isChromium, hasShown, displayedCount, isWindowVisible, reason } = screen;
  const isEnough = isChromium ? displayedCount > 0 || isWindowVisible : hasShown;
  return isEnough ? null : reason;
}
