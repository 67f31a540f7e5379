// Allows a local user in again that was disabled.
// Tokens of before stay revoked: the user signs in anew.
import { userSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { changeUser, peopleOf } from './user.ts';

export const enableUser = operation({
  name: 'enableUser',
  method: 'POST',
  paths: ['/admin/users/{user}/enable'],
  access: 'operator',
  summary: 'allow a local user in again; tokens of before stay ended',
  answer: plain(userSchema),
  async run({ params, ...acted }, services) {
    const people = peopleOf(acted, services);
    return changeUser(params.user, people, people.enable);
  },
});
