// The fresh ones of a feed: posted, never changed since, and so few that a walk over all of them costs nothing. They stand
// in one small index, so a create touches a single page at random. The first change moves a notification into the indexes of
// its name, its sequence and its standing. Those are partial: each look into them says `fresh = 0`, and looks here too.
import type { StoredNotification } from '../../../model/notification.ts';
import { sqlIsAlive, standingCodes } from '../../codes.ts';

/** In a feed with more unread ones a new notification goes into all indexes at once. */
export const freshMost = 256;

/** Of a new one, in a feed with so many unread ones. */
export function isToBeFresh({ changes, era }: StoredNotification, unread: number): boolean {
  return changes === 1 && era === 0 && unread <= freshMost;
}

/** As the partial indexes have them, word for word. */
export const isFresh = 'fresh = 1';
export const isIndexed = 'fresh = 0';

/** Beside an id, so that its index is walked, where a notification stands before its id. */
export const anyStanding = `standing IN (${standingCodes.names.map((name) => standingCodes.encode(name)).join(', ')})`;

/** Parameters: account, id. */
export function byIdSql(columns: string): string {
  const select = `SELECT ${columns} FROM notification WHERE account = ?1 AND id = ?2`;
  return `${select} AND ${isFresh} UNION ALL ${select} AND ${isIndexed} AND ${anyStanding}`;
}

/** The living ones of a name, in either index. Parameters: account, hash of the name, app, name. */
export function namedSql(columns: string, among: string): string {
  return `SELECT ${columns} FROM notification
    WHERE account = ?1 AND name_key = ?2 AND ${sqlIsAlive()} AND app = ?3 AND name = ?4 AND ${among}`;
}

/** Those changed after a sequence, in no order: a compound select, to which an order may be added. */
export function sinceSql(columns: string, where: string): string {
  const select = `SELECT ${columns} FROM notification WHERE ${where}`;
  return `${select} AND ${isIndexed} UNION ALL ${select} AND ${isFresh}`;
}

/** The row of an account, an id and an app, whose parameters have these numbers. */
export function isRowSql(account: number, id: number, app: number): string {
  const select = `SELECT rowid FROM notification WHERE account = ?${account} AND id = ?${id} AND app = ?${app}`;
  return `rowid IN (${select} AND ${isFresh} UNION ALL ${select} AND ${isIndexed} AND ${anyStanding})`;
}
