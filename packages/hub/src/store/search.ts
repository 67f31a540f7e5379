// A page of the history by a filter and an order, for both stores: a walk over an index, slice by slice, that reads only keys
// and whether the filter holds, then the rows of the page by their ids. What no index serves is bounded by the rows that the
// walk reads. Between two slices others have their turn, since SQLite is read on the main thread.
import { setImmediate } from 'node:timers';
import { limits, type ReadState } from '@carillon/protocol';
import { uuidAtTime, uuidSuccessor, uuidTime } from '../lib/ids.ts';
import { isAlive, type StoredNotification } from '../model/notification.ts';
import type { UserKey, Visibility } from '../model/principal.ts';
import { type DateProperty, type Filter, filteredRow } from '../model/query/filter.ts';
import { matches } from '../model/query/matches.ts';
import { readsContent } from './filter-sql.ts';
import { type Narrowed, narrowFilter } from './narrow-filter.ts';

export interface Sort {
  readonly by: DateProperty;
  readonly descending: boolean;
}

/** Where a page ended: the row, and what it was sorted by then. */
export interface Place {
  readonly id: string;
  readonly era: number;
  readonly modified: number;
  readonly expires: number;
}

export interface Matching {
  readonly visibility: Visibility;
  readonly now: number;
  readonly filter: Filter | null;
}

export interface SearchQuery extends Matching {
  /** None: newest first, in the order of the posts. */
  readonly order: readonly Sort[];
  readonly after: Place | null;
  readonly skip: number;
  readonly limit: number;
}

export interface Found {
  readonly rows: readonly StoredNotification[];
  /** Where the page ended, when more may follow. */
  readonly end: Place | null;
}

/** Null: more rows would have to be read than may be. */
export interface Searches {
  search(user: UserKey, query: SearchQuery): Promise<Found | null>;
  countMatching(user: UserKey, query: Matching): Promise<number | null>;
}

/** `later`: the later eras, the newest first; `first`: the first era. The others go by the ids alone. */
type Walk = 'later' | 'first' | 'newest' | 'oldest';

/** A walk of one search, as a store reads it. */
export interface WalkQuery
  extends Pick<Narrowed, 'readState' | 'rest'>,
    Pick<Matching, 'visibility' | 'now'> {
  readonly user: UserKey;
  readonly walk: Walk;
}

/** What is left of a walk: ids in a range, the second exclusive; of the walk of later eras what comes before a row. */
export interface Span {
  readonly from: string;
  readonly below: string;
  readonly before: Pick<Place, 'era' | 'id'>;
}

interface Key extends Place {
  readonly hit: boolean;
}

interface Walker {
  /** The next rows, matching or not. */
  keys(span: Span, size: number): Promise<readonly Key[]>;
  /** The next rows as they are: only where an index answers the whole filter. */
  rows(span: Span, size: number): Promise<readonly StoredNotification[]>;
}

export interface SearchSource {
  /** Whether an index leads to notifications of that read state alone. */
  indexes(readState: ReadState, visibility: Visibility): boolean;
  walker(query: WalkQuery): Walker;
  row(user: UserKey, id: string): Promise<StoredNotification | null>;
}

const beforeAll = { era: 2 ** 31 - 1, id: uuidAtTime(2 ** 48) };
/** So many rows are read at once: a millisecond's work. With contents, which may be large, fewer. */
const slice = 250;
const contentSlice = 100;

export function openSearches(source: SearchSource): Searches {
  const narrow = (filter: Filter | null, visibility: Visibility): Narrowed =>
    narrowFilter(filter, (readState) => source.indexes(readState, visibility));

  function walksOf(user: UserKey, query: Matching, narrowed: Narrowed, walks: readonly Walk[]) {
    const { visibility, now } = query;
    const { readState, rest } = narrowed;
    return walks.map((walk) => ({
      walk,
      walker: source.walker({ user, visibility, now, readState, rest, walk }),
    }));
  }

  async function search(user: UserKey, query: SearchQuery): Promise<Found | null> {
    const { filter, order, after, skip, limit } = query;
    const narrowed = narrow(filter, query.visibility);
    const ordered = orderedWalks(order, after);
    const walks = walksOf(user, query, narrowed, ordered ?? ['newest']);
    if (narrowed.rest === null && ordered && skip === 0) return readRows(walks, narrowed, query);
    const most = ordered ? skip + limit + 1 : Number.POSITIVE_INFINITY;
    const bound = narrowed.rest === null && ordered ? most : limits.filterRows;
    const keys = await readHits(walks, narrowed, { after: ordered ? after : null, most, bound });
    if (keys === null) return null;
    const page = (ordered ? keys : sortKeys(keys, order, after)).slice(skip, skip + limit + 1);
    const rows = await Promise.all(page.slice(0, limit).map(({ id }) => source.row(user, id)));
    return {
      rows: rows.filter((row) => row !== null).filter((row) => isStill(row, query)),
      end: endOf(page, limit),
    };
  }

  async function countMatching(user: UserKey, query: Matching): Promise<number | null> {
    const narrowed = narrow(query.filter, query.visibility);
    const walks = walksOf(user, query, narrowed, ['newest']);
    const most = Number.POSITIVE_INFINITY;
    const keys = await readHits(walks, narrowed, { after: null, most, bound: limits.filterRows });
    return keys?.length ?? null;
  }

  return { search, countMatching };
}

