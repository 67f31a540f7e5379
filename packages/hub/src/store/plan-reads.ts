// What the plan of a batch may look at, declared beside each plan from its writes alone. PostgreSQL locks and reads these
// rows beforehand, in one round trip; a plan that looks at anything else fails there, and in the suites of SQLite, which
// reads on first need.

import type { AppId } from '../model/app.ts';
import { type DeliveryKey, noNotification } from '../model/delivery.ts';
import type { UserKey } from '../model/principal.ts';
import type { FetchWrite } from '../model/write.ts';
import type { NamedPost, NamedRow, PlanReads, Snapshot, UserApp } from './store.ts';

/** Filled by the plans of a batch, each with what its write needs. */
export class ReadSet implements PlanReads {
  readonly feeds = new Map<UserKey, number>();
  readonly begun = new Set<UserKey>();
  readonly names: NamedPost[] = [];
  needsNames = false;
  readonly addresses = new Set<string>();
  readonly dead: string[] = [];
  readonly results: DeliveryKey[] = [];
  readonly sent: DeliveryKey[] = [];
  readonly marks: FetchWrite[] = [];
  readonly #notifications = new Map<string, NamedRow>();
  readonly #names = new Set<string>();
  readonly #counted = new Map<string, UserApp>();
  readonly #deliveries = new Map<string, NamedRow>();

  get notifications(): NamedRow[] {
    return [...this.#notifications.values()];
  }

  get counted(): UserApp[] {
    return [...this.#counted.values()];
  }

  get deliveries(): NamedRow[] {
    return [...this.#deliveries.values()];
  }

  /** `changes`: of a write that finds what it expects, as most do. */
  feed(user: UserKey, changes = 0): void {
    this.feeds.set(user, (this.feeds.get(user) ?? 0) + changes);
  }

  begin(user: UserKey): void {
    this.begun.add(user);
  }

  content(user: UserKey, app: AppId): void {
    this.#counted.set(`${user} ${app}`, { user, app });
  }

  /** With its deliveries. */
  notification(user: UserKey, id: string): void {
    this.#notifications.set(rowKey(user, id), { user, id });
    this.#deliveries.set(rowKey(user, id), { user, id });
  }

  name(user: UserKey, app: string, name: string): void {
    const key = nameKey(user, app, name);
    this.names.push({ user, app, name });
    // What this batch itself has begun is replaced without being found in the store.
    if (this.#names.has(key)) this.taps(user);
    this.#names.add(key);
  }

  /** The taps of the user's devices, which a change of a state replaces. */
  taps(user: UserKey): void {
    this.#deliveries.set(rowKey(user, noNotification), { user, id: noNotification });
  }

  address(user: UserKey, hash: string | null): void {
    this.addresses.add(`${user} ${hash}`);
  }

  result(key: DeliveryKey, isSent: boolean): void {
    this.results.push(key);
    if (isSent) this.sent.push(key);
  }
}

/** The snapshot, where looking at what the reads do not declare is an assertion that fails. */
export function onlyDeclared(snapshot: Snapshot, reads: PlanReads): Snapshot {
  const { feeds, sent } = reads;
  const reached = new Set([...feeds.keys(), ...sent.map(({ user }) => user)]);
  const notifications = new Set(reads.notifications.map(({ user, id }) => rowKey(user, id)));
  const counted = new Set(reads.counted.map(({ user, app }) => `${user} ${app}`));
  const names = new Set(reads.names.map(({ user, app, name }) => nameKey(user, app, name)));
  const deliveries = new Set(reads.deliveries.map(({ user, id }) => rowKey(user, id)));
  for (const { user, notification } of sent) {
    notifications.add(rowKey(user, notification));
    for (const id of [notification, noNotification]) deliveries.add(rowKey(user, id));
  }
  const ofFeed = (user: UserKey): Snapshot => {
    declared(feeds.has(user), 'the feed', user);
    return snapshot;
  };
  const ofUser = (user: UserKey): Snapshot => {
    declared(reached.has(user), 'the subscriptions', user);
    return snapshot;
  };
  return {
    feed: (user) => ofFeed(user).feed(user),
    feedApps: (user) => ofFeed(user).feedApps(user),
    contentBytes(user, app) {
      declared(counted.has(`${user} ${app}`), 'the content', user, app);
      return snapshot.contentBytes(user, app);
    },
    notification(user, id) {
      declared(notifications.has(rowKey(user, id)), 'the notification', user, id);
      return snapshot.notification(user, id);
    },
    aliveByAppNotificationId(user, app, name) {
      declared(names.has(nameKey(user, app, name)), 'the appNotificationId', user, app, name);
      const row = snapshot.aliveByAppNotificationId(user, app, name);
      if (row) for (const id of [row.id, noNotification]) deliveries.add(rowKey(user, id));
      return row;
    },
    subscription: (user, ...key) => ofUser(user).subscription(user, ...key),
    subscriptionByInstallation: (user, ...key) => ofUser(user).subscriptionByInstallation(user, ...key),
    countSubscriptions: (user, app) => ofUser(user).countSubscriptions(user, app),
    lapsedSubscriptions: (user, ...rest) => ofUser(user).lapsedSubscriptions(user, ...rest),
    /** Whoever holds an address that a write brings loses it, and so is reached with it. */
    addressHolder(hash) {
      const holder = snapshot.addressHolder(hash);
      if (holder) reached.add(holder.user);
      return holder;
    },
    subscriptions: (user) => ofUser(user).subscriptions(user),
    deliveries(user, notification) {
      const what = notification === noNotification ? 'the taps' : 'the deliveries';
      declared(deliveries.has(rowKey(user, notification)), what, user, notification);
      return snapshot.deliveries(user, notification);
    },
  };
}

function declared(isDeclared: boolean, what: string, ...key: readonly string[]): void {
  if (isDeclared) return;
  throw new Error(`The plan looked at ${what} of ${key.join(', ')}, which its reads do not declare.`);
}

/** Ids are written in either case. */
export function rowKey(user: UserKey, id: string): string {
  return `${user} ${id.toLowerCase()}`;
}

export function nameKey(user: UserKey, app: string, name: string): string {
  return `${user} ${app} ${name}`;
}
