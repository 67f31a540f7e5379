// What a batch and its answer say between the main thread and the writer's. A message is cloned, and an object is cloned
// with the name of each of its members: so what most batches are full of stands in lists of values, in a fixed order,
// and nothing travels twice. A row whose content its write brought goes back without it.
import type { PlannedDelivery } from '../../../../model/delivery.ts';
import type { StoredNotification } from '../../../../model/notification.ts';
import type { UserKey } from '../../../../model/principal.ts';
import type { Change, FeedOwner, Outcome, Outcomes, PostWrite, Write } from '../../../../model/write.ts';
import type { Committed } from '../../../store.ts';

/** Values one after another. Whoever takes them knows their order and their types. */
class Values {
  readonly #values: readonly unknown[];
  #at = 0;

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  get more(): boolean {
    return this.#at < this.#values.length;
  }

  take<T>(): T {
    return this.#values[this.#at++] as T;
  }
}

/** Where a post would begin: what follows is another write, or another outcome, as it is. */
const other = 0;

export function packWrites(writes: readonly Write[]): unknown[] {
  const values: unknown[] = [];
  for (const write of writes) {
    if (write.kind === 'post') packPost(write, values);
    else values.push(other, write);
  }
  return values;
}

export function unpackWrites(packed: readonly unknown[]): Write[] {
  const values = new Values(packed);
  const writes: Write[] = [];
  while (values.more) {
    const user = values.take<UserKey | typeof other>();
    writes.push(user === other ? values.take<Write>() : unpackPost(user, values));
  }
  return writes;
}

function packPost(write: PostWrite, values: unknown[]): void {
  const { user, owner, app, id, content, appNotificationId, sentAs } = write;
  values.push(user, owner?.issuer ?? null, owner?.subject, owner?.name);
  values.push(app, id, content, appNotificationId, sentAs, write.expires, write.displaySeconds);
  values.push(write.question, write.storageBytesMax, write.evictable);
}

function unpackPost(user: UserKey, values: Values): PostWrite {
  return {
    kind: 'post',
    user,
    owner: unpackOwner(values),
    app: values.take(),
    id: values.take(),
    content: values.take(),
    appNotificationId: values.take(),
    sentAs: values.take(),
    expires: values.take(),
    displaySeconds: values.take(),
    question: values.take(),
    storageBytesMax: values.take(),
    evictable: values.take(),
  };
}

function unpackOwner(values: Values): FeedOwner | null {
  const issuer = values.take<string | null>();
  const subject = values.take<string>();
  const name = values.take<string>();
  return issuer === null ? null : { issuer, subject, name };
}

export interface PackedCommitted extends Omit<Committed, 'outcomes' | 'changes' | 'deliveries'> {
  /** Of outcomes and changes, which name them by their place. */
  readonly rows: readonly unknown[];
  readonly outcomes: readonly unknown[];
  readonly changes: readonly unknown[];
  readonly deliveries: readonly unknown[];
}

export function packCommitted(
  { outcomes, changes, deliveries, ...rest }: Committed,
  writes: readonly Write[],
): PackedCommitted {
  const rows = new PackedRows();
  const packed: unknown[] = [];
  // Before the changes, since an outcome says which write its row came from.
  outcomes.forEach((outcome, index) => {
    const write = writes[index];
    if (write?.kind === 'post' && 'notification' in outcome)
      packed.push(outcome.result, rows.place(outcome.notification, write, index));
    else packed.push(other, outcome);
  });
  const packedChanges: unknown[] = [];
  for (const { notification, epoch, cause, unread, unreadOfApp } of changes)
    packedChanges.push(rows.place(notification), epoch, cause, unread, unreadOfApp);
  return {
    ...rest,
    rows: rows.values,
    outcomes: packed,
    changes: packedChanges,
    deliveries: packDeliveries(deliveries),
  };
}

export function unpackCommitted(
  { rows: packedRows, outcomes: packed, changes: packedChanges, deliveries, ...rest }: PackedCommitted,
  writes: readonly Write[],
): Committed {
  const rows = unpackRows(packedRows, writes);
  const rowAt = (place: number): StoredNotification => rows[place] as StoredNotification;
  const outcomes: Outcome[] = [];
  for (const values = new Values(packed); values.more; ) {
    const result = values.take<Outcomes['post']['result'] | typeof other>();
    outcomes.push(result === other ? values.take<Outcome>() : { result, notification: rowAt(values.take()) });
  }
  const changes: Change[] = [];
  for (const values = new Values(packedChanges); values.more; ) {
    const notification = rowAt(values.take());
    changes.push({
      user: notification.user,
      seq: notification.seq,
      epoch: values.take(),
      cause: values.take(),
      notification,
      unread: values.take(),
      unreadOfApp: values.take(),
    });
  }
  return { ...rest, outcomes, changes, deliveries: unpackDeliveries(deliveries) };
}

/** Of a row that came from no write of the batch. */
const ofNone = -1;

class PackedRows {
  readonly values: unknown[] = [];
  readonly #places = new Map<StoredNotification, number>();

  /** `write`: the one that brought its content, if it did. */
  place(row: StoredNotification, write?: PostWrite, index = ofNone): number {
    const known = this.#places.get(row);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(row, place);
    const isBrought = write?.content === row.content && write.user === row.user && write.app === row.app;
    if (isBrought) this.values.push(index);
    else this.values.push(ofNone, row.user, row.app, row.content);
    this.#pack(row);
    return place;
  }

  #pack(row: StoredNotification): void {
    this.values.push(row.id, row.seq, row.removed, row.purgeAt, row.readState, row.userActionState);
    this.values.push(row.snoozeUntil, row.expires, row.announcedExpiry, row.displaySeconds, row.displayUntil);
    this.values.push(row.modified, row.postedAt, row.contentVersion, row.changes, row.appNotificationId);
    this.values.push(row.sentAs, row.era, row.respondBy, row.response);
  }
}

function unpackRows(packed: readonly unknown[], writes: readonly Write[]): StoredNotification[] {
  const rows: StoredNotification[] = [];
  for (const values = new Values(packed); values.more; ) {
    const index = values.take<number>();
    const { user, app, content } =
      index === ofNone
        ? { user: values.take<UserKey>(), app: values.take<string>(), content: values.take<string>() }
        : (writes[index] as PostWrite);
    rows.push({
      user,
      app,
      content,
      id: values.take(),
      seq: values.take(),
      removed: values.take(),
      purgeAt: values.take(),
      readState: values.take(),
      userActionState: values.take(),
      snoozeUntil: values.take(),
      expires: values.take(),
      announcedExpiry: values.take(),
      displaySeconds: values.take(),
      displayUntil: values.take(),
      modified: values.take(),
      postedAt: values.take(),
      contentVersion: values.take(),
      changes: values.take(),
      appNotificationId: values.take(),
      sentAs: values.take(),
      era: values.take(),
      respondBy: values.take(),
      response: values.take(),
    });
  }
  return rows;
}

export function packDeliveries(deliveries: readonly PlannedDelivery[]): unknown[] {
  const values: unknown[] = [];
  for (const { user, notification, subscription, kind, app, channel, seq } of deliveries)
    values.push(user, notification, subscription, kind, app, channel, seq);
  return values;
}

export function unpackDeliveries(packed: readonly unknown[]): PlannedDelivery[] {
  const deliveries: PlannedDelivery[] = [];
  for (const values = new Values(packed); values.more; )
    deliveries.push({
      user: values.take(),
      notification: values.take(),
      subscription: values.take(),
      kind: values.take(),
      app: values.take(),
      channel: values.take(),
      seq: values.take(),
    });
  return deliveries;
}
