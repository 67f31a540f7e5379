// Erases a person: ends tokens and streams, then forgets the feed in bounded steps, and the account last, so that a person
// whose erasure was cut off is found again and it goes on. The audit keeps the id and no name.
import { personSubject, userSubject } from '../../../auth/revoked-tokens.ts';
import { endedOf } from '../../../model/change-subscription.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { AuditAuthor } from '../../../store/registry.ts';
import type { Services } from '../../kernel/call.ts';
import { type Person, type PersonServices, watchesOf } from './person.ts';

/** With their deliveries these are read and removed by one commit. */
const rowsAtOnce = 100;
/** Longer than an access token of any usual issuer is accepted (Entra ID: 28 hours at most). */
const revokedMs = 48 * 3600_000;

type ErasureServices = PersonServices & Pick<Services, 'committer' | 'clock'>;

export async function erasePerson(
  person: Person,
  author: AuditAuthor,
  services: ErasureServices,
): Promise<void> {
  await endTokens(person, author, services);
  await endChangeSubscriptions(person, services);
  if (person.feed) await eraseFeed(person.feed.user, services);
  await services.registry.users.remove(person.id);
}

/** Both stand in the audit from here on, also when the erasure is cut off. A local user can't sign in any more. */
async function endTokens(
  { id, local, issuer }: Person,
  author: AuditAuthor,
  { registry, clock }: ErasureServices,
): Promise<void> {
  const at = clock.now();
  const until = at + revokedMs;
  const subjects = [userSubject(id), ...(issuer === null ? [] : [personSubject(issuer, id)])];
  const entry = { ...author, at, what: 'userErased', on: `users/${id}` };
  await registry.audit.record(entry, async ({ users, revocations, refreshFamilies }) => {
    if (local) await users.put({ ...local, disabled: true });
    for (const subject of subjects) await revocations.add({ subject, at, until });
    await refreshFamilies.removeByAccount(id);
  });
  await registry.grants.removeByAccount(id);
}

/** Their lifecycle endpoints get that they are removed. */
async function endChangeSubscriptions({ id }: Person, services: ErasureServices): Promise<void> {
  const { registry, clock } = services;
  for (const each of watchesOf(id, services))
    await registry.changeSubscriptions.change(each.id, (before) => endedOf(before, clock.now()));
}

async function eraseFeed(user: UserKey, { read, committer }: ErasureServices): Promise<void> {
  // Another one when what was posted meanwhile has kept the feed.
  while (await read.owner(user)) {
    const { rows } = await read.changes(user, null, 0, rowsAtOnce);
    await committer.commit({ kind: 'erase', user, ids: rows.map(({ id }) => id) });
  }
}
