// The contract of the feed store for searches, for every back end: any filter answers what its plain meaning (matches.ts)
// says, in any order, in pages that miss nothing and repeat nothing, and reads no more rows than it may.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '@carillon/protocol';
import { filterArbitrary, filterText, texts } from '@carillon/testing/feed/filters.ts';
import {
  alice,
  deleteWrite,
  postWrite,
  questionWrite,
  respondWrite,
  startMs,
  stateWrite,
} from '@carillon/testing/feed/writes.ts';
import fc from 'fast-check';
import { uuidTime } from '../../src/lib/ids.ts';
import type { StoredNotification } from '../../src/model/notification.ts';
import {
  type DateTerm,
  dateProperties,
  type Filter,
  filteredRow,
  type TextTerm,
} from '../../src/model/query/filter.ts';
import { matches } from '../../src/model/query/matches.ts';
import type { PostWrite, Write } from '../../src/model/write.ts';
import type { Place, SearchQuery, Sort } from '../../src/store/search.ts';
import type { FeedStore } from '../../src/store/store.ts';
import type { OpenStore } from './store.ts';

const now = startMs + 5;
const everything: SearchQuery = {
  visibility: null,
  now,
  filter: null,
  order: [],
  after: null,
  skip: 0,
  limit: 100,
};
const unread: TextTerm = { kind: 'text', property: 'readState', comparison: 'eq', value: 'unread' };
const inGroup = (value: string): Filter => ({ kind: 'text', property: 'groupName', comparison: 'eq', value });

export function searchContract(name: string, open: OpenStore): void {
  describe(`${name}: searches`, () => {
    anyFilter(open);
    pages(open);
    bounds(open);
  });
}

/** Rows of every kind: states, groups and priorities of `texts`, some without, answers, times around `startMs`. */
async function fill(store: FeedStore): Promise<void> {
  const at = (write: PostWrite, index: number): PostWrite => {
    const content = {
      ...JSON.parse(write.content),
      groupName: index % 5 === 0 ? null : texts[index % texts.length],
      priority: index % 3 === 0 ? 'High' : texts[(index * 7) % texts.length],
    };
    const expires = startMs + (index % 6 === 0 ? 6 + (index % 4) : 100_000);
    return { ...write, content: JSON.stringify(content), expires, app: index % 4 === 0 ? 'app-b' : 'app-a' };
  };
  const posts = Array.from({ length: 40 }, (_, index) =>
    at(index % 8 === 7 ? questionWrite() : postWrite(), index),
  );
  await store.commit(posts, startMs);
  const id = (index: number) => posts[index]?.id ?? '';
  const states: Write[] = [
    stateWrite([1, 4, 9, 16, 25, 36].map(id)),
    stateWrite([2, 3, 30].map(id), { change: { userActionState: 'dismissed' } }),
    deleteWrite(id(5)),
    deleteWrite(id(9)),
    respondWrite(id(7)),
    respondWrite(id(15), { actionId: 'reject' }),
  ];
  for (const [index, each] of states.entries()) await store.commit([each], startMs + 1 + index);
}

async function allRows(store: FeedStore): Promise<StoredNotification[]> {
  return store.read.list(alice, { visibility: null, now, limit: 1000, beforeId: null });
}

const sort = fc.record({ by: fc.constantFrom(...dateProperties), descending: fc.boolean() });
const order = fc.uniqueArray(sort, { maxLength: 3, selector: ({ by }) => by });

/** By the plain meaning. */
function expected(
  rows: readonly StoredNotification[],
  { filter, visibility, order: sorts }: SearchQuery,
): string[] {
  const isIdDescending = sorts.at(-1)?.descending ?? true;
  const dateIn = (row: StoredNotification, by: Sort['by']) => filteredRow(row)[by];
  return rows
    .filter((row) => visibility === null || row.app === visibility)
    .filter((row) => filter === null || matches(filter, filteredRow(row)))
    .toSorted((a, b) => {
      for (const { by, descending } of sorts) {
        const difference = dateIn(a, by) - dateIn(b, by);
        if (difference !== 0) return descending ? -difference : difference;
      }
      return (a.id < b.id ? -1 : 1) * (isIdDescending ? -1 : 1);
    })
    .map(({ id }) => id);
}

async function walk(store: FeedStore, query: SearchQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let [after, skip]: [Place | null, number] = [null, query.skip]; ; skip = 0) {
    const found = await store.read.search(alice, { ...query, after, skip });
    assert.ok(found, 'it reads few rows');
    ids.push(...found.rows.map(({ id }) => id));
    if (found.end === null) return ids;
    assert.equal(found.rows.length, query.limit);
    after = found.end;
  }
}

