// The deliveries that a batch has read and planned so far, and the results of attempts that it records.
// Part of the overlay: later writes of the batch see what earlier ones planned.
import type { DeliveryKey, DeliveryResult, StoredDelivery } from '../../model/delivery.ts';
import type { UserKey } from '../../model/principal.ts';
import type { RowChange, Snapshot } from '../../store/store.ts';

interface Planned {
  /** By subscription and kind. */
  readonly rows: Map<string, StoredDelivery>;
  readonly stored: ReadonlySet<string>;
  readonly dirty: Set<string>;
}

export class DeliveryOverlay {
  readonly results: DeliveryResult[] = [];
  readonly #snapshot: Snapshot;
  readonly #byNotification = new Map<string, Planned>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** Of one notification, whatever their kind. */
  of(user: UserKey, notification: string): StoredDelivery[] {
    return [...this.#open(user, notification).rows.values()];
  }

  /** A notification that this batch creates has none yet: nothing needs to be looked for. */
  begin(user: UserKey, notification: string): void {
    this.#byNotification.set(`${user} ${notification}`, emptyPlanned([]));
  }

  put(row: StoredDelivery): void {
    const { rows, dirty } = this.#open(row.user, row.notification);
    rows.set(keyIn(row), row);
    dirty.add(keyIn(row));
  }

  dirty(): RowChange<StoredDelivery>[] {
    const changes: RowChange<StoredDelivery>[] = [];
    for (const { rows, stored, dirty } of this.#byNotification.values()) {
      for (const key of dirty)
        changes.push({ row: rows.get(key) as StoredDelivery, isNew: !stored.has(key) });
    }
    return changes;
  }

  #open(user: UserKey, notification: string): Planned {
    const key = `${user} ${notification}`;
    let planned = this.#byNotification.get(key);
    if (!planned) {
      planned = emptyPlanned(this.#snapshot.deliveries(user, notification));
      this.#byNotification.set(key, planned);
    }
    return planned;
  }
}

function emptyPlanned(stored: readonly StoredDelivery[]): Planned {
  const rows = new Map(stored.map((row) => [keyIn(row), row]));
  return { rows, stored: new Set(rows.keys()), dirty: new Set() };
}

function keyIn({ subscription, kind }: Pick<DeliveryKey, 'subscription' | 'kind'>): string {
  return `${subscription} ${kind}`;
}
