// Keeps a local user out, and ends all sessions, tokens and streams of the user at once.
// What the user has stays, and enabling the user again revives no token.
import { userSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { changeUser, peopleOf } from './user.ts';

export const disableUser = operation({
  name: 'disableUser',
  method: 'POST',
  paths: ['/admin/users/{user}/disable'],
  access: 'operator',
  summary: 'keep a local user out, and end all sessions',
  answer: plain(userSchema),
  async run({ params, ...acted }, services) {
    const people = peopleOf(acted, services);
    return changeUser(params.user, people, people.disable);
  },
});
