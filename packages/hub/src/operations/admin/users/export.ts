// Reads out a person of any issuer, for an operator.
// That it was done stands in the audit before the first line leaves.
import { jsonLines } from '../../kernel/answer.ts';
import { operation } from '../../kernel/operation.ts';
import { audited } from '../audited.ts';
import { linesOf } from './export-lines.ts';
import { findPerson } from './person.ts';

export const exportUser = operation({
  name: 'exportUser',
  method: 'GET',
  paths: ['/admin/users/{user}/export'],
  access: 'operator',
  summary:
    'read all that the hub holds of a person of any issuer, as JSON lines of a `type` each; the last is `end`',
  answer: jsonLines,
  async run({ params, ...acted }, services) {
    const person = await findPerson(params.user, services);
    const entry = { ...acted, operation: 'userExported' };
    await audited(entry, services, `users/${person.id}`, async () => {});
    return { outcome: 'ok', lines: linesOf(person, services, true) };
  },
});
