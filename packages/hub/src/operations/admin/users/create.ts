// Makes a local user of the embedded provider.
// The password is checked as everywhere, and only its hash is kept.
import { userPostSchema, userSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { bodyOf, operation } from '../../kernel/operation.ts';
import { peopleOf, showUser } from './user.ts';

export const createUser = operation({
  name: 'createUser',
  method: 'POST',
  paths: ['/admin/users'],
  access: 'operator',
  summary: 'create a local user; `operator` lets it administer the hub',
  body: bodyOf(userPostSchema, ({ name, password, operator = false }) => ({ name, password, operator })),
  answer: plain(userSchema, ['created']),
  async run({ body, ...acted }, services) {
    const user = await peopleOf(acted, services).create(body);
    return { outcome: 'created', body: showUser(user), location: `/admin/users/${user.id}` };
  },
});
