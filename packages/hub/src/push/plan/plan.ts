// Plans the pushes of a change: change × subscriptions × policy → deliveries, inside the transaction of the change. Pure.
// A new, replaced or woken notification rings. A changed state withdraws unsent pushes and taps the devices that may show
// the notification.
import type { VisualContent } from '@carillon/protocol';
import type { DeliveryPlan, DeliveryPlanner } from '../../feed/plan/plan.ts';
import {
  claimLeaseMs,
  clocksDifferMs,
  type DeliveryKind,
  isOpen,
  newDelivery,
  noNotification,
  type SendStatus,
  type StoredDelivery,
} from '../../model/delivery.ts';
import type { Content, StoredNotification } from '../../model/notification.ts';
import { readPreferences } from '../../model/preferences/preferences.ts';
import { silenceOf } from '../../model/preferences/silence.ts';
import type { UserKey } from '../../model/principal.ts';
import type { StoredSubscription } from '../../model/subscription.ts';
import type { Change } from '../../model/write.ts';
import type { ChannelDescriptor } from '../channels/descriptor.ts';

/** A plan with the channels of the hub, by their names on the wire. */
interface PushPlan extends DeliveryPlan {
  readonly channels: ReadonlyMap<string, PlannedChannel>;
}

/** What planning knows of a channel. */
export type PlannedChannel = Pick<ChannelDescriptor, 'type' | 'code' | 'flags'>;

export function openDeliveryPlanner(descriptors: readonly PlannedChannel[]): DeliveryPlanner {
  const channels = new Map(descriptors.map((each) => [each.type, each]));
  return {
    planChange: (change, plan) => planChange(change, { ...plan, channels }),
    planLate: (late, plan) => planLate(late, { ...plan, channels }),
  };
}

function planChange(change: Change, plan: PushPlan): void {
  switch (change.cause) {
    case 'posted':
      plan.overlay.deliveries.begin(change.user, change.notification.id);
      ring(change, plan);
      return;
    case 'replaced':
    case 'woken':
      withdraw(change, 'withdrawn', plan);
      ring(change, plan);
      return;
    case 'state':
    case 'deleted':
      clear(change, plan);
      if (isHandled(change.notification)) withdraw(change, 'withdrawn', plan);
      return;
    case 'expired':
      // What was handled before is shown nowhere any more.
      if (change.notification.readState === 'unread') clear(change, plan);
      withdraw(change, 'expired', plan);
      return;
    default:
      change.cause satisfies never;
  }
}

/** What a subscription is pushed of a notification. */
export type Decision =
  | {
      readonly decision: 'push';
      readonly reason: string;
      readonly visual: VisualContent | null;
      /** Why it shows nothing: what the person has set. */
      readonly silence: string | null;
    }
  | { readonly decision: 'skip'; readonly reason: string };

export interface DecisionContext {
  readonly now: number;
  /** Why the person wants it silent; null when it rings. */
  readonly silence: string | null;
  /** Its channel takes a push that shows nothing. */
  readonly canClear: boolean;
}

/**
 * What is silenced is a tap, which updates what the device counts. A browser demands that each push shows something, so it
 * gets none: the notification is there at its next sync, and not even `silent` keeps a banner off all screens.
 */
export function decisionOf(
  content: Content,
  subscription: StoredSubscription,
  { now, silence, canClear }: DecisionContext,
): Decision {
  const skip = (reason: string): Decision => ({ decision: 'skip', reason });
  const { visualContent } = content.payload;
  if (subscription.leaseUntil <= now) return skip('its lease has expired');
  if (subscription.notificationType === 'noNotification') return skip('it asked for noNotification');
  if (!content.targetPolicy.platformTypes.includes(subscription.platform)) {
    return skip(`targetPolicy leaves out ${subscription.platform}`);
  }
  if (subscription.channel === null) return skip('it has no push address and listens live');
  if (silence !== null && !canClear) return skip(silence);
  const push = (reason: string, visual: VisualContent | null = null): Decision => ({
    ...{ decision: 'push', reason, visual, silence },
  });
  if (silence !== null) return push(`a tap: ${silence}`);
  if (subscription.notificationType === 'notificationOnly')
    return push('a tap: it asked for notificationOnly');
  if (!visualContent) return push('a tap: the payload is raw');
  return push('visual content', visualContent);
}

/** Whether a subscription receives an app's notifications at all. */
export function isToldOf(app: string, subscription: StoredSubscription): boolean {
  return subscription.seesAll || subscription.app === app;
}

export function isHandled({ readState, removed }: StoredNotification): boolean {
  return readState === 'read' || removed !== null;
}

