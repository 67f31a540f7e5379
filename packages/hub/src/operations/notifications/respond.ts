// Answers a question, for all devices. The first answer that is committed counts; whoever comes later with another one is
// told which it was, by the notification as it is.
import type { ResponsePost } from '@carillon/protocol';
import { notificationSchema, responsePostSchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { HubError, notFound } from '../../model/errors.ts';
import { etagOf, notificationJson, type StoredNotification } from '../../model/notification.ts';
import { entity } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';

export const respondToNotification = operation({
  name: 'respondToNotification',
  method: 'POST',
  paths: ['/me/notifications/{id}/respond'],
  access: 'user',
  summary:
    'answer a question with one of its actions; another answer that was committed first is 409 `alreadyResponded`, with the notification beside the error; `If-Match`',
  body: bodyOf(responsePostSchema, (post: ResponsePost) => post),
  answer: entity('notifications', notificationSchema),
  async run({ params, body, user, principal, ifMatch, acting }, { committer, clock }) {
    if (!isUuid(params.id)) throw notFound();
    const { actionId, text, contentVersion } = body;
    const { result, notification } = await committer.commit({
      kind: 'respond',
      user: user.key,
      visibility: principal.visibility,
      id: params.id.toLowerCase(),
      actionId,
      text: text ?? null,
      contentVersion: contentVersion ?? null,
      ifMatch,
      acting: acting?.subscription.id ?? null,
    });
    const json = notificationJson(notification, clock.now());
    if (result === 'other') throw alreadyResponded(notification, json);
    return { outcome: 'ok', json, etag: etagOf(notification) };
  },
});

function alreadyResponded({ response }: StoredNotification, entityJson: string): HubError {
  const first = response === 'open' ? null : response;
  const by = first?.by === 'deadline' ? 'Its deadline' : 'The user';
  const what = first?.actionId == null ? 'passed without an answer' : `answered "${first.actionId}" first`;
  return new HubError('alreadyResponded', `${by} ${what}: the question is closed.`, { entityJson });
}
