// Gives a local user another password, which ends all sessions, tokens and streams of the user.
// The entry in the audit says that, and nothing of the password.
import { passwordPostSchema, userSchema } from '@carillon/protocol/schemas';
import { plain } from '../../kernel/answer.ts';
import { bodyOf, operation } from '../../kernel/operation.ts';
import { changeUser, linksOf, peopleOf, showLink, showUser } from './user.ts';

export const setUserPassword = operation({
  name: 'setUserPassword',
  method: 'POST',
  paths: ['/admin/users/{user}/password'],
  access: 'operator',
  summary:
    'give a local user another password, and end all sessions. Without a password the answer has a one-time link to set it, and until then nothing changes',
  body: bodyOf(passwordPostSchema, ({ password }) => ({ password })),
  answer: plain(userSchema),
  async run({ params, body: { password }, ...acted }, services) {
    const people = peopleOf(acted, services);
    if (password === undefined) {
      const user = await people.find(params.user);
      const link = await linksOf(services).make(user);
      return { outcome: 'ok', body: { ...showUser(user), ...showLink(link) } };
    }
    return changeUser(params.user, people, (user) => people.setPassword(user, password));
  },
});
