// How the page describes a device: its name, and what tells it from others: its engine, its app, since when it is registered, when
// it was last seen, and until when it stays.
import type { OwnDevice } from '@carillon/protocol';
import { words } from '../language.ts';

const dayMs = 86_400_000;
const platforms = {
  windows: 'windowsApp',
  ios: 'iosApp',
  android: 'androidApp',
  webPush: 'browser',
} as const;

export function describeDevice({ displayName, platformType }: OwnDevice): string {
  return displayName?.trim() || words().text(platforms[platformType]);
}

/** The app of this page's own devices. */
const ownApp = 'carillon-inbox';

export interface DescribedDevice {
  readonly device: OwnDevice;
  readonly isOwn: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What tells it from others of the same name. */
export function deviceFacts({ device, isOwn, now }: DescribedDevice): string[] {
  const { tag, text } = words();
  const { appId, appName, createdDateTime, lastSeenDateTime, expirationDateTime } = device;
  const ends = Date.parse(expirationDateTime);
  const app = text('appOf', { app: appId === ownApp ? text('inboxTitle') : appName });
  const added = text('added', { time: ago(createdDateTime, now) });
  // This page is open.
  const seenAt = isOwn ? new Date(now).toISOString() : lastSeenDateTime;
  const seen = seenAt === null ? text('neverSeen') : text('seen', { time: ago(seenAt, now) });
  const date = new Date(Math.max(now, ends)).toLocaleDateString(tag, { day: 'numeric', month: 'short' });
  return [engineOf(device), app, added, seen, text('until', { date })].filter((fact) => fact !== null);
}

const engines: readonly (readonly [RegExp, string])[] = [
  [/mozilla|firefox/i, 'Gecko'],
  [/apple|safari|iphone|ipad/i, 'WebKit'],
  [/google|windows\.com|chrome|edge|opera/i, 'Chromium'],
];

/** Of a browser: by its push service, which no name hides, else by its name. */
function engineOf({ pushService, displayName, platformType }: OwnDevice): string | null {
  if (platformType !== 'webPush') return null;
  const known = pushService ?? displayName ?? '';
  return engines.find(([pattern]) => pattern.test(known))?.[1] ?? null;
}

/** In days. A time that is ahead of the hub's is now. */
export function ago(dateTime: string, now: number): string {
  const passed = Math.max(0, now - Date.parse(dateTime));
  const format = new Intl.RelativeTimeFormat(words().tag, { numeric: 'auto' });
  return format.format(-Math.round(passed / dayMs), 'day');
}
