// Whether a push rings, by what the person has set: mutes, and quiet hours by the wall clock of the person's time zone. What
// is silenced says why and until when, in words that stand in deliveries and in `explain`. Pure.
import type { Passing } from '@carillon/protocol';
import type { AppId } from '../app.ts';
import { formatDateTime } from '../date-time.ts';
import type { Content } from '../notification.ts';
import { isLasting, type Preferences, type StoredMute, type StoredQuietHours } from './preferences.ts';
import { changeBetween, minuteOfDay, nextMinute } from './time-zone.ts';

export interface Ringing {
  readonly app: AppId;
  readonly content: Content;
  /** The subscription that would be pushed to. */
  readonly device: string;
}

/** Why a push shows nothing, and until when; null when it rings. */
export function silenceOf({ mutes, quietHours }: Preferences, ringing: Ringing, at: number): string | null {
  return muteOf(mutes, ringing, at) ?? (quietHours && quietOf(quietHours, ringing.content, at));
}

/** By the mute that lasts longest. */
function muteOf(mutes: readonly StoredMute[], { app, content, device }: Ringing, at: number): string | null {
  const ends = mutes
    .filter((each) => each.app === app && isLasting(each, at))
    .filter(({ group }) => group === null || group === content.groupName)
    .filter((each) => each.device === null || each.device === device)
    .map(({ until }) => until ?? Number.POSITIVE_INFINITY);
  if (ends.length === 0) return null;
  const until = Math.max(...ends);
  return until === Number.POSITIVE_INFINITY ? 'muted' : `muted until ${formatDateTime(until)}`;
}

function quietOf(quietHours: StoredQuietHours, content: Content, at: number): string | null {
  if (quietHours.passes.some((each) => passes[each](content))) return null;
  const until = quietUntil(quietHours, at);
  return until === null ? null : `quietHours until ${formatDateTime(until)}`;
}

const passes: Readonly<Record<Passing, (content: Content) => boolean>> = {
  critical: ({ payload }) => payload.visualContent?.interruptionLevel === 'critical',
  timeSensitive: ({ payload }) => payload.visualContent?.interruptionLevel === 'timeSensitive',
  highPriority: ({ priority }) => priority === 'High',
};

/** When the quiet hours end that are now; null when it is not quiet. */
export function quietUntil(hours: StoredQuietHours, at: number): number | null {
  const { zone, end } = hours;
  if (!isQuiet(hours, at)) return null;
  let until = at;
  do {
    const next = nextMinute(zone, end, until);
    // Set back, the clock may show an hour before the start once more.
    const change = changeBetween(zone, until, next);
    until = change !== null && !isQuiet(hours, change) ? change : next;
  } while (isQuiet(hours, until));
  return until;
}

/** While the wall clock shows a time from the start up to the end. */
function isQuiet({ zone, start, end }: StoredQuietHours, at: number): boolean {
  const minute = minuteOfDay(zone, at);
  return start < end ? start <= minute && minute < end : start <= minute || minute < end;
}
