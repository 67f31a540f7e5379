// What changed since a cursor: the latest state of each changed notification once, in the order of its latest change.
// Without a token, what is stored now; `$deltatoken=latest` starts from now.
import { limits } from '@carillon/protocol';
import { notificationSchema, removedSchema } from '@carillon/protocol/schemas';
import Type from 'typebox';
import { type DeltaPage, readHead, readDelta as readPage } from '../../feed/read.ts';
import { invalid } from '../../model/errors.ts';
import {
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
import { text, top } from '../kernel/query.ts';

export const readDelta = operation({
  name: 'readDelta',
  method: 'GET',
  paths: ['/me/notifications/delta'],
  access: 'user',
  summary: 'read what changed since a cursor; `$deltatoken=latest` starts from now',
  query: { $top: top(limits.deltaPageDefault, limits.deltaPageMax), $skiptoken: text, $deltatoken: text },
  answer: collection('notifications', Type.Union([notificationSchema, removedSchema]), {
    context: 'notifications/$delta',
    more: {
      unreadCount: Type.Optional(Type.Integer({ minimum: 0 })),
      silent: Type.Optional(Type.Array(Type.String())),
    },
  }),
  async run({ query, user, principal, acting }, { read, cursors, clock, fetched }) {
    const { visibility } = principal;
    const write = (cursor: Parameters<typeof cursors.write>[2]): string =>
      cursors.write(user.key, visibility, cursor);
    if (query.$deltatoken === 'latest') {
      const { cursor, unread } = await readHead(read, user.key, visibility);
      return { outcome: 'ok', values: [], beside: { unreadCount: unread }, deltaToken: write(cursor) };
    }
    const token = tokenOf(query);
    const cursor = token === undefined ? null : cursors.read(user.key, visibility, token);
    const now = clock.now();
    const walk = { user: user.key, visibility, cursor, limit: query.$top, now };
    const page = await readPage(read, cursors, walk);
    const { rows, unread, next, done } = page;
    if (acting) await fetched.upTo(acting.subscription, next.seq);
    const values = rows.map((row) =>
      row.removed === null ? notificationJson(row, now) : removedJson(row.id),
    );
    const device = acting?.subscription.id ?? '';
    const silent = await readSilent(page, user.key, { device, read, now });
    const beside = silent.length > 0 ? { silent } : {};
    return done
      ? { outcome: 'ok', values, beside: { unreadCount: unread, ...beside }, deltaToken: write(next) }
      : { outcome: 'ok', values, beside, nextToken: write(next) };
  },
});

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
  if ($skiptoken === undefined || $deltatoken === undefined) return $skiptoken ?? $deltatoken;
  throw invalid('Send either $skiptoken or $deltatoken, as the link gave it.', '$skiptoken');
}
