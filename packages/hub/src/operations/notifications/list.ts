// The history, newest first. Pages by key, so they are stable under writes: a page token holds the last id answered.
// Handled notifications stay in it until they expire; deleted ones leave at once.
import { limits } from '@carillon/protocol';
import { invalid } from '../../model/errors.ts';
import { answerNotification, notificationJson } from '../../model/notification.ts';
import type { Answer, Call, Services } from '../kernel/call.ts';
import { notificationMembers } from '../kernel/members.ts';
import { pick, readCount, readSelect, readTop } from '../kernel/query.ts';

export async function listNotifications(call: Call, services: Services): Promise<Answer> {
  const { query, user, principal } = call;
  const top = readTop(query, limits.listPageDefault, limits.listPageMax);
  const selected = readSelect(query, notificationMembers);
  const count = readCount(query);
  const beforeId = readPageToken(call, services);
  const now = services.clock.now();
  const { visibility } = principal;
  const rows = await services.read.list(user.key, { visibility, now, limit: top + 1, beforeId });
  const total = count ? { '@odata.count': await services.read.count(user.key, visibility, now) } : {};
  const page = rows.slice(0, top);
  if (call.acting) await services.fetched.each(call.acting.subscription, page);
  const last = rows.length > top ? page.at(-1) : undefined;
  const answer: Answer = {
    outcome: 'ok',
    context: 'notifications',
    body: total,
    values: page.map((row) =>
      selected ? JSON.stringify(pick(answerNotification(row, now), selected)) : notificationJson(row, now),
    ),
  };
  if (!last) return answer;
  const kept = Object.fromEntries([...query].filter(([name]) => name !== '$skiptoken'));
  const $skiptoken = services.pageTokens.seal(Buffer.from(last.id), user.key);
  return { ...answer, next: { link: '@odata.nextLink', query: { ...kept, $skiptoken } } };
}

function readPageToken({ query, user }: Call, { pageTokens }: Services): string | null {
  const token = query.get('$skiptoken');
  if (token === undefined) return null;
  const id = pageTokens.open(token, user.key);
  if (!id)
    throw invalid('$skiptoken is not one that this hub gave for this list: start without it.', '$skiptoken');
  return id.toString();
}

export async function countNotifications(call: Call, services: Services): Promise<Answer> {
  const count = await services.read.count(call.user.key, call.principal.visibility, services.clock.now());
  return { outcome: 'ok', text: String(count) };
}
