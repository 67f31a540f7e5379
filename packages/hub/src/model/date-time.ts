// Dates of the wire: RFC 3339 with any offset and precision, kept as whole milliseconds since 1970.
// What no schema of a text can say: that the day exists, and which instant it is.

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Milliseconds since 1970, or null for anything that is not an RFC 3339 date and time. */
export function parseDateTime(text: string): number | null {
  // What the hub itself would write needs no taking apart.
  const canonical = text.length === 24 ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(canonical) && formatDateTime(canonical) === text) return canonical;
  const match = pattern.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction = '0', sign, offsetHour = 0, offsetMinute = 0] =
    match;
  const [y, mo, d, h, mi, s] = [
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  ];
  if (mo < 1 || mo > 12 || d < 1 || d > daysOf(y, mo) || h > 23 || mi > 59 || s > 59) return null;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  const utc = Date.UTC(2000, mo - 1, d, h, mi, s, Number(fraction.slice(0, 3).padEnd(3, '0')));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999, so the year is put in afterwards.
  const local = new Date(utc).setUTCFullYear(y, mo - 1, d);
  return sign === '-' ? local + offsetMs : local - offsetMs;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const dayMs = 86_400_000;
const daysKept = 64;
const dates = new Map<number, string>();
const two = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** UTC with three decimals. As Date.toISOString gives it, at a third of its cost: the date is kept for the day. */
export function formatDateTime(time: number): string {
  const day = Math.floor(time / dayMs);
  const ms = time - day * dayMs;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const fraction = String((ms % 1000) + 1000).slice(1);
  return `${dateOf(day)}T${two[Math.floor(minutes / 60)]}:${two[minutes % 60]}:${two[seconds % 60]}.${fraction}Z`;
}

function dateOf(day: number): string {
  let date = dates.get(day);
  if (date === undefined) {
    date = new Date(day * dayMs).toISOString().slice(0, -14);
    if (dates.size >= daysKept) dates.clear();
    dates.set(day, date);
  }
  return date;
}
