// A filter -> a condition with parameters, for both stores. It is asked of columns that a subquery computes once a row, so
// that a content is parsed once for 64 comparisons. Where a text is null a comparison is NULL, which is as good as false;
// only `not` would see the difference, and takes NULL for false. What it must mean: model/query/matches.ts.
import {
  type DateTerm,
  type dateProperties,
  type Filter,
  type FilterProperty,
  type TextProperty,
  type TextTerm,
  textProperties,
} from '../model/query/filter.ts';
import { actionCodes, type Codes, readStateCodes } from './codes.ts';

export interface FilterDialect {
  /** Keeps a value and answers how the statement names it. */
  bind(value: string | number): string;
}

/** How a store reads what is no column of the table. */
export interface FilterExpressions {
  /** A member of a column that holds JSON. */
  member(column: 'content' | 'response', name: string): string;
  /** The 48 bits of time at the beginning of the id, as 12 hexadecimal digits. */
  readonly created: string;
}

const columns: Readonly<Record<FilterProperty, string>> = {
  readState: 'read_state',
  userActionState: 'action_state',
  groupName: 'group_name',
  priority: 'priority',
  targetHostName: 'host',
  'response/actionId': 'action_id',
  createdDateTime: 'created',
  lastModifiedDateTime: 'modified',
  expirationDateTime: 'expires',
};
const ofContent: readonly FilterProperty[] = ['groupName', 'priority', 'targetHostName'];

function propertiesOf(filter: Filter): readonly FilterProperty[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.flatMap(propertiesOf);
    case 'not':
      return propertiesOf(filter.of);
    default:
      return [filter.property];
  }
}

export function readsContent(filter: Filter): boolean {
  return propertiesOf(filter).some((property) => ofContent.includes(property));
}

/** `, expression AS column` for each property of the filter that is no column of the table. */
export function filterColumns(filter: Filter, expressions: FilterExpressions): string {
  const named = propertiesOf(filter);
  const computed = [...textProperties, 'createdDateTime' as const].filter((each) => named.includes(each));
  return computed
    .map((property) => `, ${expressionOf(property, expressions)} AS ${columns[property]}`)
    .join('');
}

function expressionOf(
  property: TextProperty | 'createdDateTime',
  { member, created }: FilterExpressions,
): string {
  switch (property) {
    case 'readState':
      return nameOf('state & 1', readStateCodes);
    case 'userActionState':
      return nameOf('state >> 1', actionCodes);
    case 'response/actionId':
      return member('response', 'actionId');
    case 'createdDateTime':
      return created;
    default:
      return member('content', property);
  }
}

function nameOf(code: string, codes: Codes<string>): string {
  const cases = codes.names.map((name) => `WHEN ${codes.encode(name)} THEN '${name}'`);
  return `CASE ${code} ${cases.join(' ')} END`;
}

/** Whether the filter holds, as a column. A CASE stops at the first comparison that decides; a bare condition makes them all. */
export function hitSql(filter: Filter, dialect: FilterDialect): string {
  return `CASE WHEN ${filterSql(filter, dialect)} THEN TRUE ELSE FALSE END`;
}

function filterSql(filter: Filter, dialect: FilterDialect): string {
  switch (filter.kind) {
    case 'and':
      return `(${filter.of.map((each) => filterSql(each, dialect)).join(' AND ')})`;
    case 'or':
      return `(${anyOf(filter.of, dialect).join(' OR ')})`;
    case 'not':
      return `((${filterSql(filter.of, dialect)}) IS NOT TRUE)`;
    case 'startsWith':
      return prefixSql(columns[filter.property], filter.value, dialect);
    case 'text':
      return textSql(filter, dialect);
    case 'date':
      return dateSql(filter, dialect);
  }
}

/** Equalities with one text are one look-up: `in` with 64 values costs a row what one comparison does. */
function anyOf(filters: readonly Filter[], dialect: FilterDialect): string[] {
  const equal = textProperties.map((property) => ({
    property,
    values: filters.flatMap((each) => (isEquality(each, property) ? [each.value ?? ''] : [])),
  }));
  const lists = equal.filter(({ values }) => values.length > 1);
  const rest = filters.filter((each) => !lists.some(({ property }) => isEquality(each, property)));
  return [
    ...lists.map(({ property, values }) => {
      const bound = values.map((value) => dialect.bind(value));
      return `${columns[property]} IN (${bound.join(', ')})`;
    }),
    ...rest.map((each) => filterSql(each, dialect)),
  ];
}

function isEquality(filter: Filter, property: TextProperty): filter is TextTerm {
  const { kind } = filter;
  return (
    kind === 'text' && filter.property === property && filter.comparison === 'eq' && filter.value !== null
  );
}

/** As a range: texts compare by code point, and two comparisons cost a third of a function. */
function prefixSql(column: string, prefix: string, dialect: FilterDialect): string {
  const from = `${column} >= ${dialect.bind(prefix)}`;
  const end = afterPrefix(prefix);
  return end === null ? from : `(${from} AND ${column} < ${dialect.bind(end)})`;
}

const lastCodePoint = 0x10ffff;
const lastBeforeSurrogates = 0xd7ff;
const firstAfterSurrogates = 0xe000;

/** The first text after all that begin so; null when there is none. */
function afterPrefix(prefix: string): string | null {
  const points = [...prefix].map((each) => each.codePointAt(0) ?? 0);
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return null;
  return String.fromCodePoint(...points, last === lastBeforeSurrogates ? firstAfterSurrogates : last + 1);
}

const signs = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function textSql({ property, comparison, value }: TextTerm, dialect: FilterDialect): string {
  const column = columns[property];
  const bound = value === null ? 'NULL' : dialect.bind(value);
  if (comparison === 'ne') return `${column} IS DISTINCT FROM ${bound}`;
  if (comparison === 'eq') return value === null ? `${column} IS NULL` : `${column} = ${bound}`;
  return value === null ? 'FALSE' : `${column} ${signs[comparison]} ${bound}`;
}

/** Stored dates are whole milliseconds: what lies between two of them equals none, and the lower one decides the rest. */
function dateSql({ property, comparison, value }: DateTerm, dialect: FilterDialect): string {
  const isStorable =
    value !== null && Number.isInteger(value) && (property !== 'createdDateTime' || value >= 0);
  if (comparison === 'eq' || comparison === 'ne') {
    if (!isStorable) return comparison === 'eq' ? 'FALSE' : 'TRUE';
    return `${columns[property]} ${comparison === 'eq' ? '=' : '<>'} ${bindDate(property, value, dialect)}`;
  }
  if (value === null) return 'FALSE';
  const isAfter = comparison === 'gt' || comparison === 'ge';
  const lower = Math.floor(value);
  if (property === 'createdDateTime' && lower < 0) return isAfter ? 'TRUE' : 'FALSE';
  const sign = Number.isInteger(value) ? signs[comparison] : isAfter ? '>' : '<=';
  return `${columns[property]} ${sign} ${bindDate(property, lower, dialect)}`;
}

function bindDate(property: (typeof dateProperties)[number], time: number, dialect: FilterDialect): string {
  return dialect.bind(property === 'createdDateTime' ? time.toString(16).padStart(12, '0') : time);
}
