import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as afterTurn } from 'node:timers';
import { systemClock } from '../lib/clock.ts';
import { HubError } from '../model/errors.ts';
import type { UserKey } from '../model/principal.ts';
import type { Change, DeleteWrite, PostWrite, Write } from '../model/write.ts';
import { type Committed, type FeedStore, StoreError, type StoreFault } from '../store/store.ts';
import { type CommitLimits, commitLimits, openCommitter } from './commit.ts';
import { openPublisher } from './publish.ts';

const user = 'alice' as UserKey;

function write(id: string): DeleteWrite {
  return { kind: 'delete', user, visibility: null, id, ifMatch: null, acting: null };
}

const idsOf = (writes: readonly Write[]) => writes.map((each) => ('id' in each ? each.id : ''));
const turn = () => new Promise<void>((resolve) => void afterTurn(resolve));

interface Commit {
  readonly ids: string[];
  succeed(): void;
  fail(fault: StoreFault): void;
}

/** A store that commits when the test says so, and remembers in which batches the writes came. */
class HeldStore implements FeedStore {
  readonly commits: Commit[] = [];
  readonly read = {} as FeedStore['read'];
  readonly webhooks = {} as FeedStore['webhooks'];
  readonly shared = false;
  /** Answers by itself: what fails, or nothing. */
  decide: ((ids: string[]) => StoreFault | null) | null = null;

  commit(writes: readonly Write[]): Promise<Committed> {
    const ids = idsOf(writes);
    const { promise, resolve, reject } = Promise.withResolvers<Committed>();
    const outcomes = writes.map((each) =>
      'id' in each && each.id === 'refused'
        ? ({ refused: 'notFound', message: 'no' } as const)
        : ({ removed: true } as const),
    );
    const changes = ids.map((id) => ({ id }) as unknown as Change);
    const succeed = () => resolve({ outcomes, changes, moved: [], deliveries: [], webhooks: [] });
    const fail = (fault: StoreFault) => reject(new StoreError(fault, fault));
    this.commits.push({ ids, succeed, fail });
    const fault = this.decide?.(ids);
    if (fault) fail(fault);
    else if (this.decide) succeed();
    return promise;
  }

  claim = async () => [];

  async close() {}
}

function open(limits: Partial<CommitLimits> = {}) {
  const store = new HeldStore();
  const publisher = openPublisher();
  const told: string[] = [];
  publisher.follow((changes) =>
    told.push(...changes.map((change) => (change as unknown as Write & { id: string }).id)),
  );
  const failures: unknown[] = [];
  const committer = openCommitter({
    store,
    publisher,
    clock: systemClock,
    limits: { ...commitLimits, ...limits },
    onFailure: (error) => failures.push(error),
  });
  return { store, committer, told, failures, batches: () => store.commits.map(({ ids }) => ids) };
}

const isBusy = (error: unknown) =>
  error instanceof HubError && error.kind === 'unavailable' && error.details.retryAfterMs === 1000;

test('writes of one turn of the event loop are one batch, in the order of arrival', async () => {
  const { store, committer, batches } = open();
  const answers = ['a', 'b', 'c'].map((id) => committer.commit(write(id)));
  assert.deepEqual(batches(), []);
  await turn();
  assert.deepEqual(batches(), [['a', 'b', 'c']]);
  store.commits[0]?.succeed();
  await Promise.all(answers);
});

test('what arrives during a commit is the next batch, and it starts when that one ends', async () => {
  const { store, committer, batches } = open();
  const first = committer.commit(write('a'));
  await turn();
  const next = ['b', 'c'].map((id) => committer.commit(write(id)));
  await turn();
  assert.deepEqual(batches(), [['a']]);
  store.commits[0]?.succeed();
  await first;
  assert.deepEqual(batches(), [['a'], ['b', 'c']]);
  store.commits[1]?.succeed();
  await Promise.all(next);
});

test('a batch closes at its cap of writes and at its cap of bytes, and one large write goes alone', async () => {
  const post = (id: string, length: number): PostWrite => ({
    ...{ kind: 'post', user, owner: null, app: 'a', appNotificationId: null, sentAs: null },
    ...{
      id,
      content: 'x'.repeat(length),
      expires: 1,
      displaySeconds: null,
      question: null,
      storageBytesMax: Number.MAX_SAFE_INTEGER,
      evictable: null,
    },
  });
  const { store, committer, batches } = open({ batchWrites: 3, batchBytes: 2000 });
  store.decide = () => null;
  const small = ['1', '2', '3', '4'].map((id) => committer.commit(write(id)));
  const large = [post('5', 5000), post('6', 10), post('7', 10), post('8', 800)];
  await Promise.all([...small, ...large.map((each) => committer.commit(each))]);
  assert.deepEqual(batches(), [['1', '2', '3'], ['4'], ['5'], ['6', '7'], ['8']]);
});

