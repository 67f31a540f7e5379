// Reads one local user, by name or id.
// The hash of the password is never answered.
import { userSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { peopleOf, showUser } from './user.ts';

export const getUser = operation({
  name: 'getUser',
  method: 'GET',
  paths: ['/admin/users/{user}'],
  access: 'operatorRead',
  summary: 'read a local user, by name or id',
  answer: plain(userSchema),
  async run({ params, ...acted }, services) {
    return { outcome: 'ok', body: showUser(await peopleOf(acted, services).find(params.user)) };
  },
});
