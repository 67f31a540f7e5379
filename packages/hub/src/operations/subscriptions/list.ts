// Lists the caller's own living subscriptions of the calling app, also for a token that sees the notifications of all
// apps: each is a capability.
import { subscriptionSchema } from '@carillon/protocol/schemas';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { answerSubscription } from './subscription.ts';

export const listSubscriptions = operation({
  name: 'listSubscriptions',
  method: 'GET',
  paths: ['/me/notificationSubscriptions'],
  access: 'user',
  summary: "list the caller's subscriptions for this app",
  answer: collection('notificationSubscriptions', subscriptionSchema),
  async run({ user, principal }, services) {
    const rows = await services.read.subscriptions(user.key, principal.app.id, services.clock.now());
    return { outcome: 'ok', body: { value: rows.map((row) => answerSubscription(row, services)) } };
  },
});
