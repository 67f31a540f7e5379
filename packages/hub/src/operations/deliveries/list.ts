// The deliveries of a notification on each device: how far the push came, the provider's answer, and the device's own
// evidence. A sender sees only the devices of its own app.
import { deliverySchema } from '@carillon/protocol/schemas';
import { isUuid } from '../../lib/ids.ts';
import { answerDelivery } from '../../model/delivery.ts';
import { notFound } from '../../model/errors.ts';
import { isAlive } from '../../model/notification.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

export const listDeliveries = operation({
  name: 'listDeliveries',
  method: 'GET',
  paths: ['/me/notifications/{id}/deliveries'],
  access: 'userOrAppByPath',
  summary: 'list its deliveries: what happened on each device',
  answer: collection('deliveries', deliverySchema, { context: "notifications('{id}')/deliveries" }),
  async run({ params, user, principal }, { read, clock, unsIds }) {
    if (!isUuid(params.id)) throw notFound();
    const visibility = principal.kind === 'user' ? principal.visibility : principal.app.id;
    const row = await read.notification(user.key, params.id.toLowerCase());
    const visible = row && isAlive(row, clock.now()) && (visibility === null || visibility === row.app);
    if (!visible) throw notFound();
    const deliveries = await read.deliveries(user.key, row.id);
    const seen = deliveries.filter(({ app }) => visibility === null || app === visibility);
    const value = seen.map((each) => answerDelivery(each, unsIds.write(each.user, each.subscription)));
    return { outcome: 'ok', body: { value }, owner: user };
  },
});
