// What of a filter an index serves: one read state, and a range of creation times, which stand at the beginning of the ids.
// The rest is asked of each row that the walk over the index reads.
import type { ReadState } from '@carillon/protocol';
import type { DateTerm, Filter } from '../model/query/filter.ts';

export interface Narrowed {
  readonly readState: ReadState | null;
  /** Creation times in milliseconds, the second exclusive. */
  readonly from: number;
  readonly until: number;
  /** Null when the index answers all of it. */
  readonly rest: Filter | null;
}

/** After every time that an id can hold. */
export const endOfIds = 2 ** 48;

/** `indexes`: whether the store has an index of that read state alone. */
export function narrowFilter(filter: Filter | null, indexes: (readState: ReadState) => boolean): Narrowed {
  let narrowed: Narrowed = { readState: null, from: 0, until: endOfIds, rest: null };
  const rest: Filter[] = [];
  for (const each of termsOf(filter)) {
    const state = narrowed.readState === null ? readStateOf(each) : null;
    const readState = state !== null && indexes(state) ? state : null;
    const range = each.kind === 'date' && each.property === 'createdDateTime' ? rangeOf(each) : null;
    if (readState !== null) narrowed = { ...narrowed, readState };
    else if (range)
      narrowed = {
        ...narrowed,
        from: Math.max(narrowed.from, range.from),
        until: Math.min(narrowed.until, range.until),
      };
    else rest.push(each);
  }
  const [first] = rest;
  if (first === undefined) return narrowed;
  return { ...narrowed, rest: rest.length === 1 ? first : { kind: 'and', of: rest } };
}

/** Those that must all hold. */
function termsOf(filter: Filter | null): readonly Filter[] {
  if (filter === null) return [];
  return filter.kind === 'and' ? filter.of.flatMap(termsOf) : [filter];
}

function readStateOf(filter: Filter): ReadState | null {
  if (filter.kind !== 'text' || filter.property !== 'readState') return null;
  const { comparison, value } = filter;
  if (value !== 'read' && value !== 'unread') return null;
  if (comparison === 'eq') return value;
  if (comparison !== 'ne') return null;
  return value === 'read' ? 'unread' : 'read';
}

function rangeOf({ comparison, value }: DateTerm): { from: number; until: number } | null {
  if (value === null) return null;
  const time = Math.min(Math.max(value, -1), endOfIds);
  // Half a millisecond lies between two creation times.
  const [atLeast, after] = [Math.ceil(time), Math.floor(time) + 1];
  switch (comparison) {
    case 'eq':
      return { from: atLeast, until: after };
    case 'ne':
      return null;
    case 'gt':
      return { from: after, until: endOfIds };
    case 'ge':
      return { from: atLeast, until: endOfIds };
    case 'lt':
      return { from: 0, until: atLeast };
    case 'le':
      return { from: 0, until: after };
  }
}
