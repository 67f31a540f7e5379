// The answer to a question, for whoever asked: at once, or as soon as there is one. A wait reads the store when the
// notification may have changed and holds neither a turn of its caller's reads nor an answer under way.
import { limits, type NotificationResponse } from '@carillon/protocol';
import { responseSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { notFound } from '../../model/errors.ts';
import { answerResponse, isAlive } from '../../model/notification.ts';
import type { User, Visibility } from '../../model/principal.ts';
import { type Answer, property } from '../kernel/answer.ts';
import type { Services } from '../kernel/call.ts';
import { operation } from '../kernel/operation.ts';
import { wholeNumber } from '../kernel/query.ts';

export const readResponse = operation({
  name: 'readResponse',
  method: 'GET',
  paths: ['/me/notifications/{id}/response'],
  access: 'userOrAppByPath',
  summary: `read the answer to a question; 204 while it is open. Waits for it up to \`waitSeconds\`; an app has at most ${limits.waitsPerApp} waits on a node`,
  query: { waitSeconds: wholeNumber({ min: 0, max: limits.waitSecondsMax, fallback: 0 }) },
  answer: property("notifications('{id}')/response", responseSchema, ['ok', 'noContent']),
  waits: (query) => Number(query.get('waitSeconds')) > 0,
  async run({ params, query, user, principal }, services) {
    if (!isUuid(params.id)) throw notFound();
    const id = params.id.toLowerCase();
    const visibility = principal.kind === 'user' ? principal.visibility : principal.app.id;
    const look = () => readAnswered({ id, user, visibility }, services);
    const waitMs = query.waitSeconds * 1000;
    if (waitMs === 0) return answerOf(await look(), user);
    // Ahead of the first look, or what is committed meanwhile would be missed.
    const wait = services.waits.begin({ app: principal.app.id, user: user.key, id });
    try {
      const found = await look();
      if (found === null) {
        return {
          outcome: 'noContent',
          later: (settle) =>
            wait.until({
              ...{ look, waitMs },
              settle: (answered) => settle(answered.then((response) => answerOf(response, user))),
            }),
        };
      }
      wait.close();
      return answerOf(found, user);
    } catch (error) {
      wait.close();
      throw error;
    }
  },
});

function answerOf(response: NotificationResponse | null, owner: User): Answer<NotificationResponse> {
  return response === null ? { outcome: 'noContent' } : { outcome: 'ok', body: response, owner };
}

interface Asked {
  readonly id: string;
  readonly user: User;
  readonly visibility: Visibility;
}

/** Null while it is open. What asks nothing has no answer to be found. */
async function readAnswered(
  { id, user, visibility }: Asked,
  { read, clock }: Services,
): Promise<NotificationResponse | null> {
  const row = await read.notification(user.key, id);
  const visible = row && isAlive(row, clock.now()) && (visibility === null || visibility === row.app);
  if (!visible || row.response === null) throw notFound();
  return answerResponse(row.response);
}
