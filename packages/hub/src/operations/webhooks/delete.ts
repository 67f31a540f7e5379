// Ends a change subscription: its endpoint is told nothing any more.
// What waits for it is forgotten.
import { nothing } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { changeOwn, changeSubscriptionPath } from './change-subscription.ts';

export const deleteChangeSubscription = operation({
  name: 'deleteChangeSubscription',
  method: 'DELETE',
  paths: [changeSubscriptionPath],
  access: 'appOrUser',
  summary: 'end a change subscription',
  answer: nothing,
  async run({ params, principal }, services) {
    await changeOwn(params.id, principal, services, () => null);
    services.endpoints.end(params.id.toLowerCase());
    return { outcome: 'noContent' };
  },
});
