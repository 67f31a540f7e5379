// Looks that name no user: over the users of a shard by the key of their feeds, and by the indexes of names.
// They are for operators; nothing that a device or an app asks comes here.
import { isUuid, uuidMark } from '../../../lib/ids.ts';
import { foldName } from '../../../model/fold-name.ts';
import { sqlIsAlive } from '../../codes.ts';
import { endOfPrefix, type Lookups } from '../../lookups.ts';
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

export const lookupStatements = {
  byId: statement(`SELECT n.* FROM feed f CROSS JOIN LATERAL
  (SELECT ${namesOf(notificationColumns)} FROM notification m WHERE ${sameUser('m', 'f')} AND m.id = $2 LIMIT 1) n
WHERE f.lane = $1 LIMIT 1`),
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
