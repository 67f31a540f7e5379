// The walks of a search over the index of ids, or the one of unread ones. The subquery has a limit, so that PostgreSQL reads
// no further than a slice and asks the filter of what it answers. Statements with a filter are not kept: it
// may have any shape.
import type { ReadState } from '@carillon/protocol';
import type { Visibility } from '../../../model/principal.ts';
import { sqlIsAlive, sqlIsEvictable, sqlIsUnread } from '../../codes.ts';
import { decodeNumber, decodeText } from '../../columns.ts';
import { type FilterDialect, type FilterExpressions, filterColumns, hitSql } from '../../filter-sql.ts';
import { openSearches, type Searches, type Span, type WalkQuery } from '../../search.ts';
import type { Parameter } from '../wire/packet.ts';
import { type Row, type Statement, statement } from '../wire/pipeline.ts';
import {
  namesOf,
  notificationColumns,
  notificationTable,
  ofUser,
  packText,
  packUuid,
  userValues,
} from './tables.ts';

const expressions: FilterExpressions = {
  // By code point, whatever the locale of the database.
  member: (column, name) =>
    `(CASE WHEN n.${column} <> '' THEN n.${column}::json ->> '${name}' END) COLLATE "C"`,
  created: `(left(n.id::text, 8) || substr(n.id::text, 10, 4)) COLLATE "C"`,
};

class Values implements FilterDialect {
  readonly list: Parameter[] = [];

  bind(value: Parameter): string {
    this.list.push(typeof value === 'string' ? packText(value) : value);
    return `$${this.list.length}`;
  }
}

type AskRows = (each: Statement, ...values: Parameter[]) => Promise<readonly Row[]>;

export function searchReads(ask: AskRows, byId: Statement): Searches {
  return openSearches({
    indexes,
    async row(user, id) {
      const [row] = await ask(byId, ...userValues(user), packUuid(id));
      return row ? notificationTable.readRow(row, { user }) : null;
    },
    walker(query) {
      const { user } = query;
      return {
        async keys(span, size) {
          const { text, values } = keysSql(query, span, size);
          const rows = await ask({ name: '', text }, ...values);
          return rows.map(({ id, era, modified, expires, hit }) => ({
            id: decodeText(id),
            era: decodeNumber(era),
            modified: decodeNumber(modified),
            expires: decodeNumber(expires),
            hit: hit === true,
          }));
        },
        async rows(span, size) {
          const values = new Values();
          const text = walkSql(query, namesOf(notificationColumns), { span, size, values });
          const rows = await ask(statement(text), ...values.list);
          return rows.map((row) => notificationTable.readRow(row, { user }));
        },
      };
    },
  });
}

/** The read ones of an app are in the index that finds what may make room; those of all apps would be passed over. */
function indexes(readState: ReadState, visibility: Visibility): boolean {
  return readState === 'unread' || visibility !== null;
}

function keysSql(query: WalkQuery, span: Span, size: number): { text: string; values: Parameter[] } {
  const { rest } = query;
  const values = new Values();
  const key = 'id, era, modified, expires';
  const columns = `${key}${rest === null ? '' : filterColumns(rest, expressions)}`;
  const rows = walkSql(query, columns, { span, size, values });
  const hit = rest === null ? 'TRUE' : hitSql(rest, values);
  return { text: `SELECT ${key}, ${hit} AS hit FROM (${rows}) w`, values: values.list };
}

function walkSql(
  { user, visibility, now, walk, readState }: WalkQuery,
  columns: string,
  { span, size, values }: { readonly span: Span; readonly size: number; readonly values: Values },
): string {
  values.list.push(...userValues(user));
  const id = (uuid: string) => `${values.bind(packUuid(uuid))}::uuid`;
  const conditions = [
    ofUser('n'),
    `n.id >= ${id(span.from)} AND n.id < ${id(span.below)}`,
    stateSql(readState),
    `n.expires > ${values.bind(now)}`,
    ...(visibility === null ? [] : [`n.app = ${values.bind(visibility)}`]),
    ...(walk === 'first' ? ['n.era = 0'] : []),
  ];
  if (walk === 'later') {
    const { era, id: before } = span.before;
    conditions.push(`n.era > 0 AND (n.era, n.id) < (${values.bind(era)}, ${id(before)})`);
  }
  const order = { later: 'n.era DESC, n.id DESC', first: 'n.id DESC', newest: 'n.id DESC', oldest: 'n.id' }[
    walk
  ];
  const select = `SELECT ${columns} FROM notification n WHERE ${conditions.join(' AND ')}`;
  return `${select} ORDER BY ${order} LIMIT ${values.bind(size)}`;
}

function stateSql(readState: ReadState | null): string {
  if (readState === 'read') return sqlIsEvictable('n.');
  const isAlive = sqlIsAlive('n.removed');
  return readState === null ? isAlive : `${sqlIsUnread('n.state')} AND ${isAlive}`;
}
