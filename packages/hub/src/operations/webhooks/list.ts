// Lists the change subscriptions of the caller: of the user and the calling app, or of the app by itself.
// Those that have ended are not there.
import { changeSubscriptionSchema } from '@carillon/protocol/schemas';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { answerChangeSubscription, isOwn } from './change-subscription.ts';

export const listChangeSubscriptions = operation({
  name: 'listChangeSubscriptions',
  method: 'GET',
  paths: ['/subscriptions'],
  access: 'appOrUser',
  summary: "list the caller's change subscriptions of this app",
  answer: collection('/subscriptions', changeSubscriptionSchema),
  async run({ principal, user }, { registry, clock }) {
    const rows = await registry.changeSubscriptions.list(principal.app.id, user?.key ?? null);
    const now = clock.now();
    const own = rows.filter((row) => isOwn(row, principal, now));
    return { outcome: 'ok', body: { value: own.map(answerChangeSubscription) } };
  },
});
