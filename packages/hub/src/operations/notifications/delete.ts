// Deletes one notification from the feed and its history. Dismissing is not deleting.
// Every device gets it as `@removed`, also those that never had it.
import { isUuid } from '../../lib/ids.ts';
import { notFound } from '../../model/errors.ts';
import { nothing } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

export const deleteNotification = operation({
  name: 'deleteNotification',
  method: 'DELETE',
  paths: ['/me/notifications/{id}'],
  access: 'user',
  summary: 'delete it; `If-Match`',
  answer: nothing,
  async run({ params, user, principal, ifMatch, acting }, { committer }) {
    if (!isUuid(params.id)) throw notFound();
    await committer.commit({
      kind: 'delete',
      user: user.key,
      visibility: principal.visibility,
      id: params.id.toLowerCase(),
      ifMatch,
      acting: acting?.subscription.id ?? null,
    });
    return { outcome: 'noContent' };
  },
});