function anyFilter(open: OpenStore): void {
  test('any filter in any order answers what it means, in pages of any size, and counts the same', async () => {
    await using opened = await open();
    const { store } = opened;
    await fill(store);
    const rows = await allRows(store);
    const query = fc.record({
      filter: filterArbitrary,
      order,
      visibility: fc.constantFrom(null, 'app-a', 'app-b', 'app-never-seen'),
      skip: fc.constantFrom(0, 0, 1, 7),
      limit: fc.constantFrom(1, 3, 100),
    });
    await fc.assert(
      fc.asyncProperty(query, async (given) => {
        const asked = { ...everything, ...given };
        const ids = expected(rows, asked);
        const why = filterText(asked.filter);
        assert.deepEqual(await walk(store, asked), ids.slice(asked.skip), why);
        assert.equal(await store.read.countMatching(alice, asked), ids.length, why);
      }),
      { numRuns: 150 },
    );
  });

  test('what is served by an index alone is ordered and paged alike', async () => {
    await using opened = await open();
    const { store } = opened;
    await fill(store);
    const rows = await allRows(store);
    const since = (value: number): DateTerm => ({
      kind: 'date',
      property: 'createdDateTime',
      comparison: 'ge',
      value,
    });
    const middle = uuidTime(rows[20]?.id ?? '');
    const filters: (Filter | null)[] = [
      null,
      unread,
      { ...unread, comparison: 'ne' },
      since(middle),
      { kind: 'and', of: [unread, since(middle), { kind: 'not', of: since(middle + 1) }] },
      { kind: 'and', of: [{ ...since(middle), comparison: 'lt' }, unread] },
      since(startMs * 3),
    ];
    for (const filter of filters) {
      for (const visibility of [null, 'app-a']) {
        for (const descending of [true, false]) {
          const by: Sort = { by: 'createdDateTime', descending };
          const asked = { ...everything, filter, visibility, order: [by], limit: 7 };
          assert.deepEqual(await walk(store, asked), expected(rows, asked));
        }
        const asked = { ...everything, filter, visibility, limit: 7 };
        assert.deepEqual(await walk(store, asked), expected(rows, asked));
      }
    }
  });

  test('a user without a feed has nothing', async () => {
    await using opened = await open();
    const { store } = opened;
    for (const filter of [null, unread, inGroup('a')]) {
      assert.deepEqual(await store.read.search(alice, { ...everything, filter }), { rows: [], end: null });
      assert.equal(await store.read.countMatching(alice, { ...everything, filter }), 0);
    }
  });
}

function pages(open: OpenStore): void {
  test('pages stay put while others post, read and delete', async () => {
    await using opened = await open();
    const { store } = opened;
    const writes = Array.from({ length: 9 }, () => postWrite());
    await store.commit(writes, startMs);
    const first = await store.read.search(alice, { ...everything, filter: unread, limit: 3 });
    const ids = writes.map(({ id }) => id).reverse();
    await store.commit(
      [postWrite(), deleteWrite(ids[2] ?? ''), stateWrite([ids[1] ?? '', ids[3] ?? ''])],
      now,
    );
    const rest = await store.read.search(alice, { ...everything, filter: unread, after: first?.end ?? null });
    assert.deepEqual(
      [first, rest].map((page) => page?.rows.map(({ id }) => id)),
      [ids.slice(0, 3), ids.slice(4)],
    );
  });

  test('a filter keeps the order of the posts over eras, and goes on from any of them', async () => {
    await using opened = await open();
    const { store } = opened;
    const year = 365 * 86_400_000;
    const expires = startMs + 2 * year;
    const made: string[] = [];
    for (const clock of [startMs, startMs + year, startMs + 1, startMs + 2]) {
      const writes = Array.from({ length: 2 }, () => postWrite({ expires }));
      const dated = writes.map((write) => ({ ...write, id: idAt(clock, write.id) }));
      const { changes } = await store.commit(dated, clock);
      made.push(...changes.map(({ notification }) => notification.id));
    }
    for (const filter of [unread, inGroup('none'), { kind: 'not', of: inGroup('none') } as const]) {
      const asked = { ...everything, filter, limit: 1, now: startMs + year };
      const ids = filter.kind === 'text' && filter.property === 'groupName' ? [] : made.toReversed();
      assert.deepEqual(await walk(store, asked), ids);
    }
  });
}

/** The same id, made at another time. */
function idAt(time: number, id: string): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${id.slice(13)}`;
}

function bounds(open: OpenStore): void {
  test('a filter without an index reads at most 5 000 rows, and one with an index goes past any number', async () => {
    await using opened = await open();
    const { store } = opened;
    const rare = postWrite({ content: JSON.stringify({ groupName: 'rare' }) });
    await store.commit([rare], startMs);
    const many = Array.from({ length: limits.filterRows - 1 }, () => postWrite());
    for (let from = 0; from < many.length; from += 1000)
      await store.commit(many.slice(from, from + 1000), startMs);
    const find = (filter: Filter | null, more: Partial<SearchQuery> = {}) =>
      store.read.search(alice, { ...everything, limit: 1, filter, ...more });
    const byChange: Sort[] = [{ by: 'lastModifiedDateTime', descending: true }];
    assert.equal((await find(inGroup('rare')))?.rows[0]?.id, rare.id);
    assert.equal(await store.read.countMatching(alice, { ...everything, filter: inGroup('rare') }), 1);
    assert.ok(await find(null, { order: byChange }));
    for (let from = 0; from < many.length; from += 1000)
      await store.commit([stateWrite(many.slice(from, from + 1000).map(({ id }) => id))], now);
    const newest = postWrite();
    await store.commit([newest], now);
    assert.equal(await find(inGroup('rare')), null);
    assert.equal(await find(null, { order: byChange }), null);
    assert.equal(await store.read.countMatching(alice, { ...everything, filter: inGroup('rare') }), null);
    const both: Filter = { kind: 'and', of: [unread, inGroup('rare')] };
    assert.equal((await find(both))?.rows[0]?.id, rare.id);
    assert.deepEqual(
      (await find(unread, { limit: 2 }))?.rows.map(({ id }) => id),
      [newest.id, rare.id],
    );
    assert.equal((await find(null, { skip: limits.filterRows }))?.rows[0]?.id, rare.id);
  });
}
