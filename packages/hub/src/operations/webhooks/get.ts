// Reads one change subscription of the caller.
// A secret is in no answer but the one to whoever made or replaced it.
import { changeSubscriptionSchema } from '@carillon/protocol/schemas';
import { entity } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { answerChangeSubscription, changeSubscriptionPath, findOwn } from './change-subscription.ts';

export const getChangeSubscription = operation({
  name: 'getChangeSubscription',
  method: 'GET',
  paths: [changeSubscriptionPath],
  access: 'appOrUser',
  summary: 'read one change subscription',
  answer: entity('/subscriptions', changeSubscriptionSchema),
  async run({ params, principal }, services) {
    return { outcome: 'ok', body: answerChangeSubscription(await findOwn(params.id, principal, services)) };
  },
});
