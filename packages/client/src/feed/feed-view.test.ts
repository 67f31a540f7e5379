import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FrameValue, Notification, Removed } from '@carillon/protocol';
import fc from 'fast-check';
import {
  anyMutation,
  anyNotification,
  notificationId,
  notificationOf,
  startMs,
} from '../../test/support/arbitrary.ts';
import type { FeedChange } from './feed.ts';
import { type BaseStep, FeedView } from './feed-view.ts';
import { applyMutation, type LocalChange, type Mutation } from './local-change.ts';

const ids = 3;
const removed = (id: string): Removed => ({ id, '@removed': { reason: 'deleted' } });
const isUnread = ({ readState }: Notification) => readState === 'unread';

/** The hub's side: a feed whose commits are told as frames, and where a change that changes nothing is none. */
class Feed {
  readonly items = new Map<string, Notification>();
  readonly frames: BaseStep[] = [];
  #sequence = 0;

  get unread(): number {
    return [...this.items.values()].filter(isUnread).length;
  }

  write(value: FrameValue): void {
    this.#sequence++;
    const lastModifiedDateTime = new Date(startMs + this.#sequence).toISOString();
    const told = '@removed' in value ? value : { ...value, lastModifiedDateTime };
    if ('@removed' in told) this.items.delete(told.id);
    else this.items.set(told.id, told);
    const position = { cursor: String(this.#sequence), unreadCount: this.unread };
    this.frames.push({ type: 'values', values: [told], position });
  }

  /** What a PATCH or DELETE answers. */
  settle({ id, mutation, contentVersion }: LocalChange): Notification | null | 'gone' {
    const item = this.items.get(id);
    if (!item) return 'gone';
    const isVoid = mutation !== null && (contentVersion ?? 0) < item.contentVersion;
    const next = isVoid ? item : applyMutation(item, mutation);
    if (next !== item) this.write(next ?? removed(id));
    return next && (this.items.get(id) as Notification);
  }
}

function change(key: string, id: string, mutation: Mutation, contentVersion = 3): LocalChange {
  return { key, id, mutation, contentVersion, replaces: [] };
}

/** In any order: what the hub has committed is heard, a request leaves, the hub commits it, its answer comes. */
const on = <Name extends 'hear' | 'readPage' | 'send' | 'commit' | 'answer' | 'answerMany'>(name: Name) =>
  fc.constant({ do: name });
const step = fc.oneof(
  { weight: 4, arbitrary: on('hear') },
  { weight: 1, arbitrary: on('readPage') },
  { weight: 2, arbitrary: on('send') },
  { weight: 2, arbitrary: on('commit') },
  { weight: 1, arbitrary: on('answer') },
  { weight: 1, arbitrary: on('answerMany') },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      index: fc.nat(ids - 1),
      mutation: anyMutation(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('post' as const), item: anyNotification(ids) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), index: fc.nat(ids - 1) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly hub = new Feed();
  readonly view = new FeedView();
  readonly #removed = new Set<string>();
  #heard = 0;
  #count = 0;
  #flight: { readonly change: LocalChange; answer?: Notification | null | 'gone'; isNew?: boolean } | null =
    null;

  do(each: Step): void {
    if (each.do === 'post') this.#post(each.item);
    else if (each.do === 'remove') this.#remove(notificationId(each.index));
    else if (each.do === 'act') this.#act(notificationId(each.index), each.mutation);
    else if (each.do === 'hear') this.#hear();
    else if (each.do === 'readPage') this.#readPage();
    else if (each.do === 'send') this.#send();
    else if (each.do === 'commit') this.#commit();
    else this.#answer(each.do === 'answerMany');
  }

  end(): void {
    while (this.view.waiting.size > 0)
      for (const name of ['send', 'commit', 'answer'] as const) this.do({ do: name });
    while (this.#heard < this.hub.frames.length) this.#hear();
  }

  /** An id never comes back: posting again after a removal makes another one. */
  #post(item: Notification): void {
    if (!this.#removed.has(item.id)) this.hub.write(item);
  }

  #remove(id: string): void {
    this.#removed.add(id);
    if (this.hub.items.has(id)) this.hub.write(removed(id));
  }

  #act(id: string, mutation: Mutation): void {
    const item = this.view.find(id, startMs);
    if (item) this.view.act(change(`${this.#count++}`, id, mutation, item.contentVersion), startMs);
  }

  #hear(): void {
    const frame = this.hub.frames[this.#heard];
    if (!frame) return;
    this.#heard++;
    this.view.apply(frame, startMs);
  }

  /** The latest state of each notification that changed, as after an absence. */
  #readPage(): void {
    const frames = this.hub.frames.slice(this.#heard);
    const last = frames.at(-1);
    if (!last) return;
    this.#heard = this.hub.frames.length;
    const latest = new Map<string, FrameValue>();
    for (const frame of frames) {
      for (const value of 'values' in frame ? frame.values : []) {
        latest.delete(value.id);
        latest.set(value.id, value);
      }
    }
    this.view.apply({ type: 'values', values: [...latest.values()], position: last.position }, startMs);
  }

  #send(): void {
    const [first] = this.view.waiting.values();
    if (!first || this.#flight) return;
    this.view.watch(first.id);
    this.#flight = { change: first };
  }

  #commit(): void {
    const flight = this.#flight;
    if (flight?.answer !== undefined || !flight) return;
    const commits = this.hub.frames.length;
    flight.answer = this.hub.settle(flight.change);
    flight.isNew = this.hub.frames.length > commits;
    if (!this.hub.items.has(flight.change.id)) this.#removed.add(flight.change.id);
  }

  /** Of one: the notification. Of many: only whether it changed; deletions have no such answer. */
  #answer(isOfMany: boolean): void {
    const flight = this.#flight;
    if (flight?.answer === undefined) return;
    this.#flight = null;
    const { id, key, mutation, contentVersion } = flight.change;
    const { answer, isNew = false } = flight;
    const isVoid = answer !== null && answer !== 'gone' && answer.contentVersion > (contentVersion ?? 0);
    const seen =
      answer !== 'gone' &&
      (isOfMany && mutation ? this.view.hasEffect(id, mutation, { isNew }) : this.view.hasSeen(id, answer));
    const result = answer === 'gone' ? 'gone' : isVoid ? 'refused' : seen ? 'confirmed' : 'acknowledged';
    this.view.settle({ id, keys: [key], result }, startMs);
  }
}

