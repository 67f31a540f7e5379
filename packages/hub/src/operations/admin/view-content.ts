// Content of notifications is hidden from operators until they ask for it. Each look at it is in the audit before the answer,
// by the id of the person and of what was looked at, whatever the operator's role.
import { denied } from '../../model/errors.ts';
import type { OperatorPrincipal } from '../../model/principal.ts';
import type { Services } from '../kernel/call.ts';
import { type Acted, audited } from './audited.ts';

export function mayViewContent(
  { role }: OperatorPrincipal,
  { readContent }: Pick<Services, 'readContent'>,
): boolean {
  return role === 'admin' || readContent;
}

/** Throws `accessDenied`. */
export async function viewContent(acted: Acted, services: Services, on: string): Promise<void> {
  if (!mayViewContent(acted.principal, services))
    throw denied(
      'Who has the role Carillon.Read sees no content here: the hub allows it by --operator-read-content.',
    );
  await audited({ ...acted, operation: 'contentViewed' }, services, on, async () => {});
}
