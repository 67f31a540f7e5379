// What is kept of one feed by app, as a batch has left it so far: what is unread, how many bytes of content the living
// notifications hold, how far the app has come, its newest id and time. The overlay keeps one for each feed. Ids and times
// of a feed rise, whichever node's clock they come from, as long as they are ahead of it by no more than an hour.
import { idsAheadMaxMs, uuidAfter, uuidTime } from '../../lib/ids.ts';
import type { AppId } from '../../model/app.ts';
import { contentBytesOf, isUnread, type StoredNotification } from '../../model/notification.ts';
import type { UserKey } from '../../model/principal.ts';
import type { FeedAppRow, RowChange } from '../../store/store.ts';

/** Where a new notification stands in the order of its feed. */
export interface Place {
  readonly era: number;
  readonly id: string;
}

export class FeedCounts {
  readonly #user: UserKey;
  readonly #apps = new Map<AppId, FeedAppRow>();
  readonly #new = new Set<AppId>();
  readonly #dirty = new Set<AppId>();

  constructor(user: UserKey, apps: readonly FeedAppRow[]) {
    this.#user = user;
    // Where the bytes were never counted, this batch's own are, and a count of what is stored comes on top.
    for (const row of apps) this.#apps.set(row.app, isCounted(row) ? row : { ...row, contentBytes: 0 });
  }

  /** Of one app, or of all. */
  unread(app: AppId | null): number {
    if (app !== null) return this.#apps.get(app)?.unread ?? 0;
    let sum = 0;
    for (const row of this.#apps.values()) sum += row.unread;
    return sum;
  }

  /** Null where an earlier version left them uncounted. */
  contentBytes(app: AppId): number | null {
    const row = this.#apps.get(app);
    if (!row) return 0;
    return isCounted(row) ? row.contentBytes : null;
  }

  /** `storedBytes` are in the store, without what this batch changes. */
  recount(app: AppId, storedBytes: number): void {
    const row = this.#apps.get(app);
    if (!row || isCounted(row)) return;
    this.#put({ ...row, contentBytes: row.contentBytes + storedBytes, countedTo: row.head });
  }

  /** Higher than all before it; a new era begins where those are too far ahead of the clock. */
  nextPlace(id: string, now: number): Place {
    let era = 0;
    let newest = '';
    for (const row of this.#apps.values()) {
      if (row.newestId === null || row.era < era || (row.era === era && row.newestId < newest)) continue;
      era = row.era;
      newest = row.newestId;
    }
    if (id > newest) return { era, id };
    if (uuidTime(newest) <= now + idsAheadMaxMs) return { era, id: uuidAfter(newest, id) };
    return { era: era + 1, id };
  }

  /** Not before the change before it. */
  modifiedAt(time: number): number {
    let newest: FeedAppRow | null = null;
    for (const row of this.#apps.values()) if (newest === null || row.head > newest.head) newest = row;
    const before = newest?.modified ?? 0;
    return before > time && before <= time + idsAheadMaxMs ? before : time;
  }

  change(before: StoredNotification | null, after: StoredNotification): void {
    const row = this.#open(after.app);
    const unread = row.unread + Number(isUnread(after)) - Number(before !== null && isUnread(before));
    const contentBytes =
      before?.content === after.content
        ? row.contentBytes
        : row.contentBytes + contentBytesOf(after.content) - contentBytesOf(before?.content ?? '');
    const countedTo = isCounted(row) ? after.seq : row.countedTo;
    const { modified, era, id } = after;
    const counted = { unread, contentBytes, countedTo, modified, head: after.seq };
    this.#put(before === null ? { ...row, ...counted, era, newestId: id } : { ...row, ...counted });
  }

  /** Of a tombstone, which counts nowhere, or of one that is erased while it is alive. */
  purge(gone: StoredNotification): void {
    const row = this.#open(gone.app);
    const unread = row.unread - Number(isUnread(gone));
    const contentBytes = row.contentBytes - contentBytesOf(gone.content);
    this.#put({ ...row, unread, contentBytes, floor: Math.max(row.floor, gone.seq) });
  }

  dirty(): RowChange<FeedAppRow>[] {
    return [...this.#dirty].map((app) => ({ row: this.#open(app), isNew: this.#new.has(app) }));
  }

  #open(app: AppId): FeedAppRow {
    const row = this.#apps.get(app);
    if (row) return row;
    this.#new.add(app);
    return { ...nothing, user: this.#user, app };
  }

  #put(row: FeedAppRow): void {
    this.#apps.set(row.app, row);
    this.#dirty.add(row.app);
  }
}

const nothing = {
  ...{ unread: 0, head: 0, floor: 0, contentBytes: 0, countedTo: 0 },
  ...{ modified: 0, era: 0, newestId: null },
};

/** A hub of a version that does not count moves the head alone. */
function isCounted({ countedTo, head }: FeedAppRow): boolean {
  return countedTo === head;
}