describe('what was done here and what the hub tells', () => {
  test('in whatever order they arrive, the view ends as the feed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const run = new Run();
        for (const each of steps) run.do(each);
        run.end();
        for (let index = 0; index < ids; index++) {
          const id = notificationId(index);
          assert.deepEqual(run.view.find(id, startMs), run.hub.items.get(id) ?? null);
        }
        assert.equal(run.view.render(startMs).unreadCount, run.hub.unread);
      }),
      { numRuns: 3000 },
    );
  });

  test('the steps alone rebuild the inbox, at every moment', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const run = new Run();
        const built = new Map<string, Notification>();
        const take = (changes: readonly FeedChange[]) => {
          for (const each of changes) {
            if (each.type === 'added') assert.ok(!built.has(each.item.id), 'added twice');
            if (each.type === 'added' || each.type === 'changed') built.set(each.item.id, each.item);
            else if (each.type === 'removed') assert.ok(built.delete(each.id), 'removed what was not there');
          }
        };
        for (const name of ['apply', 'act', 'settle'] as const) {
          const original = run.view[name].bind(run.view) as (...args: never[]) => FeedChange[];
          Object.assign(run.view, {
            [name]: (...args: never[]) => {
              const changes = original(...args);
              take(changes);
              return changes;
            },
          });
        }
        for (const each of steps) {
          run.do(each);
          const items = [...built.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
          assert.deepEqual(run.view.render(startMs).items, items);
        }
      }),
    );
  });
});

const inboxOf = (view: FeedView, now: number) => {
  const { items, unreadCount } = view.render(now);
  return { items, unreadCount };
};

test('a change for content that was replaced meanwhile does not touch the new content', () => {
  const view = new FeedView();
  const item = notificationOf(1);
  view.apply({ type: 'values', values: [item], position: { cursor: '1', unreadCount: 1 } }, startMs);
  view.act(change('a', item.id, { userActionState: 'dismissed' }, 1), startMs);
  assert.equal(view.render(startMs).items.length, 0);
  const replaced = { ...item, contentVersion: 2 };
  view.apply({ type: 'values', values: [replaced], position: { cursor: '2', unreadCount: 1 } }, startMs);
  assert.deepEqual(inboxOf(view, startMs), { items: [replaced], unreadCount: 1 });
});

test('an answer that comes after a page with its change and a later one does not hide the later one', () => {
  const item = notificationOf(1);
  const read = {
    ...item,
    readState: 'read',
    lastModifiedDateTime: new Date(startMs + 1).toISOString(),
  } as const;
  const unread = { ...item, lastModifiedDateTime: new Date(startMs + 2).toISOString() };
  const position = { cursor: '3', unreadCount: 1 };
  const pages: readonly BaseStep[] = [
    { type: 'values', values: [unread], position },
    { type: 'replace', items: [unread], position },
  ];
  const seen: readonly ((view: FeedView) => boolean)[] = [
    (view) => view.hasSeen(item.id, read),
    (view) => view.hasEffect(item.id, { readState: 'read' }, { isNew: true }),
  ];
  for (const page of pages) {
    for (const hasSeen of seen) {
      const view = new FeedView();
      view.apply({ type: 'values', values: [item], position: { cursor: '1', unreadCount: 1 } }, startMs);
      view.act(change('a', item.id, { readState: 'read' }, 1), startMs);
      view.watch(item.id);
      view.apply(page, startMs);
      const result = hasSeen(view) ? 'confirmed' : 'acknowledged';
      view.settle({ id: item.id, keys: ['a'], result }, startMs);
      assert.deepEqual(inboxOf(view, startMs), { items: [unread], unreadCount: 1 });
    }
  }
});

test('what expires leaves without the hub, the count with it, and a snooze that is over comes back', () => {
  const view = new FeedView();
  const expirationDateTime = new Date(startMs + 1000).toISOString();
  const snoozeUntilDateTime = new Date(startMs + 2000).toISOString();
  const short = notificationOf(1, { expirationDateTime });
  const away = notificationOf(2, { readState: 'read', userActionState: 'snoozed', snoozeUntilDateTime });
  const position = { cursor: '1', unreadCount: 1 };
  view.apply({ type: 'replace', items: [short, away], position }, startMs);
  view.turn(startMs, startMs);
  assert.deepEqual([view.render(startMs).items, view.turnAt], [[short], startMs + 1000]);
  assert.deepEqual(view.turn(startMs, startMs + 1000), [{ type: 'removed', id: short.id }]);
  assert.deepEqual(inboxOf(view, startMs + 1000), { items: [], unreadCount: 0 });
  assert.equal(view.turnAt, startMs + 2000);
  const [woken] = view.turn(startMs + 1000, startMs + 2000);
  assert.equal(woken?.type, 'added');
  assert.deepEqual(
    [view.render(startMs + 2000).items[0]?.readState, view.render(startMs + 2000).unreadCount],
    ['unread', 1],
  );
});