test('beyond the bounds of the queue the hub is busy at once, and what waits is not harmed', async () => {
  const { store, committer } = open({ queuedWrites: 3 });
  const accepted = ['a', 'b', 'c'].map((id) => committer.commit(write(id)));
  await assert.rejects(committer.commit(write('d')), isBusy);
  store.decide = () => null;
  await Promise.all(accepted);
  await committer.commit(write('e'));
});

test('the bytes of the queue are bounded too, and are given back', async () => {
  const { store, committer } = open({ queuedBytes: 1024 });
  store.decide = () => null;
  for (let round = 0; round < 3; round++) {
    const accepted = [committer.commit(write('a')), committer.commit(write('b'))];
    await assert.rejects(committer.commit(write('c')), isBusy);
    await Promise.all(accepted);
  }
});

test('changes are published after the commit and before the answer, in order', async () => {
  const { store, committer, told } = open();
  const answer = committer.commit(write('a')).then(() => [...told]);
  await turn();
  assert.deepEqual(told, []);
  store.commits[0]?.succeed();
  assert.deepEqual(await answer, ['a']);
});

test('a refusal is the answer of its write alone', async () => {
  const { store, committer } = open();
  store.decide = () => null;
  const [good, refused] = await Promise.allSettled(['a', 'refused'].map((id) => committer.commit(write(id))));
  assert.equal(good?.status, 'fulfilled');
  const reason = refused?.status === 'rejected' ? (refused.reason as HubError) : null;
  assert.deepEqual([reason?.kind, reason?.message], ['notFound', 'no']);
});

test('a batch that meets a lock is tried again as a whole, so many times, and then answered busy', async () => {
  const { store, committer, batches, told, failures } = open({ retries: 2 });
  let locked = 2;
  store.decide = () => (locked-- > 0 ? 'busy' : null);
  await Promise.all(['a', 'b'].map((id) => committer.commit(write(id))));
  assert.deepEqual(batches(), [
    ['a', 'b'],
    ['a', 'b'],
    ['a', 'b'],
  ]);
  assert.deepEqual([told, failures], [['a', 'b'], []]);
  locked = 3;
  await assert.rejects(committer.commit(write('c')), isBusy);
  assert.equal(failures.length, 1);
});

test('a store that is away fails the batch without halving it, and the next batch is tried', async () => {
  const { store, committer, batches, told } = open();
  let away = true;
  store.decide = () => (away ? 'unavailable' : null);
  const settled = await Promise.allSettled(['a', 'b'].map((id) => committer.commit(write(id))));
  for (const each of settled) assert.ok(each.status === 'rejected' && isBusy(each.reason));
  assert.deepEqual([batches(), told], [[['a', 'b']], []]);
  away = false;
  await committer.commit(write('c'));
  assert.deepEqual(told, ['c']);
});

test('a store that can not tell what became of a batch is not said to have changed nothing', async () => {
  const { store, committer, batches } = open();
  store.decide = () => 'uncertain';
  const says = (error: unknown) =>
    isBusy(error) && /outcome is unknown/.test((error as Error).message) && !/nothing/.test(`${error}`);
  await Promise.all(['a', 'b'].map((id) => assert.rejects(committer.commit(write(id)), says)));
  assert.deepEqual(batches(), [['a', 'b']]);
});

