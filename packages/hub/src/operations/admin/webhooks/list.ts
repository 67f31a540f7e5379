// The change subscriptions of all apps, and how their endpoints do: what waits, since when one fails and what it answered last.
// Of a URL the host alone is shown, since the rest may be a secret of the app.
import { limits, webhookLimits } from '@carillon/protocol';
import { shownChangeSubscriptionSchema } from '@carillon/protocol/schemas';
import type { ChangeSubscription } from '../../../model/change-subscription.ts';
import { formatDateTime } from '../../../model/date-time.ts';
import { collection } from '../../kernel/answer.ts';
import type { Services } from '../../kernel/call.ts';
import { operation } from '../../kernel/operation.ts';
import { pageOf, readPageToken } from '../../kernel/paging.ts';
import { text, top } from '../../kernel/query.ts';

export const listAllChangeSubscriptions = operation({
  name: 'listAllChangeSubscriptions',
  method: 'GET',
  paths: ['/admin/changeSubscriptions'],
  access: 'operatorRead',
  summary: 'list the change subscriptions of all apps or one, with what waits and what fails',
  query: { app: text, $top: top(limits.listPageMax, limits.listPageMax), $skiptoken: text },
  answer: collection('changeSubscriptions', shownChangeSubscriptionSchema, { context: null }),
  async run({ query }, services) {
    const { registry, adminSeal, webhooks } = services;
    const paged = { seal: adminSeal, scope: 'change subscriptions', top: query.$top };
    const after = readPageToken(query.$skiptoken, paged) ?? '';
    const known = registry.changeSubscriptions.known();
    const found = known.filter(({ id, app }) => id > after && (query.app === undefined || app === query.app));
    const { rows, next } = pageOf(found.slice(0, query.$top + 1), { ...paged, keyOf: ({ id }) => id });
    const failing = await webhooks.failing(webhookLimits.changeSubscriptions);
    const states = new Map(failing.map((each) => [each.backlog, each]));
    const all = await Promise.all(rows.map(({ id }) => registry.changeSubscriptions.find(id)));
    const living = all.filter((row) => row !== null);
    const value = await Promise.all(living.map((row) => show(row, states.get(row.id), services)));
    return { outcome: 'ok', body: { value }, ...next };
  },
});

type Failing = Awaited<ReturnType<Services['webhooks']['failing']>>[number];

async function show(row: ChangeSubscription, state: Failing | undefined, { webhooks }: Services) {
  const { count } = await webhooks.waiting(row.id, webhookLimits.waiting);
  return {
    id: row.id,
    appId: row.app,
    userId: row.user === null ? null : row.subject,
    resource: row.resource,
    changeType: row.changeTypes.join(','),
    endpointHost: new URL(row.notificationUrl).host,
    expirationDateTime: formatDateTime(row.expires),
    ended: row.ended,
    waiting: count,
    attempts: state?.attempts ?? 0,
    failingSinceDateTime: state?.failingSince == null ? null : formatDateTime(state.failingSince),
    lastAnswer: state?.answer ?? null,
  };
}
