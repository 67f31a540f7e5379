// Erases a person while no hub serves the data, or beside hubs that share it in PostgreSQL: the same steps as the operation
// takes, over a store of its own.
import { openCommitter } from '../../feed/commit.ts';
import { openPublisher } from '../../feed/publish.ts';
import type { Clock } from '../../lib/clock.ts';
import { erasePerson } from '../../operations/admin/users/erase-person.ts';
import { findPerson } from '../../operations/admin/users/person.ts';
import type { AuditAuthor, Registry } from '../../store/registry.ts';
import { builtInPlanner, type DataPlace, lockData, openFeeds } from '../open-data.ts';

export interface EraseOptions extends DataPlace {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Whose subjects an id may be. */
  readonly issuer: string;
  readonly nameOrId: string;
  readonly author: AuditAuthor;
}

export async function eraseFrom(options: EraseOptions): Promise<void> {
  const { registry, clock, issuer, nameOrId, author } = options;
  const lock = lockData(options);
  try {
    const store = await openFeeds(options, builtInPlanner);
    try {
      const committer = openCommitter({ store, clock, publisher: openPublisher() });
      const services = { registry, clock, committer, read: store.read, issuers: [issuer] };
      await erasePerson(await findPerson(nameOrId, services), author, services);
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}
