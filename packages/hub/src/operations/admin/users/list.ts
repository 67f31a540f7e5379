// Lists the local users of the embedded provider, by name, in pages.
// Persons of other issuers are not registered here, so they are in no list.
import { limits } from '@carillon/protocol';
import { userSchema } from '@carillon/protocol/schemas';
import { collection } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { pageOf, readPageToken } from '../../kernel/paging.ts';
import { text, top } from '../../kernel/query.ts';
import { showUser } from './user.ts';

export const listUsers = operation({
  name: 'listUsers',
  method: 'GET',
  paths: ['/admin/users'],
  access: 'operatorRead',
  summary: 'list the local users',
  query: { $top: top(limits.listPageMax, limits.deltaPageMax), $skiptoken: text },
  answer: collection('users', userSchema, { context: null }),
  async run({ query }, { registry, adminSeal }) {
    const paged = { seal: adminSeal, scope: 'users', top: query.$top };
    const after = readPageToken(query.$skiptoken, paged);
    const found = await registry.users.list({ after, limit: query.$top + 1 });
    const { rows, next } = pageOf(found, { ...paged, keyOf: ({ name }) => name });
    return { outcome: 'ok', body: { value: rows.map(showUser) }, ...next };
  },
});
