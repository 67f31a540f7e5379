// Makes a local user of the embedded provider.
// The password is checked as everywhere, and only its hash is kept.
import { userPostSchema, userSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { bodyOf, operation } from '../../kernel/operation.ts';
import { linksOf, peopleOf, showLink, showUser } from './user.ts';

export const createUser = operation({
  name: 'createUser',
  method: 'POST',
  paths: ['/admin/users'],
  access: 'operator',
  summary:
    'create a local user; `operator` lets it administer the hub, `operatorRead` see what operators see. Without a password the answer has a one-time link to set it',
  body: bodyOf(userPostSchema, ({ name, password = null, ...roles }) => ({
    ...{ name, password, operator: false, operatorRead: false, ...roles },
  })),
  answer: plain(userSchema, ['created']),
  async run({ body, ...acted }, services) {
    const links = body.password === null ? linksOf(services) : null;
    const user = await peopleOf(acted, services).create(body);
    const link = links ? showLink(await links.make(user)) : {};
    return {
      outcome: 'created',
      body: { ...showUser(user), ...link },
      location: `/admin/users/${user.id}`,
    };
  },
});
