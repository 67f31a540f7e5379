// Erases a person of any issuer: notifications, devices, deliveries, sessions, tokens and a local account.
// Cut off in the middle, as by a crash, it is asked again and goes on where it was.
import { nothing } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { erasePerson } from './erase-person.ts';
import { findPerson } from './person.ts';

export const deleteUser = operation({
  name: 'deleteUser',
  method: 'DELETE',
  paths: ['/admin/users/{user}'],
  access: 'operator',
  summary:
    'erase a person of any issuer, by name or id: notifications, devices, deliveries, sessions, tokens and a local account',
  answer: nothing,
  async run({ params, principal, address }, services) {
    const person = await findPerson(params.user, services);
    await erasePerson(person, { who: principal.id, from: address }, services);
    return { outcome: 'noContent' };
  },
});
