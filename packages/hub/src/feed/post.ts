// Posts into a feed whose storage is bounded. A post that does not fit is tried again with the oldest handled notifications
// of its user and app, of which the commit removes as many as it takes, in the transaction of the post. Without enough of
// them it is refused, and none is removed. Reports when ids and the clock part.
import type { Clock } from '../lib/clock.ts';
import { idsAheadMaxMs, uuidTime } from '../lib/ids.ts';
import { openInOrder } from '../lib/in-order.ts';
import { HubError } from '../model/errors.ts';
import { etagOf } from '../model/notification.ts';
import type { DeleteWrite, Outcomes, PostWrite } from '../model/write.ts';
import type { FeedReader, HandledRow } from '../store/store.ts';
import type { Committer } from './commit.ts';

export type Post = (write: Omit<PostWrite, 'storageBytesMax' | 'evictable'>) => Promise<Outcomes['post']>;

/** Notifications that are looked at to make room, at once. */
const handledAtOnce = 500;
/** Other nodes may take the room meanwhile; and after the bound was lowered, there may be much to remove. */
const triesMax = 20;

interface PosterOptions {
  readonly committer: Committer;
  readonly read: Pick<FeedReader, 'handled' | 'named'>;
  readonly storageBytesMax: number;
  readonly clock: Clock;
  /** Ids run ahead of the clock by so much, or begin anew after a clock that was ahead: at most once a minute. */
  readonly onClockSet?: (ids: 'ahead' | 'anew', byMs: number) => void;
}

const noticedMs = 1000;
const reportEveryMs = 60_000;

export function openPoster({ committer, read, storageBytesMax, clock, onClockSet }: PosterOptions): Post {
  const inOrder = openInOrder<string>();
  const look = openClockLook(clock, onClockSet);
  return (given) => {
    const write: PostWrite = { ...given, storageBytesMax, evictable: null };
    return committer.commit(write).then(look, (error: unknown) => {
      if (!isFull(error)) throw error;
      // One at a time, or each would count on the same room.
      return inOrder(new Set([`${write.user} ${write.app}`]), () => postAgain(write, error));
    });
  };

  async function postAgain(write: PostWrite, first: HubError): Promise<Outcomes['post']> {
    let full = first;
    // The first try may have taken it for a new one, and then its excess is not that of a replacement.
    let excessBytes = write.appNotificationId === null ? first.details.excessBytes : undefined;
    for (let tries = 0; tries < triesMax; tries++) {
      const evictable = excessBytes === undefined ? [] : await findEvictable(write, excessBytes);
      if (evictable === null) break;
      try {
        return await committer.commit({ ...write, evictable });
      } catch (error) {
        if (!isFull(error)) throw error;
        full = error;
        excessBytes = error.details.excessBytes;
      }
    }
    throw full;
  }

  /** Of the oldest, as many as hold so many bytes; null where there are too few. */
  async function findEvictable(write: PostWrite, bytes: number): Promise<readonly string[] | null> {
    const { user, app, appNotificationId } = write;
    const found = await read.handled(user, app, handledAtOnce);
    const namesake = appNotificationId === null ? null : await read.named(user, app, appNotificationId);
    const ids: string[] = [];
    let left = bytes;
    for (const { id, contentBytes } of found) {
      if (id === namesake?.id) continue; // which this post replaces
      ids.push(id);
      left -= contentBytes;
      if (left <= 0) return ids;
    }
    if (found.length < handledAtOnce) return null;
    // The bound was lowered: more has to go than one write should remove.
    await Promise.allSettled(found.map((row) => committer.commit(removalOf(write, row))));
    return [];
  }
}

/** Only as it was seen: it may be unread again. */
function removalOf({ user, app }: PostWrite, row: HandledRow): DeleteWrite {
  return { kind: 'delete', user, visibility: app, id: row.id, ifMatch: etagOf(row), acting: null };
}

function isFull(error: unknown): error is HubError {
  return error instanceof HubError && error.kind === 'storageFull';
}

function openClockLook(clock: Clock, onClockSet: PosterOptions['onClockSet']) {
  let newestMs = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (posted: Outcomes['post']): Outcomes['post'] => {
    if (posted.result !== 'created') return posted;
    const now = clock.now();
    const time = uuidTime(posted.notification.id);
    const isAnew = time < newestMs - idsAheadMaxMs;
    const aheadMs = time - now;
    const mayReport = now < reportedAt || now - reportedAt >= reportEveryMs;
    if (isAnew) onClockSet?.('anew', newestMs - time);
    else if (aheadMs > noticedMs && mayReport) {
      reportedAt = now;
      onClockSet?.('ahead', aheadMs);
    }
    newestMs = isAnew ? time : Math.max(newestMs, time);
    return posted;
  };
}
