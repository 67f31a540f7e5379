// A local user as an operator sees it, by name or by id, and what is done with it in the operator's name. Every change has
// its entry in the audit, which names the user by id alone.
import type { PasswordLink, PasswordLinks } from '../../../auth/provider/sign-in/password-link.ts';
import { openPeople, type People } from '../../../auth/provider/sign-in/people.ts';
import { formatDateTime } from '../../../model/date-time.ts';
import { invalid } from '../../../model/errors.ts';
import type { LocalUser } from '../../../store/registry.ts';
import type { Answer } from '../../kernel/answer.ts';
import type { Services } from '../../kernel/call.ts';
import type { Acted } from '../audited.ts';

export function peopleOf(
  { principal, address }: Acted,
  { registry, clock, passwordTurns }: Services,
): People {
  return openPeople({ registry, clock, turns: passwordTurns, who: principal.id, from: address });
}

export function showUser({ id, name, operator, operatorRead = false, disabled = false }: LocalUser) {
  return { id, name, operator, operatorRead, disabled };
}

export function showLink({ url, expiresAt }: PasswordLink) {
  return { passwordLink: { url, expirationDateTime: formatDateTime(expiresAt) } };
}

export function linksOf({ passwordLinks }: Services): PasswordLinks {
  if (passwordLinks) return passwordLinks;
  throw invalid('Give a password: this hub signs nobody in, so there is no link to set one by.', 'password');
}

/** Does it to the user of the path, and answers how the user is afterwards. */
export async function changeUser(
  nameOrId: string,
  people: People,
  change: (user: LocalUser) => Promise<void>,
): Promise<Answer<ReturnType<typeof showUser>>> {
  await change(await people.find(nameOrId));
  return { outcome: 'ok', body: showUser(await people.find(nameOrId)) };
}
