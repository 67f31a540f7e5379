// Authorizes a change subscription anew, as its lifecycle endpoint was asked to.
// Its expiration stays.
import { nothing } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { changeOwn, changeSubscriptionPath } from './change-subscription.ts';

export const reauthorizeChangeSubscription = operation({
  name: 'reauthorizeChangeSubscription',
  method: 'POST',
  paths: [`${changeSubscriptionPath}/reauthorize`],
  access: 'appOrUser',
  summary: 'authorize it anew, as `reauthorizationRequired` asks for',
  answer: nothing,
  async run({ params, principal }, services) {
    await changeOwn(params.id, principal, services, (before) => ({
      ...before,
      reauthorizeAt: null,
      events: before.events.filter(({ name }) => name !== 'reauthorizationRequired'),
    }));
    return { outcome: 'noContent' };
  },
});
