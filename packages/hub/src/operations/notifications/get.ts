// Reads one living notification that the token may see. Not there and not visible are never told apart.
// Its ETag counts the changes of the notification, so that a PATCH can say what it was decided on.
import { isUuid } from '../../lib/ids.ts';
import { notFound } from '../../model/errors.ts';
import {
  answerNotification,
  etagOf,
  isAlive,
  notificationJson,
  type StoredNotification,
} from '../../model/notification.ts';
import type { Answer, Call, Services } from '../kernel/call.ts';
import { notificationMembers } from '../kernel/members.ts';
import { pick, readSelect } from '../kernel/query.ts';

export async function getNotification(call: Call, services: Services): Promise<Answer> {
  const selected = readSelect(call.query, notificationMembers);
  const row = await readVisible(call, services);
  if (call.acting) await services.fetched.each(call.acting.subscription, [row]);
  return answerOne(row, services, selected);
}

export function answerOne(
  row: StoredNotification,
  services: Services,
  selected: ReadonlySet<string> | null = null,
): Answer {
  const now = services.clock.now();
  return {
    outcome: 'ok',
    ...(selected
      ? { body: pick(answerNotification(row, now), selected) }
      : { json: notificationJson(row, now) }),
    context: 'notifications/$entity',
    etag: etagOf(row),
  };
}

async function readVisible(
  { id, user, principal }: Call,
  { read, clock }: Services,
): Promise<StoredNotification> {
  if (!isUuid(id)) throw notFound();
  const row = await read.notification(user.key, id.toLowerCase());
  const { visibility } = principal;
  const visible = row && isAlive(row, clock.now()) && (visibility === null || visibility === row.app);
  if (!visible) throw notFound();
  return row;
}
