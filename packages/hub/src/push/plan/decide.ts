// What to do with a delivery that is due, as everything is now: send it, wait a little, or settle it without sending.
// And what an attempt leaves behind. Pure.
import type { AppId } from '../../model/app.ts';
import type { DeliveryResult, PlannedDelivery, SendStatus, StoredDelivery } from '../../model/delivery.ts';
import { clocksDifferMs, isOpen } from '../../model/delivery.ts';
import { type Content, isAlive, type StoredNotification } from '../../model/notification.ts';
import { readPreferences } from '../../model/preferences/preferences.ts';
import { silenceOf } from '../../model/preferences/silence.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { SendContext } from '../../store/store.ts';
import type { Outcome, Push } from '../channels/contract.ts';
import { type Decision, decisionOf, isHandled } from './plan.ts';

/** Which pushes are skipped for a device that listens live and acknowledges within the grace. */
export type PushGrace = 'off' | 'taps' | 'all';

/** How long a device that listens live has to acknowledge before it is pushed to. */
const graceMs = 2000;
/** A tap that could not be delivered for a day is useless: the device syncs when it returns. */
const clearLifeMs = 86_400_000;

export type Step =
  | { readonly kind: 'send'; readonly push: Push }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'settle'; readonly status: SendStatus; readonly reason: string }
  /** Another duty has taken its place, or it is settled already. */
  | { readonly kind: 'drop' };

export interface StepContext {
  readonly now: number;
  readonly grace: PushGrace;
  readonly listensLive: boolean;
  /** The subscription's channel takes a state change by itself. */
  readonly canClear: boolean;
}

export function decide(
  taken: PlannedDelivery,
  context: SendContext | null,
  { now, grace, listensLive, canClear }: StepContext,
): Step {
  const delivery = context?.delivery;
  if (!delivery || delivery.seq !== taken.seq || !isOpen(delivery.status)) return { kind: 'drop' };
  const { subscription, notification } = context;
  if (!subscription) return settle('gone', 'the subscription ended');
  if (subscription.leaseUntil <= now) return settle('gone', 'its lease has expired');
  const { channel } = subscription;
  if (channel === null) return settle('gone', 'another subscription has taken its push address');
  if (delivery.kind === 'clear') return decideClear(context, { ...subscription, channel }, { canClear, now });
  if (!notification || !isAlive(notification, now)) return settle('expired', 'the notification expired');
  if (isHandled(notification)) return settle('withdrawn', 'it was handled elsewhere');
  const content = JSON.parse(notification.content) as Content;
  const posted = { app: notification.app, content };
  const decision = decideSilence(context, posted, subscription, { now, canClear });
  if (decision.decision === 'skip') return settle('skipped', decision.reason);
  // A tap in place of what the device would show says nothing that it was not told.
  if (delivery.kind === 'fallback' && decision.silence !== null) return settle('skipped', decision.silence);
  const push = pushOf(context, notification, { ...subscription, channel }, { now, content, decision });
  const fetched = delivery.fetchedAt !== null || context.fetchedSeq >= delivery.seq;
  if (delivery.kind === 'fallback') {
    return fetched ? settle('skipped', 'the device has fetched it') : { kind: 'send', push };
  }
  const spared = grace === 'all' || (grace === 'taps' && push.visual === null);
  if (!spared) return { kind: 'send', push };
  if (fetched) return settle('skipped', 'the device has fetched it');
  const until = delivery.plannedAt + graceMs;
  // The clock was set back since it was planned, and the wait would last until it is there again.
  const isAhead = delivery.plannedAt > now + clocksDifferMs;
  return listensLive && now < until && !isAhead ? { kind: 'wait', until } : { kind: 'send', push };
}

function decideClear(
  context: SendContext,
  subscription: Reachable,
  { canClear, now }: Pick<StepContext, 'canClear' | 'now'>,
): Step {
  if (!canClear) return settle('skipped', 'its channel is not pushed a state change alone');
  if (context.delivery.plannedAt + clearLifeMs <= now) return settle('expired', 'it waited for a day');
  return {
    kind: 'send',
    push: pushTo(subscription, context, { visual: null, notification: null, now }),
  };
}

type Reachable = StoredSubscription & { readonly channel: PushAddress };

type PushDecision = Extract<Decision, { decision: 'push' }>;

