// Ends a subscription: nothing is pushed to it any more, and its UNS-ID is worth nothing.
// What the user has stays; only this place is gone.
import { nothing } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { readId } from './subscription.ts';

export const deleteSubscription = operation({
  name: 'deleteSubscription',
  method: 'DELETE',
  paths: ['/me/notificationSubscriptions/{id}'],
  access: 'user',
  summary: 'end a subscription',
  answer: nothing,
  async run({ params, user, principal }, services) {
    const id = readId(params.id, user, services);
    const app = principal.app.id;
    await services.committer.commit({ kind: 'unsubscribe', user: user.key, app, id });
    return { outcome: 'noContent' };
  },
});