function ring(change: Change, { overlay, now, claim, channels }: PushPlan): void {
  const { notification } = change;
  const told = overlay
    .subscriptions(change.user)
    .filter((each) => isToldOf(notification.app, each) && each.leaseUntil > now);
  if (told.length === 0) return;
  const content = JSON.parse(notification.content) as Content;
  const preferences = readPreferences(overlay.feed(change.user)?.preferences ?? null);
  const before = overlay.deliveries.of(change.user, notification.id);
  for (const subscription of told) {
    const channel = channelOf(subscription, channels);
    const ringing = { app: notification.app, content, device: subscription.id };
    const silence = silenceOf(preferences, ringing, now);
    const canClear = channel?.flags.canClear ?? false;
    const decision =
      channel === undefined ? unknownChannel : decisionOf(content, subscription, { now, silence, canClear });
    const duty = {
      user: change.user,
      notification: notification.id,
      seq: change.seq,
      channel: channel?.code ?? null,
    };
    const fresh = newDelivery(subscription, duty, 'notify', now);
    // That an earlier content was sent is kept: the device may still show it.
    const { sentAt = null } = find(before, subscription.id, 'notify') ?? {};
    overlay.deliveries.put(
      decision.decision === 'push'
        ? {
            ...fresh,
            sentAt,
            reason: decision.silence,
            claimed: claim,
            due: claim ? now + claimLeaseMs : now,
          }
        : { ...fresh, sentAt, status: 'skipped', reason: decision.reason },
    );
    const fallback = content.fallbackPolicy?.endpointFallback;
    if (!fallback || subscription.platform !== 'ios' || decision.decision === 'skip') continue;
    if (subscription.notificationType === 'notificationOnly') continue;
    const due = now + fallback.fallbackDelayInSeconds * 1000;
    const later = { ...newDelivery(subscription, duty, 'fallback', now), due };
    overlay.deliveries.put(silence === null ? later : { ...later, status: 'skipped', reason: silence });
  }
}

/** Withdraws everything unsent, also where an attempt is under way: its result no longer counts. */
function withdraw(change: Change, status: SendStatus, { overlay, now }: PushPlan): void {
  const reason = status === 'expired' ? 'the notification expired' : reasonOf(change);
  for (const row of overlay.deliveries.of(change.user, change.notification.id)) {
    if (!isOpen(row.status)) continue;
    // When it was withdrawn: of what is settled, `due` says that.
    overlay.deliveries.put({ ...row, status, reason, claimed: false, due: now });
  }
}

function reasonOf({ cause, notification }: Change): string {
  const { response, userActionState } = notification;
  if (cause === 'state' && response !== null && response !== 'open')
    return response.by === 'user' ? 'it was answered elsewhere' : 'nobody answered it in time';
  const how = cause !== 'state' ? cause : userActionState === 'noInteraction' ? 'read' : userActionState;
  return `it was ${how} elsewhere`;
}

/** Taps every other device that may show it: it was pushed, or an attempt is under way. */
function clear({ user, notification, seq }: Change, plan: PushPlan): void {
  const told = plan.overlay.deliveries
    .of(user, notification.id)
    .filter(({ subscription }) => subscription !== plan.acting)
    .filter(mayShow);
  if (told.length > 0) tap(user, seq, new Set(told.map(({ subscription }) => subscription)), plan);
}

/** It was sent, an attempt is under way, or the device itself has it. */
function mayShow({ sentAt, claimed, status, fetchedAt, shownAt }: StoredDelivery): boolean {
  return sentAt !== null || (claimed && isOpen(status)) || fetchedAt !== null || shownAt !== null;
}

/** The tap that its withdrawal planned may have overtaken it. */
function planLate({ user, notification, subscription }: StoredDelivery, plan: PushPlan): void {
  const row = plan.overlay.notification(user, notification);
  if (row && isHandled(row)) tap(user, row.seq, new Set([subscription]), plan);
}

function tap(
  user: UserKey,
  seq: number,
  ids: ReadonlySet<string>,
  { overlay, now, claim, channels }: PushPlan,
): void {
  const waiting = overlay.deliveries.of(user, noNotification);
  for (const subscription of overlay.subscriptions(user)) {
    const { leaseUntil, id } = subscription;
    if (!ids.has(id) || leaseUntil <= now) continue;
    const channel = channelOf(subscription, channels);
    if (!channel?.flags.canClear) continue;
    if (subscription.notificationType === 'noNotification') continue;
    const before = find(waiting, id, 'clear');
    // Never the sequence of the tap before it, or that one's result would settle this.
    const duty = {
      user,
      notification: noNotification,
      seq: Math.max(seq, (before?.seq ?? 0) + 1),
      channel: channel.code,
    };
    const fresh = newDelivery(subscription, duty, 'clear', now);
    // One that was planned while the clock was ahead would wait until it is there again.
    const isAhead = before && before.plannedAt > now + clocksDifferMs;
    const backsOff = before && isOpen(before.status) && !before.claimed && before.due > now && !isAhead;
    overlay.deliveries.put(
      backsOff
        ? { ...fresh, attempts: before.attempts, due: before.due }
        : { ...fresh, claimed: claim, due: claim ? now + claimLeaseMs : now },
    );
  }
}

/** Null without a push address, undefined when it is of a channel that this hub does not have. */
function channelOf(
  { channel }: StoredSubscription,
  channels: ReadonlyMap<string, PlannedChannel>,
): PlannedChannel | null | undefined {
  return channel && channels.get(channel.type);
}

export const unknownChannel: Decision = { decision: 'skip', reason: 'this hub has no such push channel' };

function find(
  rows: readonly StoredDelivery[],
  subscription: string,
  kind: DeliveryKind,
): StoredDelivery | undefined {
  return rows.find((row) => row.subscription === subscription && row.kind === kind);
}
