// The history, newest first. Pages by key, so they are stable under writes: a page token holds the last id answered.
// Handled notifications stay in it until they expire; deleted ones leave at once.
import { limits } from '@carillon/protocol';
import { notificationSchema } from '@carillon/protocol/schemas';
import Type from 'typebox';
import { countFitting } from '../../feed/read.ts';
import { answerNotification, notificationJson } from '../../model/notification.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { pageOf, readPageToken } from '../kernel/paging.ts';
import { count, pick, select, text, top as topOption } from '../kernel/query.ts';

export const listNotifications = operation({
  name: 'listNotifications',
  method: 'GET',
  paths: ['/me/notifications'],
  access: 'user',
  summary: 'list the history, newest first',
  query: {
    $top: topOption(limits.listPageDefault, limits.listPageMax),
    $skiptoken: text,
    $select: select(Object.keys(notificationSchema.properties)),
    $count: count,
  },
  answer: collection('notifications', notificationSchema, {
    more: { '@odata.count': Type.Optional(Type.Integer({ minimum: 0 })) },
  }),
  async run({ query, user, principal, acting }, { read, clock, fetched, pageTokens }) {
    const seal = { seal: pageTokens, scope: user.key };
    const beforeId = readPageToken(query.$skiptoken, seal);
    const now = clock.now();
    const { visibility } = principal;
    const found = await read.list(user.key, { visibility, now, limit: query.$top + 1, beforeId });
    const top = Math.min(query.$top, countFitting(found));
    const { rows, next } = pageOf(found, { ...seal, top, keyOf: ({ id }) => id });
    const beside = query.$count ? { '@odata.count': await read.count(user.key, visibility, now) } : {};
    if (acting) await fetched.each(acting.subscription, rows);
    const selected = query.$select;
    const values = rows.map((row) =>
      selected ? JSON.stringify(pick(answerNotification(row, now), selected)) : notificationJson(row, now),
    );
    return { outcome: 'ok', beside, values, ...next };
  },
});
