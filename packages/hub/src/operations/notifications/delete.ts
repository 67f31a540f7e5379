// Deletes one notification from the feed and its history. Dismissing is not deleting.
// It is told to every device as `@removed`, also to those that never saw it.
import { isUuid } from '../../lib/ids.ts';
import { notFound } from '../../model/errors.ts';
import type { Answer, Call, Services } from '../kernel/call.ts';

export async function deleteNotification(call: Call, services: Services): Promise<Answer> {
  if (!isUuid(call.id)) throw notFound();
  await services.committer.commit({
    kind: 'delete',
    user: call.user.key,
    visibility: call.principal.visibility,
    id: call.id.toLowerCase(),
    ifMatch: call.ifMatch,
    acting: call.acting?.subscription.id ?? null,
  });
  return { outcome: 'noContent' };
}
