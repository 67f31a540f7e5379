// How the page describes a device: its name, and since when and until when
// it is registered.
import type { Subscription } from '@carillon/protocol';
import { words } from '../language.ts';

const dayMs = 86_400_000;
const platforms = {
  windows: 'windowsApp',
  ios: 'iosApp',
  android: 'androidApp',
  webPush: 'browser',
} as const;

export function describeDevice({ displayName, platformType }: Subscription): string {
  return displayName?.trim() || words().text(platforms[platformType]);
}

/** `now` in milliseconds since 1970. */
export function createdText({ createdDateTime }: Subscription, now: number): string {
  return words().text('added', { time: relative(daysBetween(now, Date.parse(createdDateTime))) });
}

/** The hub removes a device that has not renewed its lease by then. */
export function leaseText({ expirationDateTime }: Subscription, now: number): string {
  const until = new Date(Math.max(now, Date.parse(expirationDateTime)));
  const { tag, text } = words();
  return text('until', { date: until.toLocaleDateString(tag, { day: 'numeric', month: 'short' }) });
}

function daysBetween(now: number, then: number): number {
  return Math.round((then - now) / dayMs);
}

function relative(days: number): string {
  return new Intl.RelativeTimeFormat(words().tag, { numeric: 'auto' }).format(days, 'day');
}
