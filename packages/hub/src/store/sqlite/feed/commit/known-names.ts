// The names of the fresh ones in the feeds that were written last, as hashes: most posts bring a new name, and need no walk
// over the fresh ones to know it. What is kept may name more than there is, never less, so a hit is looked up and a miss is not.
import { BoundedMap } from '../../../../lib/bounded-map.ts';
import { hashText } from '../../../../lib/fingerprint.ts';
import type { StoredNotification } from '../../../../model/notification.ts';
import type { UserKey } from '../../../../model/principal.ts';
import { freshMost } from '../fresh.ts';

export interface NamesOf {
  /** Hashes of the names of fresh ones. */
  readonly fresh: number[];
  /** Whether names may stand in the full index too. */
  indexed: boolean;
}

const feedsKept = 20_000;
/** About 10 000 feeds with 100 names each. */
const keptBytes = 8 * 1024 * 1024;
/** With as many again as there can be, most are gone by now. */
const namesMost = 2 * freshMost;

export class KnownNames {
  readonly #feeds = new BoundedMap<UserKey, NamesOf>({
    entriesMax: feedsKept,
    bytesMax: keptBytes,
    bytesOf: (_, { fresh }) => 100 + fresh.length * 8,
  });

  get(user: UserKey): NamesOf | undefined {
    return this.#feeds.get(user);
  }

  keep(user: UserKey, names: NamesOf): NamesOf {
    this.#feeds.set(user, names);
    return names;
  }

  /** Of a new row. Before COMMIT: after a rollback all are forgotten. */
  added({ user, appNotificationId: name }: StoredNotification, isFresh: boolean): void {
    const names = this.#feeds.get(user);
    if (!names || name === null) return;
    if (!isFresh) names.indexed = true;
    else if (names.fresh.length === namesMost) this.#feeds.delete(user);
    else {
      names.fresh.push(hashText(name));
      this.#feeds.set(user, names);
    }
  }

  /** A row that was there is changed, and fresh no more. */
  changed({ user }: StoredNotification): void {
    const names = this.#feeds.get(user);
    if (names) names.indexed = true;
  }

  clear(): void {
    this.#feeds.clear();
  }
}
