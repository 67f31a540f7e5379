// Lists the senders that the token may hear of, so that an inbox names each as people know it: the token's own app, or all
// apps of the user's issuer. Host names are those that notifications come from.
import { limits } from '@carillon/protocol';
import { notificationAppSchema } from '@carillon/protocol/schemas';
import type { App } from '../../model/app.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { pageOf, readPageToken } from '../kernel/paging.ts';
import { text, top } from '../kernel/query.ts';
import { hasHeardOf } from './heard-apps.ts';

export const listNotificationApps = operation({
  name: 'listNotificationApps',
  method: 'GET',
  paths: ['/me/notificationApps'],
  access: 'user',
  summary: 'list the apps that notifications come from, by id: names, icons and host names',
  query: { $top: top(limits.listPageMax, limits.deltaPageMax), $skiptoken: text },
  answer: collection('notificationApps', notificationAppSchema),
  async run({ query, user, principal }, { registry, issuers, pageTokens }) {
    const paged = { seal: pageTokens, scope: `apps ${user.key}`, top: query.$top };
    const after = readPageToken(query.$skiptoken, paged);
    const heard = registry.apps.list().filter((each) => hasHeardOf(each, principal, issuers));
    const left = heard.filter(({ id }) => after === null || id > after).sort(byId);
    const { rows, next } = pageOf(left.slice(0, query.$top + 1), { ...paged, keyOf: ({ id }) => id });
    return { outcome: 'ok', body: { value: rows.map(answerApp) }, ...next };
  },
});

function answerApp({ id, displayName, iconUrl, hosts }: App) {
  return { id, displayName: displayName ?? null, iconUrl: iconUrl ?? null, hostNames: [...hosts] };
}

function byId({ id: one }: App, { id: other }: App): number {
  return one < other ? -1 : 1;
}
