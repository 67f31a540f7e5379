// What changed since a cursor: the latest state of each changed notification once, in the order of its latest change.
// Without a token, what is stored now; `$deltatoken=latest` starts from now.
import { limits } from '@carillon/protocol';
import { notificationSchema, removedSchema, Type } from '@carillon/protocol/schemas';
import type { Cursor } from '../../feed/cursor.ts';
import { type DeltaPage, readHead, readDelta as readPage } from '../../feed/read.ts';
import { invalid } from '../../model/errors.ts';
import {
  answerNotification,
  type Content,
  isUnread,
  notificationJson,
  removedJson,
  type StoredNotification,
} from '../../model/notification.ts';
import { readPreferences } from '../../model/preferences/preferences.ts';
import { silenceOf } from '../../model/preferences/silence.ts';
import type { UserKey } from '../../model/principal.ts';
import type { FeedReader } from '../../store/store.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { pick, readQuery, select, text, top } from '../kernel/query.ts';
import { holdOptions, withHeld } from '../odata/held-options.ts';
import { pageSizeOf } from '../odata/max-page-size.ts';

const deltaOptions = {
  $top: top(limits.deltaPageDefault, limits.deltaPageMax),
  $select: select(Object.keys(notificationSchema.properties)),
  $skiptoken: text,
  $deltatoken: text,
};
const kept = ['$top', '$select'];

export const readDelta = operation({
  name: 'readDelta',
  method: 'GET',
  paths: ['/me/notifications/delta'],
  access: 'user',
  summary: 'read what changed since a cursor; `$deltatoken=latest` starts from now',
  query: deltaOptions,
  answer: collection('notifications', Type.Union([notificationSchema, removedSchema]), {
    context: 'notifications/$delta',
    more: {
      unreadCount: Type.Optional(Type.Integer({ minimum: 0 })),
      silent: Type.Optional(Type.Array(Type.String())),
    },
  }),
  async run({ query, given, prefer, user, principal, acting }, { read, cursors, clock, fetched }) {
    const { visibility } = principal;
    const token = tokenOf(query);
    const cursor = token === undefined ? null : cursors.read(user.key, visibility, token);
    const asked = cursor === null ? given : withHeld(given, cursor.options ?? []);
    const { $top, $select: selected } = readQuery(deltaOptions, asked);
    const { top, applied } = pageSizeOf(prefer, {
      top: asked.has('$top') ? $top : null,
      fallback: limits.deltaPageDefault,
      most: limits.deltaPageMax,
    });
    const options = holdOptions(asked, kept, null);
    const write = (at: Cursor): string => cursors.write(user.key, visibility, { ...at, options });
    const how = { tokenHoldsOptions: true, ...(applied === undefined ? {} : { applied }) };
    if (query.$deltatoken === 'latest') {
      const { cursor: head, unread } = await readHead(read, user.key, visibility);
      return { outcome: 'ok', values: [], beside: { unreadCount: unread }, deltaToken: write(head), ...how };
    }
    const now = clock.now();
    const page = await readPage(read, cursors, { user: user.key, visibility, cursor, limit: top, now });
    const { rows, unread, next, done } = page;
    if (acting) await fetched.upTo(acting.subscription, next.seq);
    const values = rows.map((row) => jsonOf(row, now, selected));
    const device = acting?.subscription.id ?? '';
    const silent = await readSilent(page, user.key, { device, read, now });
    const beside = silent.length > 0 ? { silent } : {};
    return done
      ? { outcome: 'ok', values, beside: { unreadCount: unread, ...beside }, deltaToken: write(next), ...how }
      : { outcome: 'ok', values, beside, nextToken: write(next), ...how };
  },
});

function jsonOf(row: StoredNotification, now: number, selected: ReadonlySet<string> | null): string {
  if (row.removed !== null) return removedJson(row.id);
  return selected ? JSON.stringify(pick(answerNotification(row, now), selected)) : notificationJson(row, now);
}

/** What does not ring on that device, by what the person has set: now, or when it arrived. Without a device on any. */
async function readSilent(
  { rows, preferencesSeq }: DeltaPage,
  user: UserKey,
  { device, read, now }: { readonly device: string; readonly read: FeedReader; readonly now: number },
): Promise<string[]> {
  if (preferencesSeq === 0) return [];
  const preferences = readPreferences((await read.owner(user))?.preferences ?? null);
  const isSilent = ({ app, content: posted, postedAt }: StoredNotification): boolean => {
    const ringing = { app, content: JSON.parse(posted) as Content, device };
    return [now, postedAt].some((at) => silenceOf(preferences, ringing, at) !== null);
  };
  return rows.filter((row) => isUnread(row) && isSilent(row)).map(({ id }) => id);
}

interface Tokens {
  readonly $skiptoken: string | undefined;
  readonly $deltatoken: string | undefined;
}

function tokenOf({ $skiptoken, $deltatoken }: Tokens): string | undefined {
  if ($skiptoken === undefined && $deltatoken === 'latest') return undefined;
  if ($skiptoken === undefined || $deltatoken === undefined) return $skiptoken ?? $deltatoken;
  throw invalid('Send either $skiptoken or $deltatoken, as the link gave it.', '$skiptoken');
}