/** As the person wants it now, and as it was to arrive when it was posted: an attempt that is late does not ring either. */
function decideSilence(
  { delivery, preferences: stored }: SendContext,
  { app, content }: { readonly app: AppId; readonly content: Content },
  subscription: StoredSubscription,
  { now, canClear }: Pick<StepContext, 'canClear' | 'now'>,
): Decision {
  const preferences = readPreferences(stored);
  const ringing = { app, content, device: subscription.id };
  const silence = silenceOf(preferences, ringing, now) ?? silenceOf(preferences, ringing, delivery.plannedAt);
  const decision = decisionOf(content, subscription, { now, silence, canClear });
  const isStale = decision.decision === 'skip' && decision.reason !== silence;
  return isStale ? { decision: 'skip', reason: 'the subscription no longer asks for it' } : decision;
}

function pushOf(
  context: SendContext,
  row: StoredNotification,
  subscription: Reachable,
  {
    now,
    content,
    decision,
  }: { readonly now: number; readonly content: Content; readonly decision: PushDecision },
): Push {
  const { groupName, priority, fallbackPolicy } = content;
  const fallback = fallbackPolicy?.endpointFallback.visualContent ?? null;
  const visual = context.delivery.kind === 'fallback' ? fallback : decision.visual;
  // Content whose display time is over is not shown any more, but the device still gets a tap.
  const past = row.displayUntil !== null && row.displayUntil <= now;
  const { id, expires, displayUntil } = row;
  const { silence } = decision;
  const shown = silence === null ? priority : 'Low';
  const notification = { id, groupName, priority: shown, expires, displayUntil };
  return pushTo(subscription, context, { visual: past ? null : visual, notification, silence, now });
}

/** One literal: this is made for each attempt, and once more while it waits. */
function pushTo(
  subscription: Reachable,
  { delivery, unread, handled }: SendContext,
  { visual, notification, silence = null, now }: Pick<Push, 'visual' | 'notification' | 'silence' | 'now'>,
): Push {
  return {
    kind: delivery.kind,
    app: subscription.app,
    user: subscription.user,
    channel: subscription.channel,
    platform: subscription.platform,
    registeredAt: registeredAt(subscription, now),
    visual,
    notification,
    silence,
    unreadCount: unread,
    close: handled,
    now,
  };
}

/** Since when the device says that it has the address: what a provider knew before says nothing of it. */
export function registeredAt(
  { created, registered }: Pick<StoredSubscription, 'created' | 'registered'>,
  now: number,
): number {
  const at = registered || created;
  // The clock was ahead then, so that every verdict until it is there again would look older.
  return at > now + clocksDifferMs ? 0 : at;
}

function settle(status: SendStatus, reason: string): Step {
  return { kind: 'settle', status, reason };
}

/** A delivery that is settled without an attempt. */
export function settledResult(delivery: StoredDelivery, status: SendStatus, reason: string): DeliveryResult {
  const { attempts, due } = delivery;
  return {
    ...dutyOf(delivery),
    status,
    reason,
    attempts,
    due,
    sentAt: null,
    truncated: delivery.truncated,
    dropped: delivery.dropped,
    answer: null,
  };
}

export interface Sent {
  readonly outcome: Outcome;
  readonly now: number;
  /** Until when another attempt makes sense. */
  readonly until: number;
  /** How long to wait for it, if there is one. */
  readonly delayMs: number;
  /** Why what was sent shows nothing. */
  readonly silence?: string | null | undefined;
}

export function sentResult(delivery: StoredDelivery, sent: Sent): DeliveryResult {
  const { outcome, now, until, delayMs, silence = null } = sent;
  const { verdict, status, reason, truncated, dropped = [] } = outcome;
  const attempts = delivery.attempts + 1;
  const answer = { verdict, status, reason: reason?.slice(0, 100) ?? null, at: now };
  const sentAt = verdict === 'accepted' || outcome.unanswered ? now : null;
  const base = { ...dutyOf(delivery), attempts, sentAt, answer, truncated, dropped };
  const final = (settled: SendStatus, why: string | null): DeliveryResult => ({
    ...base,
    status: settled,
    reason: why,
    due: now,
  });
  switch (verdict) {
    case 'accepted':
      return final('accepted', silence);
    case 'gone':
      return final('gone', reason);
    case 'refused':
      return final('failed', reason);
    case 'retry':
    case 'throttled': {
      const due = now + delayMs;
      if (due >= until)
        return final('expired', `it could not be sent before it expires: ${reason ?? verdict}`);
      return { ...base, status: outcome.unanswered ? 'sent' : 'pending', reason: silence, due };
    }
  }
}

/** Until when a delivery may be tried. */
export function tryUntil({ delivery, notification }: SendContext): number {
  return delivery.kind === 'clear' ? delivery.plannedAt + clearLifeMs : (notification?.expires ?? 0);
}

function dutyOf({ user, notification, subscription, kind, seq, channel, plannedAt: at }: StoredDelivery) {
  return { user, notification, subscription, kind, seq, planned: { channel, at } };
}
