// Has failed deliveries sent again, once what failed is mended: those that are named, or all failed ones, of an app.
// One call looks at so many that it stays a short answer.
import { redriveAnswerSchema, redriveSchema } from '@carillon/protocol/schemas';
import { type DeliveryKey, keyOfDelivery, type StoredDelivery } from '../../../model/delivery.ts';
import { invalid } from '../../../model/errors.ts';
import { plain } from '../../kernel/answer.ts';
import type { Services } from '../../kernel/call.ts';
import { bodyOf, operation } from '../../kernel/operation.ts';
import { audited } from '../audited.ts';
import { readDeliveryId } from './delivery-id.ts';

const redriveMax = 1000;
const batch = 100;

export const redriveDeliveries = operation({
  name: 'redriveDeliveries',
  method: 'POST',
  paths: ['/admin/deliveries/redrive'],
  access: 'operator',
  summary:
    'send failed deliveries again: those in `ids` (at most 100), or `all`, also of one `app` (1 000 a call)',
  body: bodyOf(redriveSchema, (body) => {
    if ((body.ids !== undefined) !== (body.all === true)) return body;
    throw invalid('Name the deliveries by "ids", or all failed ones by "all": true with an optional "app".');
  }),
  answer: plain(redriveAnswerSchema),
  async run({ body: { ids, app = null }, ...acted }, services) {
    const { redriven, more } = ids
      ? {
          redriven: await redrive(
            ids.map((id) => readDeliveryId(id, services)),
            services,
          ),
          more: false,
        }
      : await redriveAll(app, services);
    const on = ids
      ? `deliveries (${redriven} of ${ids.length} named)`
      : `deliveries (${redriven}, all${app === null ? '' : ` of apps/${app}`})`;
    // The write is in another store, so its entry follows it: the audit never records what was not done.
    await audited(acted, services, on, async () => {});
    return { outcome: 'ok', body: { redrivenCount: redriven, more } };
  },
});

async function redrive(deliveries: readonly DeliveryKey[], { committer }: Services): Promise<number> {
  return (await committer.commit({ kind: 'redrive', deliveries })).redriven;
}

async function redriveAll(app: string | null, services: Services) {
  let redriven = 0;
  let after: DeliveryKey | null = null;
  for (let seen = 0; seen < redriveMax; seen += batch) {
    const page: readonly StoredDelivery[] = await services.read.failedDeliveries({
      app,
      after,
      limit: batch,
    });
    const last = page.at(-1);
    if (!last) return { redriven, more: false };
    redriven += await redrive(page.map(keyOfDelivery), services);
    if (page.length < batch) return { redriven, more: false };
    after = keyOfDelivery(last);
  }
  return { redriven, more: true };
}
