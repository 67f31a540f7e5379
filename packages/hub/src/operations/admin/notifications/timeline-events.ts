// What happened to a notification, from the rows that the stores keep anyway, in the order of time. Pure. A post writes
// nothing for it: the times of a notification, of its deliveries and of their answers are all there is.
import type { timelineSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';
import { uuidTime } from '../../../lib/ids.ts';
import { formatDateTime } from '../../../model/date-time.ts';
import { isOpen, type ProviderAnswer, type StoredDelivery } from '../../../model/delivery.ts';
import type { StoredNotification } from '../../../model/notification.ts';
import type { EarlierAnswers } from '../../../store/store.ts';
import { shortHash } from '../deliveries/delivery-id.ts';

type Timeline = Static<typeof timelineSchema>;
export type TimelineEvent = Timeline['events'][number];

interface Happened extends Omit<TimelineEvent, 'dateTime' | 'subscription'> {
  readonly at: number | null;
  /** Null for what is no one device's. */
  readonly of: string | null;
}

export interface TimelineRows {
  readonly notification: StoredNotification;
  /** Of it, and the taps of the user's devices. */
  readonly deliveries: readonly StoredDelivery[];
  readonly earlier: readonly EarlierAnswers[];
}

export function timelineOf(rows: TimelineRows): TimelineEvent[] {
  const all = [
    ...ofNotification(rows.notification),
    ...rows.deliveries.flatMap((delivery) => ofDelivery(delivery, rows)),
  ];
  // Sorting keeps the order of what happened in the same millisecond, which is that of the steps.
  return all
    .flatMap(({ at, ...rest }) => (at === null ? [] : [{ at, ...rest }]))
    .sort((one, other) => one.at - other.at)
    .map(({ at, of, ...rest }) => ({
      dateTime: formatDateTime(at),
      subscription: of && shortHash(of),
      ...rest,
    }));
}

function ofNotification(row: StoredNotification): Happened[] {
  const { id, contentVersion, postedAt, modified, response, removed } = row;
  const event = (name: TimelineEvent['event'], at: number, reason?: string): Happened[] => [
    { event: name, at, of: null, ...(reason === undefined ? {} : { reason }) },
  ];
  const answered = response === null || response === 'open' ? null : response;
  const handled = removed ?? (answered ? null : handledAs(row));
  return [
    ...event('posted', uuidTime(id)),
    ...(contentVersion > 1 ? event('replaced', postedAt, `content version ${contentVersion}`) : []),
    ...event('committed', postedAt),
    ...(answered ? event('answered', answered.at, `by the ${answered.by}`) : []),
    ...(handled ? event(handled, modified) : []),
  ];
}

function handledAs({
  userActionState,
  readState,
}: StoredNotification): 'read' | 'activated' | 'dismissed' | 'snoozed' | null {
  if (userActionState !== 'noInteraction') return userActionState;
  return readState === 'read' ? 'read' : null;
}

const ends = { withdrawn: 'withdrawn', expired: 'expired', failed: 'failed', gone: 'gone' } as const;

function ofDelivery(delivery: StoredDelivery, { earlier }: TimelineRows): Happened[] {
  const { subscription: of, kind, status, reason, plannedAt, due, answer } = delivery;
  const before = earlier.find((each) => each.subscription === of && each.kind === kind)?.answers ?? [];
  const answers = answer ? [...before, answer] : before;
  const own = { of, kind };
  const evidence = { fetched: delivery.fetchedAt, shown: delivery.shownAt, acted: delivery.actedAt };
  if (kind === 'clear') return [{ ...own, event: 'cleared', at: answer?.at ?? null, reason }];
  return [
    { ...own, event: status === 'skipped' ? 'skipped' : 'planned', at: plannedAt, reason },
    ...answers.map((each, index) => ({ ...own, ...attemptOf(each, index) })),
    ...(['fetched', 'shown', 'acted'] as const).map((event) => ({ ...own, event, at: evidence[event] })),
    ...(status in ends
      ? [{ ...own, event: ends[status as keyof typeof ends], at: endOf(delivery, due), reason }]
      : []),
  ];
}

function attemptOf({ verdict, status, reason, at }: ProviderAnswer, index: number) {
  return { event: 'attempt' as const, attempt: index + 1, verdict, status, reason, at };
}

/** Of what was withdrawn or expired `due` says when; what failed ends with its last answer. */
function endOf({ status, answer, plannedAt }: StoredDelivery, due: number): number {
  return status === 'withdrawn' || status === 'expired' ? due : (answer?.at ?? plannedAt);
}

/** A tap that was accepted after the notification was handled took it off the device's screen, if it was there. */
export function clearsIt(
  tap: StoredDelivery,
  { seq, readState, removed }: StoredNotification,
  shownOn: ReadonlySet<string>,
): boolean {
  const isHandled = readState === 'read' || removed !== null;
  return isHandled && tap.status === 'accepted' && tap.seq >= seq && shownOn.has(tap.subscription);
}

/** It was sent, or the device itself has it. */
export function mayShow({ kind, sentAt, fetchedAt, shownAt }: StoredDelivery): boolean {
  return kind !== 'clear' && (sentAt !== null || fetchedAt !== null || shownAt !== null);
}

/** When the next attempt is due; null when none is. */
export function nextAttempt({ status, due }: StoredDelivery): number | null {
  return isOpen(status) ? due : null;
}
