// Looks of an operator that name no user: a notification by its id, by its appNotificationId, a person by the beginning of
// the name. None costs a commit anything. An id ends with the shard of its user, so that it is looked for among the few
// users of one shard. By its appNotificationId SQLite looks at one user after another; PostgreSQL's index is led by it.
import type { StoredNotification } from '../model/notification.ts';

export interface Lookups {
  /** Alive or not. Null also for one that a version posted whose ids did not name the shard. */
  findNotification(id: string): Promise<StoredNotification | null>;
  /**
   * One that such a version posted: looks at one user after another, for two seconds at most, so it is asked when nothing else
   * was found. Null also where that time was not enough.
   */
  findEarlier(id: string): Promise<StoredNotification | null>;
  /** Living ones of any user and app. */
  namedOfAll(appNotificationId: string, limit: number): Promise<StoredNotification[]>;
}

/** Of a look at all users. */
export const earlierMs = 2000;

/** Behind all texts that begin so, by code point. */
export function endOfPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