test('poison is found by halving: only it fails, the others keep their order, later batches wait', async () => {
  const { store, committer, told, failures } = open({ batchWrites: 8 });
  store.decide = (ids) => (ids.some((id) => id.startsWith('poison')) ? 'poison' : null);
  const ids = ['a', 'b', 'poison1', 'c', 'd', 'e', 'poison2', 'f', 'g'];
  const settled = await Promise.allSettled(ids.map((id) => committer.commit(write(id))));
  for (const [index, each] of settled.entries()) {
    if (each.status === 'fulfilled') continue;
    assert.match(ids[index] ?? '', /poison/);
    assert.equal((each.reason as HubError).kind, 'generalException');
  }
  assert.deepEqual(told, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  assert.equal(failures.length, 2);
});

test('draining waits until everything that was accepted is answered, and no longer', async () => {
  const { store, committer } = open();
  await committer.drain();
  const answered: string[] = [];
  const answers = [committer.commit(write('a')).then(() => answered.push('a'))];
  await turn();
  answers.push(committer.commit(write('b')).then(() => answered.push('b')));
  const drained = committer.drain().then(() => [...answered]);
  store.commits[0]?.succeed();
  await answers[0];
  store.commits[1]?.succeed();
  assert.deepEqual(await drained, ['a', 'b']);
  await committer.drain();
});

test('while many wait a second batch is under way, never a third, and what was poisoned is published in order', async () => {
  const { store, committer, batches, told } = open({ batchWrites: 4, eagerWrites: 4 });
  const ids = ['a', 'b', 'poison', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];
  const settled = Promise.allSettled(ids.map((id) => committer.commit(write(id))));
  await turn();
  assert.deepEqual(batches(), [ids.slice(0, 4), ids.slice(4, 8)]);
  const [first, second] = store.commits;
  store.decide = (batch) => (batch.includes('poison') ? 'poison' : null);
  first?.fail('poison');
  await turn();
  second?.succeed();
  const refused = (await settled).flatMap(({ status }, index) => (status === 'rejected' ? [ids[index]] : []));
  assert.deepEqual(refused, ['poison']);
  const committed = batches().filter((batch) => !batch.includes('poison'));
  assert.deepEqual(told.toSorted(), committed.flat().toSorted());
  assert.equal(new Set(told).size, ids.length - 1);
});

test('beside a small batch a second one opens for a single write, beside a large one only for many', async () => {
  const { store, committer, batches } = open({ batchWrites: 4, eagerWrites: 4, spareWrites: 2 });
  const answers = ['a', 'b', 'c'].map(async (id) => {
    const answer = committer.commit(write(id));
    await turn();
    return answer;
  });
  await turn();
  assert.deepEqual(batches(), [['a', 'b', 'c']], 'of one turn');
  answers.push(committer.commit(write('d')));
  await turn();
  assert.equal(batches().length, 1, 'three are under way');
  store.commits[0]?.succeed();
  await Promise.all(answers.slice(0, 3));
  answers.push(committer.commit(write('e')));
  await turn();
  answers.push(committer.commit(write('f')));
  await turn();
  assert.deepEqual(batches().slice(1), [['d'], ['e']], 'never a third');
  store.commits[1]?.succeed();
  await answers[3];
  assert.deepEqual(batches().at(-1), ['f']);
  for (const { succeed } of store.commits) succeed();
  await Promise.all(answers);
});

test('who brings many writes waits while the store has enough to do, and none is left waiting', async () => {
  const { store, committer } = open({ batchWrites: 2 });
  assert.equal(committer.room(), null);
  const answers = Array.from({ length: 6 }, (_, index) => committer.commit(write(`${index}`)));
  const wentOn: number[] = [];
  const waiting = Array.from({ length: 60 }, async (_, index) => {
    const room = committer.room();
    assert.ok(room, 'six writes are on their way');
    await room;
    wentOn.push(index);
  });
  await turn();
  assert.deepEqual(wentOn, []);
  store.commits[0]?.succeed();
  await Promise.all(answers.slice(0, 2));
  await turn();
  assert.deepEqual(wentOn, [0], 'there is room for one');
  assert.ok(committer.room(), 'in the order of arrival');
  for (let batch = 1; batch < 3; batch++) {
    store.commits[batch]?.succeed();
    await Promise.all(answers.slice(0, 2 * batch + 2));
  }
  await Promise.all(waiting);
  assert.deepEqual(wentOn, [...waiting.keys()]);
  assert.equal(committer.room(), null);
});

test('of those who wait for room there are only so many', async () => {
  const { store, committer } = open({ batchWrites: 1 });
  const answers = ['a', 'b', 'c'].map((id) => committer.commit(write(id)));
  const waiting = Array.from({ length: 300 }, () => committer.room());
  assert.equal(waiting.indexOf(null), 200);
  store.decide = () => null;
  await turn();
  for (const { succeed } of store.commits) succeed();
  await Promise.all([...answers, ...waiting]);
});
