// A person of any issuer: a local user, somebody whose tokens another issuer gives, or both, by name or by the id (`oid`, else
// `sub`) of the tokens. What the hub holds of the person is the account, where it is local, the feed and
// change subscriptions.
import type { KnownChangeSubscription } from '../../../model/change-subscription.ts';
import { HubError, invalid } from '../../../model/errors.ts';
import type { LocalUser } from '../../../store/registry.ts';
import type { FeedRow } from '../../../store/store.ts';
import type { Services } from '../../kernel/call.ts';

export interface Person {
  /** `oid`, else `sub`. */
  readonly id: string;
  readonly local: LocalUser | null;
  /** Null before the person's first notification or device. */
  readonly feed: FeedRow | null;
  /** Null of a local user without a feed. */
  readonly issuer: string | null;
}

export type PersonServices = Pick<Services, 'read' | 'registry' | 'issuers'>;

/** Throws `notFound`. */
export async function findPerson(nameOrId: string, services: PersonServices): Promise<Person> {
  const { users } = services.registry;
  const local = (await users.findByName(nameOrId)) ?? (await users.findById(nameOrId));
  const feed = await findFeed(local?.id ?? nameOrId, services);
  // One that has ended stays only until its endpoint is told so.
  const watch = watchesOf(local?.id ?? feed?.subject ?? nameOrId, services).find(({ ended }) => !ended);
  const id = local?.id ?? feed?.subject ?? watch?.subject;
  if (id !== undefined) return { id, local, feed, issuer: feed?.issuer ?? watch?.issuer ?? null };
  throw new HubError(
    'notFound',
    'No such user has ever called: give the id (oid, else sub) that its tokens hold, or a user name.',
  );
}

/** The change subscriptions that the person made. */
export function watchesOf(
  id: string,
  { registry, issuers }: Pick<PersonServices, 'registry' | 'issuers'>,
): KnownChangeSubscription[] {
  const known = registry.changeSubscriptions.known();
  return known.filter(
    ({ user, subject, issuer }) => user !== null && subject === id && issuers.includes(issuer),
  );
}

async function findFeed(idOrName: string, { read, issuers }: PersonServices): Promise<FeedRow | null> {
  const found = await Promise.all(issuers.map((issuer) => read.findOwner(issuer, idOrName)));
  const feeds = found.filter((feed) => feed !== null);
  const feed = feeds.find(({ subject }) => subject === idOrName) ?? feeds[0] ?? null;
  if (feed === null || feed.subject === idOrName || feeds.length === 1) return feed;
  throw invalid('Users of several issuers have this name: give the id (oid, else sub) that the tokens hold.');
}
