// The walks of a search over the index of standings: unread and read ones are two walks by id, merged where both are asked
// for. The subquery has a limit, so that SQLite computes its columns once a row and asks the filter of what it answers.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { ReadState } from '@carillon/protocol';
import { uuidFromBytes, uuidToBytes } from '../../../lib/ids.ts';
import { standingCodes } from '../../codes.ts';
import { decodeBytes, decodeNumber } from '../../columns.ts';
import { type FilterDialect, type FilterExpressions, filterColumns, hitSql } from '../../filter-sql.ts';
import { openSearches, type Searches, type Span, type WalkQuery } from '../../search.ts';
import { byIdSql, isFresh, isIndexed } from './fresh.ts';
import { prepareRows, type RowsQuery, seenApp, type Tables } from './tables.ts';

const expressions: FilterExpressions = {
  member: (column, name) => `CASE WHEN ${column} <> '' THEN json_extract(${column}, '$.${name}') END`,
  created: 'lower(hex(substr(id, 1, 6)))',
};

/** Parameters of every walk, before those of its filter: account, app, now, from, below, before, its era, and the size. */
const fixed = 8;

class Values implements FilterDialect {
  readonly list: SQLInputValue[] = [];

  bind(value: string | number): string {
    this.list.push(value);
    return `?${fixed + this.list.length}`;
  }
}

export function searchReads(db: DatabaseSync, { interned, notification }: Tables): Searches {
  const columns = notification.names.join(', ');
  const byId = prepareRows(db, byIdSql(columns));
  /** Of each walk and read state one. */
  const kept = new Map<string, RowsQuery>();
  const keepRows = (sql: string): RowsQuery => {
    const found = kept.get(sql) ?? prepareRows(db, sql);
    kept.set(sql, found);
    return found;
  };
  return openSearches({
    indexes: () => true,
    async row(user, id) {
      const found = byId.get(interned.account(user), uuidToBytes(id));
      return found ? notification.readValues(found, { user }) : null;
    },
    walker(query) {
      const values = new Values();
      let keys: RowsQuery | null = null;
      const { user, visibility, now } = query;
      const read = (walk: RowsQuery, { from, below, before }: Span, size: number) => {
        const ids = [from, below, before.id].map(uuidToBytes);
        const app = seenApp(interned, visibility);
        return walk.all(interned.account(user), app, now, ...ids, before.era, size, ...values.list);
      };
      return {
        async keys(span, size) {
          keys ??= prepareRows(db, keysSql(query, values));
          return read(keys, span, size).map(([id, era, modified, expires, hit]) => ({
            id: uuidFromBytes(decodeBytes(id)),
            era: decodeNumber(era),
            modified: decodeNumber(modified),
            expires: decodeNumber(expires),
            hit: hit === 1,
          }));
        },
        async rows(span, size) {
          const found = read(keepRows(walkSql(query, columns)), span, size);
          return found.map((each) => notification.readValues(each, { user }));
        },
      };
    },
  });
}

function keysSql(query: WalkQuery, values: Values): string {
  const { rest } = query;
  const key = 'id, era, modified, expires';
  if (rest === null) return walkSql(query, `${key}, TRUE`);
  const hit = hitSql(rest, values);
  const rows = walkSql(query, `${key}${filterColumns(rest, expressions)}`);
  return `SELECT ${key}, ${hit} FROM (${rows})`;
}

function walkSql({ walk, readState }: WalkQuery, columns: string): string {
  const states: readonly ReadState[] = readState === null ? ['unread', 'read'] : [readState];
  const walks = states.map((state) => `${isIndexed} AND standing = ${standingCodes.encode(state)}`);
  // None of a later era is fresh.
  if (states.includes('unread') && walk !== 'later') walks.push(isFresh);
  const [inEra, order] = {
    later: ['AND era > 0 AND (era < ?7 OR (era = ?7 AND id < ?6))', 'era DESC, id DESC'],
    first: ['AND era = 0', 'id DESC'],
    newest: ['', 'id DESC'],
    oldest: ['', 'id'],
  }[walk];
  const walked = (where: string) =>
    `SELECT ${columns} FROM notification WHERE account = ?1 AND ${where}
     AND id >= ?4 AND id < ?5 ${inEra} AND expires > ?3 AND (?2 IS NULL OR app = ?2)`;
  return `${walks.map(walked).join(' UNION ALL ')} ORDER BY ${order} LIMIT ?8`;
}
