// Why deliveries failed: app, channel and reason, with how many each has. Whoever mends a cause redrives what it made fail.
// Failed deliveries are read by their index, up to a bound.
import { operatorLimits } from '@carillon/protocol';
import { failureCauseSchema } from '@carillon/protocol/schemas';
import { type DeliveryKey, keyOfDelivery, type StoredDelivery } from '../../../model/delivery.ts';
import { collection } from '../../kernel/answer.ts';
import type { Services } from '../../kernel/call.ts';
import { operation } from '../../kernel/operation.ts';
import { text } from '../../kernel/query.ts';
import { channelName } from './shown.ts';

export const listFailureCauses = operation({
  name: 'listFailureCauses',
  method: 'GET',
  paths: ['/admin/deliveries/causes'],
  access: 'operatorRead',
  summary:
    'list why deliveries failed, the commonest first: each app, channel and reason with how many, of the first 10 000',
  query: { app: text },
  answer: collection('causes', failureCauseSchema, { context: null }),
  async run({ query }, services) {
    const failed = await firstFailed(query.app ?? null, services);
    const groups = Map.groupBy(failed, ({ app, channel, reason }) => JSON.stringify([app, channel, reason]));
    const value = [...groups.values()].flatMap(([first, ...others]) =>
      first ? [causeOf(first, others.length + 1, services)] : [],
    );
    return { outcome: 'ok', body: { value: value.sort((one, other) => other.count - one.count) } };
  },
});

const pageSize = 500;

async function firstFailed(app: string | null, { read }: Services): Promise<StoredDelivery[]> {
  const all: StoredDelivery[] = [];
  let after: DeliveryKey | null = null;
  while (all.length < operatorLimits.causesOf) {
    const page: readonly StoredDelivery[] = await read.failedDeliveries({ app, after, limit: pageSize });
    all.push(...page);
    const last = page.at(-1);
    if (!last || page.length < pageSize) return all;
    after = keyOfDelivery(last);
  }
  return all;
}

function causeOf({ app: appId, channel, reason }: StoredDelivery, count: number, services: Services) {
  return { appId, channel: channelName(channel, services), reason, count };
}
