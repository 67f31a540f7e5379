// What the operations of preferences share: how stored ones are answered, and how a body's become stored ones. A token of
// one app sees and sets the mutes of that app alone; when it is quiet is the person's own, for an inbox over all apps.
import type {
  Mute,
  MutePost,
  MuteSpan,
  NotificationPreferences,
  NotificationPreferencesPatch,
  Passing,
  QuietHours,
} from '@carillon/protocol';
import type { App, AppId } from '../../model/app.ts';
import { formatDateTime, parseDateTime } from '../../model/date-time.ts';
import { denied, invalid } from '../../model/errors.ts';
import { foldName } from '../../model/fold-name.ts';
import {
  isLasting,
  type Preferences,
  readPreferences,
  type StoredMute,
  type StoredQuietHours,
} from '../../model/preferences/preferences.ts';
import { isTimeZone, startOfTomorrow } from '../../model/preferences/time-zone.ts';
import type { UserPrincipal } from '../../model/principal.ts';
import type { Services } from '../kernel/call.ts';

const hourMs = 3_600_000;

/** Those that last, of devices that are there. */
export async function answerPreferences(
  { mutes, quietHours }: Preferences,
  { user, visibility }: UserPrincipal,
  { read, clock, unsIds }: Services,
): Promise<NotificationPreferences> {
  const now = clock.now();
  const devices = mutes.some(({ device }) => device !== null) ? await read.subscriptionsOfUser(user.key) : [];
  const isThere = (id: string | null) => id === null || devices.some((device) => device.id === id);
  const shown = mutes.filter(
    (each) =>
      isLasting(each, now) && isThere(each.device) && (visibility === null || each.app === visibility),
  );
  return {
    mutes: shown.map(
      ({ app, host, group, device, until }): Mute => ({
        appId: app,
        targetHostName: host,
        groupName: group,
        subscriptionId: device === null ? null : unsIds.write(user.key, device),
        untilDateTime: until === null ? null : formatDateTime(until),
      }),
    ),
    quietHours: visibility === null && quietHours ? answerQuietHours(quietHours) : null,
  };
}

export function answerQuietHours({ zone, start, end, passes }: StoredQuietHours): QuietHours {
  return { timeZone: zone, startTime: timeOf(start), endTime: timeOf(end), passes: [...passes] };
}

function timeOf(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

export function readQuietHours(
  given: NonNullable<NotificationPreferencesPatch['quietHours']>,
): StoredQuietHours {
  const zone = readZone(given.timeZone, 'quietHours.timeZone');
  const [start, end] = [minutesOf(given.startTime), minutesOf(given.endTime)];
  if (start === end)
    throw invalid('Quiet hours must end at another time than they start.', 'quietHours.endTime');
  return { zone, start, end, passes: [...new Set<Passing>(given.passes ?? ['critical'])] };
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

function readZone(name: string, target: string): string {
  if (isTimeZone(name)) return name;
  throw invalid(`${target} must name a time zone of the IANA database, such as Europe/Berlin.`, target);
}

/** The mutes of a body, in their order. */
export async function readMutes(
  given: readonly MutePost[],
  principal: UserPrincipal,
  services: Services,
): Promise<StoredMute[]> {
  const feed = await services.read.owner(principal.user.key);
  const { quietHours } = readPreferences(feed?.preferences ?? null);
  const mutes: StoredMute[] = [];
  for (const [index, each] of given.entries()) {
    const at = `mutes[${index}]`;
    const app = appOf(each, at, principal, services);
    mutes.push({
      app: app.id,
      host: each.targetHostName ? foldName(each.targetHostName) : (app.hosts[0] ?? app.id),
      group: each.groupName || null,
      device: await deviceOf(each, { at, app: app.id }, principal, services),
      until: readUntil(each, at, quietHours?.zone ?? null, services.clock.now()),
    });
  }
  return mutes;
}

/** One that the token may see: its own, unless it sees all. */
function appOf(
  { appId, targetHostName }: MutePost,
  at: string,
  { app, visibility }: UserPrincipal,
  { registry }: Services,
): App {
  const target = `${at}.${appId === undefined ? 'targetHostName' : 'appId'}`;
  const host = targetHostName === undefined ? null : foldName(targetHostName);
  const named = (each: App) =>
    (appId === undefined || each.id === appId) && (host === null || each.hosts.includes(host));
  if (named(app)) return app;
  if (visibility !== null) throw denied('The token may mute its own app alone.', target);
  const found = registry.apps.list().find(named);
  if (!found) throw invalid(`${target} is that of no app of this hub.`, target);
  return found;
}

/** One that the token may see, and that is told of what the app posts: on another the mute would never hold. */
async function deviceOf(
  { subscriptionId }: MutePost,
  { at, app }: { readonly at: string; readonly app: AppId },
  { user, visibility }: UserPrincipal,
  { read, unsIds }: Services,
): Promise<string | null> {
  if (subscriptionId == null) return null;
  const target = `${at}.subscriptionId`;
  const named = unsIds.read(subscriptionId);
  const row = named?.user === user.key ? await read.subscription(user.key, named.id) : null;
  if (!row || (visibility !== null && row.app !== visibility))
    throw denied(`${target} must be the id of a subscription that the token may see.`, target);
  if (row.seesAll || row.app === app) return row.id;
  throw invalid(`${target} is that of a device which gets nothing of the muted app ${app}.`, target);
}

/** By the hub's clock, since that of a device may be wrong. */
function readUntil(
  { untilDateTime, lasts, timeZone }: MutePost,
  at: string,
  quietZone: string | null,
  now: number,
): number | null {
  const zone = timeZone === undefined ? quietZone : readZone(timeZone, `${at}.timeZone`);
  if (untilDateTime == null) return lasts === undefined ? null : endOf(lasts, zone, at, now);
  if (lasts !== undefined) throw invalid('Of untilDateTime and lasts a mute has one at most.', `${at}.lasts`);
  const until = parseDateTime(untilDateTime);
  if (until === null)
    throw invalid(`${at}.untilDateTime must be an RFC 3339 date and time.`, `${at}.untilDateTime`);
  return until;
}

function endOf(lasts: MuteSpan, zone: string | null, at: string, now: number): number | null {
  switch (lasts) {
    case 'hour':
      return now + hourMs;
    case 'untilTomorrow':
      if (zone !== null) return startOfTomorrow(zone, now);
      throw invalid('Tomorrow begins in a time zone: name it.', `${at}.timeZone`);
    case 'forGood':
      return null;
  }
}
