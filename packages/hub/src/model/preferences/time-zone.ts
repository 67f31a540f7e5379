// What the wall clock of an IANA time zone shows, and when it shows it next. By the rules of the runtime's own time zone
// data, where clocks change too: an hour that is skipped ends at the change, one that is repeated counts each time.
import { BoundedMap } from '../../lib/bounded-map.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** There are some 450; each keeps rules in memory. */
const kept = new BoundedMap<string, Intl.DateTimeFormat>({ entriesMax: 100, keeps: 'used' });

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = kept.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  kept.set(zone, made);
  return made;
}

/** A name of the IANA database in any case; an offset such as +02:00 is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What the wall clock is ahead of UTC. */
function offsetMs(zone: string, at: number): number {
  const [, sign, hours, minutes, seconds = 0] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(formatOf(zone).format(at)) ?? [];
  const ahead = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ahead : ahead;
}

/** Of the day that the wall clock shows. */
export function minuteOfDay(zone: string, at: number): number {
  const local = at + offsetMs(zone, at);
  return Math.floor((local - startOfDay(local)) / minuteMs);
}

function startOfDay(local: number): number {
  return Math.floor(local / dayMs) * dayMs;
}

/** The first moment of the next day. */
export function startOfTomorrow(zone: string, at: number): number {
  const local = at + offsetMs(zone, at);
  return firstShown(zone, startOfDay(local) + dayMs, at);
}

/** When the wall clock next shows that minute of a day, or has skipped it. */
export function nextMinute(zone: string, minute: number, at: number): number {
  const local = at + offsetMs(zone, at);
  const today = startOfDay(local) + minute * minuteMs;
  return firstShown(zone, today > local ? today : today + dayMs, at);
}

/** When the clock is changed between two moments; null when it is not, or not to another offset. */
export function changeBetween(zone: string, from: number, to: number): number | null {
  const before = offsetMs(zone, from);
  if (offsetMs(zone, to) === before) return null;
  let [still, changed] = [from, to];
  while (changed - still > 1) {
    const middle = Math.floor((still + changed) / 2);
    if (offsetMs(zone, middle) === before) still = middle;
    else changed = middle;
  }
  return changed;
}

/** The first moment after `at`, within two days, at which the wall clock shows `local` (as if it were UTC) or has skipped it. */
function firstShown(zone: string, local: number, at: number): number {
  const guess = local - offsetMs(zone, at);
  const then = offsetMs(zone, guess);
  const shown = local - then;
  if (shown === guess || offsetMs(zone, shown) === then) return shown;
  return changeBetween(zone, at, Math.max(guess, shown)) ?? shown;
}
