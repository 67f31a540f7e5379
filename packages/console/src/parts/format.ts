// Times and numbers in the language that is shown.
// Formatters are kept, since they are expensive to create.
import { clock } from '../clock.ts';
import { words } from '../language.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();
const relative = new Map<string, Intl.RelativeTimeFormat>();

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** "5 minutes ago", "in 3 days". */
export function ago(dateTime: string): string {
  const { tag } = words();
  const seconds = Math.round((Date.parse(dateTime) - clock.now()) / 1000);
  const [unit, size] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  const known = relative.get(tag) ?? new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  relative.set(tag, known);
  return known.format(Math.trunc(seconds / size), unit);
}

/** To the second, for what is compared. */
export function moment(dateTime: string): string {
  return format(dateTime, { dateStyle: 'medium', timeStyle: 'medium' });
}

export function day(dateTime: string): string {
  return format(dateTime, { dateStyle: 'medium' });
}

/** With milliseconds, for a timeline. */
export function instant(dateTime: string): string {
  return format(dateTime, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
}

function format(dateTime: string, options: Intl.DateTimeFormatOptions): string {
  const { tag } = words();
  const key = tag + JSON.stringify(options);
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(tag, options);
  formatters.set(key, known);
  return known.format(Date.parse(dateTime));
}

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** "3.4 MB". */
export function size(bytes: number): string {
  const step = Math.min(sizes.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const unit = { style: 'unit', unit: sizes[step], maximumFractionDigits: step === 0 ? 0 : 1 } as const;
  return new Intl.NumberFormat(words().tag, unit).format(bytes / 1000 ** step);
}

export function number(count: number): string {
  return words().number(count);
}
