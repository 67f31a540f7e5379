// Days as the user's calendar has them, in the zone of the browser: 23 and 25 hours long when the clock changes.
// Pure functions; the list groups by them.

const dayMs = 86_400_000;

/** Midnight before or at the time, in milliseconds. */
export function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** Midnight after it. */
export function endOfDay(time: number): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

/** How many midnights lie between: 0 on the same day, 1 for yesterday, negative for the future. */
export function daysBetween(time: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(time)) / dayMs);
}
