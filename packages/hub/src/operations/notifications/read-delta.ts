// What changed since a cursor: the latest state of each changed notification once, in the order of its latest change.
// Without a token, what is stored now; `$deltatoken=latest` starts from now.
import { limits } from '@carillon/protocol';
import type { Cursor } from '../../feed/cursor.ts';
import { readHead, readDelta as readPage } from '../../feed/read.ts';
import { invalid } from '../../model/errors.ts';
import { notificationJson, removedJson, type StoredNotification } from '../../model/notification.ts';
import type { Answer, Call, Query, Services } from '../kernel/call.ts';
import { readTop } from '../kernel/query.ts';

export async function readDelta(call: Call, services: Services): Promise<Answer> {
  const { user, principal, query, acting } = call;
  const { visibility } = principal;
  const limit = readTop(query, limits.deltaPageDefault, limits.deltaPageMax);
  if (query.get('$deltatoken') === 'latest') {
    const { cursor, unread } = await readHead(services.read, user.key, visibility);
    return page(call, services, { rows: [], unread, next: cursor, done: true });
  }
  const cursor = readToken(call, services);
  const now = services.clock.now();
  const walk = { user: user.key, visibility, cursor, limit, now };
  const read = await readPage(services.read, services.cursors, walk);
  if (acting) await services.fetched.upTo(acting.subscription, read.next.seq);
  return page(call, services, read);
}

function readToken({ query, user, principal }: Call, { cursors }: Services): Cursor | null {
  const skip = query.get('$skiptoken');
  const delta = query.get('$deltatoken');
  if (skip !== undefined && delta !== undefined) {
    throw invalid('Send either $skiptoken or $deltatoken, as the link gave it.', '$skiptoken');
  }
  const text = skip ?? delta;
  return text === undefined ? null : cursors.read(user.key, principal.visibility, text);
}

interface Page {
  readonly rows: readonly StoredNotification[];
  readonly unread: number;
  readonly next: Cursor;
  readonly done: boolean;
}

function page(
  { user, principal, query }: Call,
  { cursors, clock }: Services,
  { rows, unread, next, done }: Page,
): Answer {
  const now = clock.now();
  const token = cursors.write(user.key, principal.visibility, next);
  const values = rows.map((row) => (row.removed === null ? notificationJson(row, now) : removedJson(row.id)));
  return {
    outcome: 'ok',
    context: 'notifications/$delta',
    body: done ? { unreadCount: unread } : {},
    values,
    next: done
      ? { link: '@odata.deltaLink', query: { ...kept(query), $deltatoken: token } }
      : { link: '@odata.nextLink', query: { ...kept(query), $skiptoken: token } },
  };
}

function kept(query: Query): Record<string, string> {
  const top = query.get('$top');
  return top === undefined ? {} : { $top: top };
}
