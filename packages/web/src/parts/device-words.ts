// How the page describes a device: its name, and since when and until when
// it is registered.
import type { Subscription } from '@carillon/protocol';

const dayMs = 86_400_000;
const platforms: Readonly<Record<string, string>> = {
  windows: 'Windows app',
  ios: 'iPhone or iPad',
  android: 'Android app',
  webPush: 'Browser',
};

export function describeDevice({ displayName, platformType }: Subscription): string {
  return displayName?.trim() || (platforms[platformType] ?? platformType);
}

/** `now` in milliseconds since 1970. */
export function createdText({ createdDateTime }: Subscription, now: number): string {
  const days = daysBetween(now, Date.parse(createdDateTime));
  return days === 0 ? 'added today' : `added ${relative(days)}`;
}

/** The hub removes a device that has not renewed its lease by then. */
export function leaseText({ expirationDateTime }: Subscription, now: number): string {
  const until = new Date(Math.max(now, Date.parse(expirationDateTime)));
  return `until ${until.toLocaleDateString('en', { day: 'numeric', month: 'short' })}`;
}

function daysBetween(now: number, then: number): number {
  return Math.round((then - now) / dayMs);
}

function relative(days: number): string {
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(days, 'day');
}
