// Reads one living notification that the token may see. Not there and not visible are the same answer.
// Its ETag counts the changes of the notification, so that a PATCH can say what it was decided on.
import { notificationSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { notFound } from '../../model/errors.ts';
import { answerNotification, etagOf, isAlive, notificationJson } from '../../model/notification.ts';
import { entity, tagged } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { pick, select } from '../kernel/query.ts';

export const getNotification = operation({
  name: 'getNotification',
  method: 'GET',
  paths: ['/me/notifications/{id}'],
  access: 'user',
  summary: 'read one, with an `ETag` that counts its changes',
  query: { $select: select(Object.keys(notificationSchema.properties)) },
  answer: tagged(entity('notifications', notificationSchema)),
  async run({ params, query, user, principal, acting }, { read, clock, fetched }) {
    if (!isUuid(params.id)) throw notFound();
    const row = await read.notification(user.key, params.id.toLowerCase());
    const now = clock.now();
    const { visibility } = principal;
    if (!row || !isAlive(row, now) || (visibility !== null && visibility !== row.app)) throw notFound();
    if (acting) await fetched.each(acting.subscription, [row]);
    const selected = query.$select;
    const json = selected
      ? JSON.stringify(pick(answerNotification(row, now), selected))
      : notificationJson(row, now);
    return { outcome: 'ok', json, etag: etagOf(row) };
  },
});