export function placeOf({ id, era, modified, expires }: Place): Place {
  return { id, era, modified, expires };
}

function endOf(page: readonly Place[], limit: number): Place | null {
  const last = page[limit - 1];
  return page.length > limit && last ? placeOf(last) : null;
}

/** A row may have changed since the walk passed it. */
function isStill(row: StoredNotification, { filter, now, visibility }: Matching): boolean {
  const isVisible = isAlive(row, now) && (visibility === null || visibility === row.app);
  return isVisible && (filter === null || matches(filter, filteredRow(row)));
}

/** Walks that come in the order that is asked for; null where everything must be read and sorted. */
function orderedWalks(order: readonly Sort[], after: Place | null): readonly Walk[] | null {
  const [first] = order;
  if (first === undefined) return after?.era === 0 ? ['first'] : ['later', 'first'];
  if (order.length > 1 || first.by !== 'createdDateTime') return null;
  return [first.descending ? 'newest' : 'oldest'];
}

type Opened = { readonly walk: Walk; readonly walker: Walker };

function spanOf(walk: Walk, { from, until }: Narrowed, after: Place | null): Span {
  const whole = { from: uuidAtTime(from), below: uuidAtTime(until), before: beforeAll };
  if (after === null || (walk === 'first' && after.era > 0)) return whole;
  if (walk === 'oldest') return { ...whole, from: later(whole.from, uuidSuccessor(after.id)) };
  if (walk === 'later') return { ...whole, before: after };
  return { ...whole, below: earlier(whole.below, after.id) };
}

const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);

async function readRows(
  walks: readonly Opened[],
  narrowed: Narrowed,
  { after, limit }: SearchQuery,
): Promise<Found> {
  const rows: StoredNotification[] = [];
  for (const { walk, walker } of walks) {
    const room = limit + 1 - rows.length;
    if (room > 0) rows.push(...(await walker.rows(spanOf(walk, narrowed, after), room)));
  }
  return { rows: rows.slice(0, limit), end: endOf(rows, limit) };
}

interface Reading {
  readonly after: Place | null;
  /** Of matching rows. */
  readonly most: number;
  /** Of rows that are read. */
  readonly bound: number;
}

/** The keys of matching rows in the order of the walks; null when more rows would have to be read. */
async function readHits(
  walks: readonly Opened[],
  narrowed: Narrowed,
  { after: start, most, bound }: Reading,
): Promise<readonly Key[] | null> {
  const sliceSize = narrowed.rest !== null && readsContent(narrowed.rest) ? contentSlice : slice;
  const hits: Key[] = [];
  let read = 0;
  for (const { walk, walker } of walks) {
    let after = start;
    for (let size = Math.min(most, sliceSize); ; size = sliceSize) {
      const asked = Math.min(size, bound + 1 - read);
      const keys = await walker.keys(spanOf(walk, narrowed, after), asked);
      read += keys.length;
      for (const key of keys) if (key.hit) hits.push(key);
      if (hits.length >= most) return hits;
      if (read > bound) return null;
      after = keys.at(-1) ?? after;
      if (keys.length < asked) break;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
  return hits;
}

function sortKeys(keys: readonly Key[], order: readonly Sort[], after: Place | null): readonly Key[] {
  const compare = comparing(order);
  const rest = after === null ? keys : keys.filter((key) => compare(key, after) > 0);
  return rest.toSorted(compare);
}

/** Total by the id, in the direction of the last date. */
function comparing(order: readonly Sort[]): (a: Place, b: Place) => number {
  const isIdDescending = order.at(-1)?.descending ?? true;
  return (a, b) => {
    for (const { by, descending } of order) {
      const difference = dateOf(a, by) - dateOf(b, by);
      if (difference !== 0) return descending ? -difference : difference;
    }
    const byId = a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
    return isIdDescending ? -byId : byId;
  };
}

function dateOf({ id, modified, expires }: Place, by: DateProperty): number {
  if (by === 'createdDateTime') return uuidTime(id);
  return by === 'lastModifiedDateTime' ? modified : expires;
}
