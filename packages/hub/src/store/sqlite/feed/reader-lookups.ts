// Looks that name no user: over the users of a shard, or of one shard after another, by the index of their keys, and by the
// index of their names. They are for operators; nothing that a device or an app asks comes here.
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers';
import { hashText } from '../../../lib/fingerprint.ts';
import { isUuid, uuidMark, uuidToBytes } from '../../../lib/ids.ts';
import { foldName } from '../../../model/fold-name.ts';
import type { StoredNotification } from '../../../model/notification.ts';
import { shardPrefix, userShards } from '../../../model/user-shard.ts';
import { sqlIsAlive } from '../../codes.ts';
import { decodeNumber } from '../../columns.ts';
import { earlierMs, endOfPrefix, type Lookups } from '../../lookups.ts';
import type { FeedReader } from '../../store.ts';
import { anyStanding, isFresh, isIndexed } from './fresh.ts';
import { decodeUser, feedTable, prepareRows, sqlHead, type Tables, type Values } from './tables.ts';

/** Behind all characters of a key. */
const afterKeys = '~';
/** Between two slices others have their turn. */
const sliceMs = 1;

export function lookupSql(columns: readonly string[]) {
  const names = columns.map((name) => `n.${name}`).join(', ');
  const ofUsers = (where: string) => `SELECT ${names}, a.key FROM account a CROSS JOIN notification n
    ON n.account = a.id AND ${where} WHERE a.key >= ?1 AND a.key < ?2`;
  const either = (where: string, indexed = '') =>
    `${ofUsers(`${where} AND n.${isFresh}`)} UNION ALL ${ofUsers(`${where} AND n.${isIndexed}${indexed}`)}`;
  return {
    byId: `${either('n.id = ?3', ` AND ${anyStanding}`)} LIMIT 1`,
    named: `${either(`n.name_key = ?3 AND ${sqlIsAlive('n.removed')} AND n.name = ?4`)} LIMIT ?5`,
    owners: `SELECT ${feedTable.names.join(', ')}, ${sqlHead} AS head, key FROM account
      WHERE name_key >= ? AND name_key < ? ORDER BY name_key LIMIT ?`,
  };
}

export function lookupReads(
  db: DatabaseSync,
  { notification }: Tables,
): Lookups & Pick<FeedReader, 'ownersByPrefix'> {
  const sql = lookupSql(notification.names);
  const query = {
    byId: prepareRows(db, sql.byId),
    named: prepareRows(db, sql.named),
    owners: prepareRows(db, sql.owners),
  };
  return {
    async findNotification(id) {
      if (!isUuid(id)) return null;
      const prefix = shardPrefix(uuidMark(id));
      const found = query.byId.get(prefix, prefix + afterKeys, uuidToBytes(id));
      return found ? notification.readValues(found, { user: decodeUser(found.at(-1)) }) : null;
    },
    async findEarlier(id) {
      if (!isUuid(id)) return null;
      const [bytes, end] = [uuidToBytes(id), performance.now() + earlierMs];
      for (let shard = 0, began = performance.now(); shard < userShards && began < end; shard++) {
        const prefix = shardPrefix(shard);
        const found = query.byId.get(prefix, prefix + afterKeys, bytes);
        if (found) return notification.readValues(found, { user: decodeUser(found.at(-1)) });
        if (performance.now() - began < sliceMs) continue;
        await new Promise<void>((resolve) => setImmediate(resolve));
        began = performance.now();
      }
      return null;
    },
    async namedOfAll(appNotificationId, limit) {
      // Some microseconds a user. An index led by the name would cost every post a page at random instead.
      const name = [hashText(appNotificationId), appNotificationId] as const;
      const found: StoredNotification[] = [];
      let began = performance.now();
      for (let shard = 0; shard < userShards && found.length < limit; shard++) {
        const prefix = shardPrefix(shard);
        const left = limit - found.length;
        for (const values of query.named.all(prefix, prefix + afterKeys, ...name, left))
          found.push(notification.readValues(values, { user: decodeUser(values.at(-1)) }));
        if (performance.now() - began < sliceMs) continue;
        await new Promise<void>((resolve) => setImmediate(resolve));
        began = performance.now();
      }
      return found;
    },
    async ownersByPrefix(prefix, limit) {
      const key = foldName(prefix);
      return query.owners.all(key, endOfPrefix(key), limit).map(readOwner);
    },
  };
}

function readOwner(values: Values) {
  const [head, key] = values.slice(feedTable.columns.length);
  return feedTable.readValues(values, { user: decodeUser(key), head: decodeNumber(head) });
}
