// Lists the registered apps, by id, in pages.
// Secrets are never among what is answered: the registry keeps but their hashes.
import { limits } from '@carillon/protocol';
import { appAnswerSchema } from '@carillon/protocol/schemas';
import { collection } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { pageOf, readPageToken } from '../../kernel/paging.ts';
import { text, top } from '../../kernel/query.ts';
import { showApp } from './app.ts';

export const listApps = operation({
  name: 'listApps',
  method: 'GET',
  paths: ['/admin/apps'],
  access: 'operatorRead',
  summary: 'list the registered apps',
  query: { $top: top(limits.listPageMax, limits.deltaPageMax), $skiptoken: text },
  answer: collection('apps', appAnswerSchema, { context: null }),
  async run({ query }, { registry, adminSeal }) {
    const paged = { seal: adminSeal, scope: 'apps', top: query.$top };
    const after = readPageToken(query.$skiptoken, paged);
    const apps = registry.apps.list().filter(({ id }) => after === null || id > after);
    const { rows, next } = pageOf(apps.slice(0, query.$top + 1), { ...paged, keyOf: ({ id }) => id });
    const value = await Promise.all(rows.map((app) => showApp(app, registry)));
    return { outcome: 'ok', body: { value }, ...next };
  },
});
