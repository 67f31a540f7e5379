// One language in use: it fills in texts and formats numbers and times. There is one instance a language, because Intl's
// formatters are expensive to create.
import { type CountMessages, fill, type InboxMessages as Messages, type TextMessages } from '@carillon/words';
import { daysBetween } from '../time/days.ts';
import { chooseLocale } from './locales.ts';

type Values = Readonly<Record<string, string>>;

export class Localizer {
  readonly tag: string;
  readonly #messages: Messages;
  readonly #plural: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;
  readonly #relative: Intl.RelativeTimeFormat;
  readonly #day: Intl.RelativeTimeFormat;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  constructor(wanted: readonly string[]) {
    const { tag, messages } = chooseLocale(wanted);
    this.tag = tag;
    this.#messages = messages;
    this.#plural = new Intl.PluralRules(tag);
    this.#number = new Intl.NumberFormat(tag);
    this.#relative = new Intl.RelativeTimeFormat(tag, { style: 'narrow' });
    this.#day = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  }

  text(key: keyof TextMessages, values: Values = {}): string {
    return fill(this.#messages[key], values);
  }

  count(key: keyof CountMessages, count: number): string {
    const forms = this.#messages[key];
    return fill(forms[this.#plural.select(count)] ?? forms.other, { count: this.number(count) });
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  /** The time of a row: "now", "5 min. ago" within 24 hours, else the time of day; the heading has the day. */
  ago(time: number, now: number): string {
    const minutes = Math.floor((now - time) / 60_000);
    if (minutes < 1) return this.text('now');
    if (minutes < 60) return this.#relative.format(-minutes, 'minute');
    if (daysBetween(time, now) === 0) return this.#relative.format(-Math.floor(minutes / 60), 'hour');
    return this.clockTime(time);
  }

  /** Until something ends: "in 5 min.", in seconds when it is near. */
  within(ms: number): string {
    const seconds = Math.max(0, Math.ceil(ms / 1000));
    if (seconds < 120) return this.#relative.format(seconds, 'second');
    if (seconds < 7200) return this.#relative.format(Math.floor(seconds / 60), 'minute');
    if (seconds < 172_800) return this.#relative.format(Math.floor(seconds / 3600), 'hour');
    return this.#relative.format(Math.floor(seconds / 86_400), 'day');
  }

  /** Today, Yesterday, the weekday within a week, else the date; with the year when it is another one. */
  day(time: number, now: number): string {
    const days = daysBetween(time, now);
    if (days < 2 && days > -2) return capitalize(this.#day.format(days === 0 ? 0 : -days, 'day'), this.tag);
    if (days > 0 && days < 7) return capitalize(this.#format({ weekday: 'long' }, time), this.tag);
    const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
    return this.#format({ day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) }, time);
  }

  clockTime(time: number): string {
    return this.#format({ hour: 'numeric', minute: '2-digit' }, time);
  }

  /** Weekday and time: enough for a moment within a week. */
  moment(time: number): string {
    return this.#format({ weekday: 'short', hour: 'numeric', minute: '2-digit' }, time);
  }

  fullTime(time: number): string {
    return this.#format({ dateStyle: 'full', timeStyle: 'short' }, time);
  }

  shortTime(time: number): string {
    return this.#format({ day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }, time);
  }

  #format(options: Intl.DateTimeFormatOptions, time: number): string {
    const key = JSON.stringify(options);
    const known = this.#formats.get(key);
    const format = known ?? new Intl.DateTimeFormat(this.tag, options);
    if (!known) this.#formats.set(key, format);
    return format.format(time);
  }
}

function capitalize(text: string, tag: string): string {
  return text.charAt(0).toLocaleUpperCase(tag) + text.slice(1);
}
