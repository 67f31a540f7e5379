// What a batch names, found by looking at its writes alone: whose feeds it locks, which rows its plan may look at.
// The snapshot reads these and nothing else, in one round trip; a plan that asks for more is a mistake, and fails.
import { type DeliveryKey, noNotification } from '../../../../model/delivery.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { FetchWrite, PostWrite, Write } from '../../../../model/write.ts';

interface NamedRow {
  readonly user: UserKey;
  readonly id: string;
}

export interface NamedText {
  readonly user: UserKey;
  readonly app: string;
  readonly name: string;
}

export interface Named {
  /** Feeds that are locked, with how many changes each most likely gets. */
  readonly users: ReadonlyMap<UserKey, number>;
  /** Those that begin when they are not there yet. */
  readonly begun: ReadonlySet<UserKey>;
  readonly notifications: readonly NamedRow[];
  readonly texts: readonly NamedText[];
  /** Notifications whose deliveries the plan may look at; beside them those of `texts` that are there, with their taps. */
  readonly deliveries: readonly NamedRow[];
  /** Push addresses that a write brings, so that its subscription takes them from whoever has them: `user hash`. */
  readonly addresses: ReadonlySet<string>;
  /** Evidence, which locks its deliveries alone. */
  readonly results: readonly DeliveryKey[];
  /** Those of the results that a provider has taken: they may come after their notification was handled. */
  readonly sent: readonly DeliveryKey[];
  readonly marks: readonly FetchWrite[];
}

class Naming implements Named {
  readonly users = new Map<UserKey, number>();
  readonly begun = new Set<UserKey>();
  readonly texts: NamedText[] = [];
  readonly addresses = new Set<string>();
  readonly results: DeliveryKey[] = [];
  readonly sent: DeliveryKey[] = [];
  readonly marks: FetchWrite[] = [];
  readonly #notifications = new Map<string, NamedRow>();
  readonly #texts = new Set<string>();
  readonly #deliveries = new Map<string, NamedRow>();

  get notifications(): NamedRow[] {
    return [...this.#notifications.values()];
  }

  get deliveries(): NamedRow[] {
    return [...this.#deliveries.values()];
  }

  feed(user: UserKey, changes: number): void {
    this.users.set(user, (this.users.get(user) ?? 0) + changes);
  }

  notification(user: UserKey, id: string): void {
    this.#notifications.set(`${user} ${id}`, { user, id });
    this.delivery(user, id);
  }

  /** The taps of the user's devices, which a change of a state replaces. */
  clears(user: UserKey): void {
    this.delivery(user, noNotification);
  }

  delivery(user: UserKey, id: string): void {
    this.#deliveries.set(`${user} ${id}`, { user, id });
  }

  post({ user, owner, app, appNotificationId }: PostWrite): void {
    if (owner) this.begun.add(user);
    if (appNotificationId === null) return;
    this.texts.push({ user, app, name: appNotificationId });
    // What this batch itself has begun is replaced without being found in the store.
    const text = `${user} ${app} ${appNotificationId}`;
    if (this.#texts.has(text)) this.clears(user);
    this.#texts.add(text);
  }

  redrive(keys: readonly DeliveryKey[]): void {
    for (const { user, notification } of keys) {
      this.feed(user, 0);
      this.notification(user, notification);
    }
  }
}

export function nameRows(writes: readonly Write[]): Named {
  const named = new Naming();
  for (const write of writes) {
    if ('user' in write && write.kind !== 'fetch') named.feed(write.user, likelyChanges(write));
    nameOne(write, named);
  }
  return named;
}

/** Those of a write that finds what it expects: most do. */
function likelyChanges(write: Write): number {
  switch (write.kind) {
    case 'state':
      return write.targets.length;
    case 'post':
    case 'delete':
    case 'expire':
    case 'wake':
      return 1;
    default:
      return 0;
  }
}

function nameOne(write: Write, named: Naming): void {
  switch (write.kind) {
    case 'post':
      named.post(write);
      break;
    case 'state':
      for (const { id } of write.targets) named.notification(write.user, id);
      named.clears(write.user);
      break;
    case 'delete':
    case 'expire':
    case 'wake':
    case 'purge':
      named.notification(write.user, write.id);
      named.clears(write.user);
      break;
    case 'receipts':
      for (const { id } of write.receipts) named.notification(write.user, id);
      break;
    case 'redrive':
      named.redrive(write.deliveries);
      break;
    case 'subscribe': {
      const { user, addressHash } = write.subscription;
      named.begun.add(user);
      named.addresses.add(`${user} ${addressHash}`);
      break;
    }
    case 'renew':
      named.addresses.add(`${write.user} ${write.patch.addressHash ?? null}`);
      break;
    case 'fetch':
      named.marks.push(write);
      break;
    case 'record':
      named.results.push(...write.results);
      named.sent.push(...write.results.filter(({ sentAt, kind }) => sentAt !== null && kind !== 'clear'));
  }
}
