// Looks that name no user: over the users of a shard by the key of their feeds, and by the indexes of names.
// They are for operators; nothing that a device or an app asks comes here.
import { isUuid, uuidMark } from '../../../lib/ids.ts';
import { foldName } from '../../../model/fold-name.ts';
import { userShards } from '../../../model/user-shard.ts';
import { sqlIsAlive } from '../../codes.ts';
import { earlierMs, endOfPrefix, type Lookups } from '../../lookups.ts';
import type { FeedReader } from '../../store.ts';
import type { Parameter } from '../wire/packet.ts';
import { type Row, type Statement, statement } from '../wire/pipeline.ts';
import {
  feedColumns,
  feedTable,
  namesOf,
  notificationColumns,
  packText,
  packUuid,
  readNotification,
  sameUser,
  userOf,
} from './tables.ts';

/** Of one statement, which has little time. */
const shardsAtOnce = 64;

export const lookupStatements = {
  byId: statement(`SELECT n.* FROM feed f CROSS JOIN LATERAL
  (SELECT ${namesOf(notificationColumns)} FROM notification m WHERE ${sameUser('m', 'f')} AND m.id = $2 LIMIT 1) n
WHERE f.lane = $1 LIMIT 1`),
  byIdAmong: statement(`SELECT n.* FROM feed f CROSS JOIN LATERAL
  (SELECT ${namesOf(notificationColumns)} FROM notification m WHERE ${sameUser('m', 'f')} AND m.id = $3 LIMIT 1) n
WHERE f.lane >= $1 AND f.lane < $2 LIMIT 1`),
  named: statement(
    `SELECT ${namesOf(notificationColumns)} FROM notification n WHERE n.name = $1 AND ${sqlIsAlive('n.removed')}
ORDER BY n.app, n.lane, n.user_key LIMIT $2`,
  ),
  owners: statement(`SELECT ${namesOf(feedColumns)} FROM feed f
WHERE f.name_key >= $1 AND f.name_key < $2 ORDER BY f.name_key LIMIT $3`),
};

export function lookupReads(
  ask: (each: Statement, ...values: Parameter[]) => Promise<readonly Row[]>,
): Lookups & Pick<FeedReader, 'ownersByPrefix'> {
  return {
    async findNotification(id) {
      if (!isUuid(id)) return null;
      const [row] = await ask(lookupStatements.byId, uuidMark(id), packUuid(id));
      return row ? readNotification(row) : null;
    },
    async findEarlier(id) {
      if (!isUuid(id)) return null;
      const end = performance.now() + earlierMs;
      for (let shard = 0; shard < userShards && performance.now() < end; shard += shardsAtOnce) {
        const [row] = await ask(lookupStatements.byIdAmong, shard, shard + shardsAtOnce, packUuid(id));
        if (row) return readNotification(row);
      }
      return null;
    },
    async namedOfAll(appNotificationId, limit) {
      return (await ask(lookupStatements.named, packText(appNotificationId), limit)).map(readNotification);
    },
    async ownersByPrefix(prefix, limit) {
      const key = foldName(prefix);
      const rows = await ask(lookupStatements.owners, packText(key), packText(endOfPrefix(key)), limit);
      return rows.map((row) => feedTable.readRow(row, { user: userOf(row) }));
    },
  };
}
