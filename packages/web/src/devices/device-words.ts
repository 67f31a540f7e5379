// How the page describes a device: its name, and what tells it from others: its engine, its app, since when it is registered, when
// it was last seen, and until when it stays.
import type { Subscription } from '@carillon/protocol';
import { words } from '../language.ts';
import { leaseMs } from '../this-device.ts';

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

export interface DescribedDevice {
  readonly device: Subscription;
  /** The host name of this page's own devices; another app's is named. */
  readonly ownHost: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What tells it from others of the same name. */
export function deviceFacts({ device, ownHost, now }: DescribedDevice): string[] {
  const { tag, text } = words();
  const { targetHostName, createdDateTime, expirationDateTime } = device;
  const ends = Date.parse(expirationDateTime);
  const created = Date.parse(createdDateTime);
  const isOwn = targetHostName === ownHost;
  const facts = [engineOf(device), isOwn ? null : text('appOf', { app: targetHostName })];
  // A page renews its lease of 30 days each time that it is opened; other apps choose another time.
  const seen = Math.max(created, ends - leaseMs);
  const seenWords = isOwn ? text('seen', { time: relative(daysBetween(now, seen)) }) : null;
  const date = new Date(Math.max(now, ends)).toLocaleDateString(tag, { day: 'numeric', month: 'short' });
  const added = text('added', { time: relative(daysBetween(now, created)) });
  return [...facts, added, seenWords, text('until', { date })].filter((fact) => fact !== null);
}

const engines: readonly (readonly [RegExp, string])[] = [
  [/mozilla|firefox/i, 'Gecko'],
  [/apple|safari|iphone|ipad/i, 'WebKit'],
  [/google|windows\.com|chrome|edge|opera/i, 'Chromium'],
];

/** Of a browser: by its push service, which no name hides, else by its name. */
function engineOf({ channel, displayName, platformType }: Subscription): string | null {
  if (platformType !== 'webPush') return null;
  const known = channel?.type === 'webPush' ? new URL(channel.endpoint).hostname : (displayName ?? '');
  return engines.find(([pattern]) => pattern.test(known))?.[1] ?? null;
}

function daysBetween(now: number, then: number): number {
  return Math.round((then - now) / dayMs);
}

function relative(days: number): string {
  return new Intl.RelativeTimeFormat(words().tag, { numeric: 'auto' }).format(days, 'day');
}
