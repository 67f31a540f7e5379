// What changed since a cursor: the latest state of each changed notification once, in the order of its latest change.
// Without a token, what is stored now; `$deltatoken=latest` starts from now.
import { limits } from '@carillon/protocol';
import { notificationSchema, removedSchema } from '@carillon/protocol/schemas';
import Type from 'typebox';
import { readHead, readDelta as readPage } from '../../feed/read.ts';
import { invalid } from '../../model/errors.ts';
import { notificationJson, removedJson } from '../../model/notification.ts';
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
    more: { unreadCount: Type.Optional(Type.Integer({ minimum: 0 })) },
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
    const { rows, unread, next, done } = await readPage(read, cursors, walk);
    if (acting) await fetched.upTo(acting.subscription, next.seq);
    const values = rows.map((row) =>
      row.removed === null ? notificationJson(row, now) : removedJson(row.id),
    );
    return done
      ? { outcome: 'ok', values, beside: { unreadCount: unread }, deltaToken: write(next) }
      : { outcome: 'ok', values, nextToken: write(next) };
  },
});

interface Tokens {
  readonly $skiptoken: string | undefined;
  readonly $deltatoken: string | undefined;
}

function tokenOf({ $skiptoken, $deltatoken }: Tokens): string | undefined {
  if ($skiptoken === undefined || $deltatoken === undefined) return $skiptoken ?? $deltatoken;
  throw invalid('Send either $skiptoken or $deltatoken, as the link gave it.', '$skiptoken');
}
