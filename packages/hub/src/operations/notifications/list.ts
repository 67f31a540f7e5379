// The history, newest first, or filtered and in another order. Pages by key, so they are stable under writes: a page token
// holds where the page ended. Handled notifications stay in it until they expire; deleted ones leave at once.
import { notificationSchema, Type } from '@carillon/protocol/schemas';
import { countFitting } from '../../feed/read.ts';
import { answerNotification, notificationJson } from '../../model/notification.ts';
import type { UserKey } from '../../model/principal.ts';
import type { Found, Matching } from '../../store/search.ts';
import type { FeedReader } from '../../store/store.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { pick } from '../kernel/query.ts';
import { type Listing, listingOptions, readListing, tooMuch } from '../odata/listing.ts';
import { countFiltered } from './count.ts';

export const listNotifications = operation({
  name: 'listNotifications',
  method: 'GET',
  paths: ['/me/notifications'],
  access: 'user',
  summary: 'list the history, newest first; `Prefer: odata.maxpagesize`',
  query: listingOptions,
  answer: collection('notifications', notificationSchema, {
    more: { '@odata.count': Type.Optional(Type.Integer({ minimum: 0 })) },
  }),
  async run(call, { read, clock, fetched, pageTokens }) {
    const { user, principal, acting } = call;
    const listing = readListing(call, pageTokens);
    const { $filter: filter, $select: selected, $count: counts } = listing.query;
    const now = clock.now();
    const matching = { visibility: principal.visibility, now, filter };
    const found = await readPage(read, user.key, listing, matching);
    const rows = found.rows.slice(0, countFitting(found.rows));
    const end = rows.length < found.rows.length ? rows.at(-1) : found.end;
    const beside = counts ? { '@odata.count': await countFiltered(read, user.key, matching, '$count') } : {};
    if (acting) await fetched.each(acting.subscription, rows);
    const values = rows.map((row) =>
      selected ? JSON.stringify(pick(answerNotification(row, now), selected)) : notificationJson(row, now),
    );
    const next = end ? { nextToken: listing.tokenAfter(end), tokenHoldsOptions: true } : {};
    const applied = listing.applied === undefined ? {} : { applied: listing.applied };
    return { outcome: 'ok', beside, values, ...next, ...applied };
  },
});

async function readPage(
  read: FeedReader,
  user: UserKey,
  { query, after, top }: Listing,
  matching: Matching,
): Promise<Found> {
  const { $orderby: order, $skip: skip } = query;
  const { filter, visibility, now } = matching;
  if (filter === null && order.length === 0 && skip === 0) {
    const rows = await read.list(user, { visibility, now, limit: top + 1, beforeId: after?.id ?? null });
    return { rows: rows.slice(0, top), end: rows.length > top ? (rows[top - 1] ?? null) : null };
  }
  const found = await read.search(user, { ...matching, order, after, skip, limit: top });
  if (found) return found;
  throw tooMuch(filter === null ? '$orderby' : '$filter');
}
