// Dates of the wire: RFC 3339 with any offset and precision, kept as whole milliseconds since 1970.
// What no schema of a text can say: that the day exists, and which instant it is.

const pattern = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970, or null for anything that is not an RFC 3339 date and time. */
export function parseDateTime(text: string): number | null {
  const match = pattern.exec(text);
  if (!match) return null;
  const [, date, time, fraction = '', offset] = match as unknown as [
    string,
    string,
    string,
    string?,
    string?,
  ];
  const millis = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${offset?.toUpperCase()}`);
  if (Number.isNaN(millis)) return null;
  // Date.parse lets 31 February roll over into March.
  const day = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date ? null : millis;
}
