// The heads, counts and subscriptions of the feeds that were written last. Only the writer's thread writes the feed database, so what
// it has committed is what is there, and it need not be read again: two of the three look-ups of a create.
import { BoundedMap } from '../../../../lib/bounded-map.ts';
import type { AppId } from '../../../../model/app.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { StoredSubscription } from '../../../../model/subscription.ts';
import type { FeedAppRow, FeedRow, Plan } from '../../../store.ts';

const feedsKept = 20_000;
/** A user with more is read anew each time: what is kept stays within some 40 MB. */
const subscriptionsKept = 8;

interface KnownFeed {
  readonly row: FeedRow;
  readonly apps: Map<AppId, FeedAppRow>;
}

export class KnownFeeds {
  readonly #feeds = new BoundedMap<UserKey, KnownFeed>({ entriesMax: feedsKept });
  readonly #subscriptions = new BoundedMap<UserKey, readonly StoredSubscription[]>({
    entriesMax: feedsKept,
  });

  get(user: UserKey): KnownFeed | undefined {
    return this.#feeds.get(user);
  }

  read(row: FeedRow, apps: readonly FeedAppRow[]): KnownFeed {
    return this.#keep({ row, apps: new Map(apps.map((each) => [each.app, each])) });
  }

  subscriptions(user: UserKey): readonly StoredSubscription[] | undefined {
    return this.#subscriptions.get(user);
  }

  keepSubscriptions(user: UserKey, rows: readonly StoredSubscription[]): readonly StoredSubscription[] {
    if (rows.length > subscriptionsKept) return rows;
    this.#subscriptions.set(user, rows);
    return rows;
  }

  /** After COMMIT: a feed that was planned on was read before, or begins. */
  committed({ feeds, feedApps, subscriptions, endedSubscriptions }: Plan): void {
    for (const { row } of subscriptions) this.#subscriptions.delete(row.user);
    for (const row of endedSubscriptions) this.#subscriptions.delete(row.user);
    for (const { row, isNew } of feeds) {
      const apps = isNew ? new Map<AppId, FeedAppRow>() : this.#feeds.get(row.user)?.apps;
      if (apps) this.#keep({ row, apps });
    }
    for (const { row } of feedApps) {
      const known = this.#feeds.get(row.user);
      known?.apps.set(row.app, row);
    }
  }

  /** After a rollback, or when the connection is another. */
  forget(): void {
    this.#feeds.clear();
    this.#subscriptions.clear();
  }

  #keep(feed: KnownFeed): KnownFeed {
    this.#feeds.set(feed.row.user, feed);
    return feed;
  }
}
