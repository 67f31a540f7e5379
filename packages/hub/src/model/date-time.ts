// Dates of the wire: RFC 3339 with any offset and precision, kept as whole milliseconds since 1970.
// What no schema of a text can say: that the day exists, and which instant it is.

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Milliseconds since 1970, or null for anything that is not an RFC 3339 date and time. */
export function parseDateTime(text: string): number | null {
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
  const utc = Date.UTC(2000, mo - 1, d, h, mi, s, Math.trunc(Number(`0.${fraction}`) * 1000));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999, so the year is put in afterwards.
  const local = new Date(utc).setUTCFullYear(y, mo - 1, d);
  return sign === '-' ? local + offsetMs : local - offsetMs;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
