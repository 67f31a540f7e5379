// Gives a local user another password, which ends all sessions, tokens and streams of the user.
// The entry in the audit says that, and nothing of the password.
import { passwordPostSchema, userSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { bodyOf, operation } from '../../kernel/operation.ts';
import { changeUser, peopleOf } from './user.ts';

export const setUserPassword = operation({
  name: 'setUserPassword',
  method: 'POST',
  paths: ['/admin/users/{user}/password'],
  access: 'operator',
  summary: 'give a local user another password, and end all sessions',
  body: bodyOf(passwordPostSchema, ({ password }) => ({ password })),
  answer: plain(userSchema),
  async run({ params, body: { password }, ...acted }, services) {
    const people = peopleOf(acted, services);
    return changeUser(params.user, people, (user) => people.setPassword(user, password));
  },
});
