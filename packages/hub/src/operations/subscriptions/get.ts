// Reads one living subscription of the caller and the calling app, by its UNS-ID.
// Another app's, another user's and one whose lease is over are not there.
import { subscriptionSchema } from '@carillon/protocol/schemas';
import { notFound } from '../../model/errors.ts';
import { entity } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { answerSubscription, readId } from './subscription.ts';

export const getSubscription = operation({
  name: 'getSubscription',
  method: 'GET',
  paths: ['/me/notificationSubscriptions/{id}'],
  access: 'user',
  summary: 'read one subscription',
  answer: entity('notificationSubscriptions', subscriptionSchema),
  async run({ params, user, principal }, services) {
    const row = await services.read.subscription(user.key, readId(params.id, user, services));
    if (!row || row.app !== principal.app.id || row.leaseUntil <= services.clock.now()) throw notFound();
    return { outcome: 'ok', body: answerSubscription(row, services) };
  },
});
