// The contract of the feed store for questions, for every back end: the first answer that is committed counts, of whoever it
// is, and it is a change like that of a state.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  bob,
  deleteWrite,
  outcome,
  postWrite,
  questionWrite,
  respondWrite,
  startMs,
  stateWrite,
  subscribeWrite,
  timerWrite,
} from '@carillon/testing/feed/writes.ts';
import { drawSeed, openRandom, type Random } from '@carillon/testing/machine/random.ts';
import type { Outcome, PostWrite, Write } from '../../src/model/write.ts';
import type { OpenStore } from './store.ts';

const deadline = startMs + 5000;

export function questionsContract(name: string, open: OpenStore): void {
  describe(`${name}: answers`, () => answers(open));
  describe(`${name}: deadlines`, () => deadlines(open));
  describe(`${name}: one winner`, () => oneWinner(open));
}

const resultOf = (each: Outcome | undefined) =>
  each && ('refused' in each ? each.refused : 'result' in each ? each.result : each);

function answers(open: OpenStore): void {
  test('the first of a batch counts, the same action again changes nothing, and another is told which it was', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = questionWrite({ respondBy: deadline });
    await store.commit([write], startMs);
    const first = respondWrite(write.id, { actionId: 'reject', text: 'too late' });
    const { outcomes, changes } = await store.commit(
      [first, respondWrite(write.id), respondWrite(write.id, { actionId: 'reject', text: 'again' })],
      startMs + 1,
    );
    assert.deepEqual(outcomes.map(resultOf), ['answered', 'other', 'same']);
    const response = { actionId: 'reject', text: 'too late', at: startMs + 1, by: 'user' };
    for (const each of outcomes.keys())
      assert.deepEqual(outcome(outcomes, each, 'respond').notification.response, response);
    assert.deepEqual(
      changes.map(({ seq, cause, unread }) => ({ seq, cause, unread })),
      [{ seq: 2, cause: 'state', unread: 0 }],
    );
    const row = await store.read.notification(alice, write.id);
    assert.deepEqual(row, changes[0]?.notification);
    assert.deepEqual([row?.readState, row?.userActionState, row?.respondBy], ['read', 'activated', null]);
    assert.deepEqual(await store.read.dueDeadlines(deadline, 10), []);
  });

  test('what is no answer is refused and takes no sequence', async () => {
    await using opened = await open();
    const { store } = opened;
    const [asked, told, gone] = [questionWrite(), postWrite(), questionWrite()];
    await store.commit([asked, told, gone, deleteWrite(gone.id)], startMs);
    const tries = [
      respondWrite(asked.id, { actionId: 'Approve' }),
      respondWrite(asked.id, { actionId: 'more' }),
      respondWrite(asked.id, { actionId: 'reject', text: 'x'.repeat(11) }),
      respondWrite(told.id),
      respondWrite(gone.id),
      respondWrite(asked.id, { user: bob }),
      respondWrite(asked.id, { visibility: 'app-b' }),
      respondWrite(asked.id, { ifMatch: 'W/"7"' }),
      respondWrite(asked.id, { actionId: 'reject', text: '\u{1F600}'.repeat(10) }),
    ];
    const { outcomes, changes } = await store.commit(tries, startMs);
    const invalid = 'invalidRequest';
    assert.deepEqual(outcomes.map(resultOf), [
      ...[invalid, invalid, invalid, invalid, 'notFound', 'notFound', 'notFound', 'resourceModified'],
      'answered',
    ]);
    assert.equal(changes.length, 1);
  });

  test('a question that was read, dismissed or snoozed is answered, and a snooze ends with it', async () => {
    await using opened = await open();
    const { store } = opened;
    const writes = Array.from({ length: 3 }, () => questionWrite());
    const [read = '', dismissed = '', snoozed = ''] = writes.map(({ id }) => id);
    const snoozeUntil = startMs + 1000;
    await store.commit(
      [
        ...writes,
        stateWrite([read]),
        stateWrite([dismissed], { change: { userActionState: 'dismissed' } }),
        stateWrite([snoozed], { change: { userActionState: 'snoozed', snoozeUntil } }),
      ],
      startMs,
    );
    const { outcomes } = await store.commit(
      writes.map(({ id }) => respondWrite(id)),
      startMs,
    );
    assert.deepEqual(outcomes.map(resultOf), ['answered', 'answered', 'answered']);
    assert.deepEqual(await store.read.dueWakings(snoozeUntil, 10), []);
    // The state goes on; the answer stays.
    await store.commit([stateWrite([read], { change: { readState: 'unread' } })], startMs);
    const row = await store.read.notification(alice, read);
    assert.equal(row?.readState, 'unread');
    assert.equal(resultOf((await store.commit([respondWrite(read)], startMs)).outcomes[0]), 'same');
  });

  test('a replacement asks anew, and an answer to the older content is refused', async () => {
    await using opened = await open();
    const { store } = opened;
    const named = { appNotificationId: 'deploy', respondBy: deadline };
    const write = questionWrite({ ...named, sentAs: 'one' });
    await store.commit([write, respondWrite(write.id)], startMs);
    await store.commit([questionWrite({ ...named, sentAs: 'two' })], startMs);
    const asked = await store.read.notification(alice, write.id);
    assert.deepEqual([asked?.response, asked?.respondBy, asked?.contentVersion], ['open', deadline, 2]);
    const late = await store.commit([respondWrite(write.id, { contentVersion: 1 })], startMs);
    assert.deepEqual(late.outcomes.map(resultOf), ['resourceModified']);
    // Whatever the older content asked, it is the newer one that is there.
    const unknown = respondWrite(write.id, { contentVersion: 1, actionId: 'gone' });
    assert.deepEqual((await store.commit([unknown], startMs)).outcomes.map(resultOf), ['resourceModified']);
    await store.commit([postWrite({ appNotificationId: 'deploy', sentAs: 'three' })], startMs);
    const told = await store.read.notification(alice, write.id);
    assert.deepEqual([told?.response, told?.respondBy], [null, null]);
    assert.deepEqual(await store.read.dueDeadlines(deadline, 10), []);
  });

  test('an answer withdraws what is unsent and taps the other devices that may show the question', async () => {
    await using opened = await open();
    const { store } = opened;
    const channel = (token: string) => ({ type: 'fcm' as const, token });
    const phone = subscribeWrite({ installationId: 'phone', channel: channel('phone') });
    const tablet = subscribeWrite({ installationId: 'tablet', channel: channel('tablet') });
    const write = questionWrite();
    await store.commit([phone, tablet, write], startMs);
    const acting = phone.subscription.id;
    const { deliveries } = await store.commit([respondWrite(write.id, { acting })], startMs);
    const rows = await store.read.deliveries(alice, write.id);
    assert.deepEqual(
      rows.map(({ status, reason }) => [status, reason]),
      Array.from({ length: 2 }, () => ['withdrawn', 'it was answered elsewhere']),
    );
    assert.deepEqual(
      deliveries.map(({ kind, subscription }) => [kind, subscription]),
      [['clear', tablet.subscription.id]],
    );
  });
}

function deadlines(open: OpenStore): void {
  test('a deadline answers once with its default, or with nothing, and dismisses the question', async () => {
    await using opened = await open();
    const { store } = opened;
    const [set, unset] = [
      questionWrite({ respondBy: deadline, defaultActionId: 'reject' }),
      questionWrite({ respondBy: deadline + 1 }),
    ];
    await store.commit([set, unset, questionWrite()], startMs);
    assert.deepEqual(await store.read.dueDeadlines(deadline - 1, 10), []);
    assert.deepEqual(
      (await store.read.dueDeadlines(deadline + 1, 10)).map(({ id }) => id),
      [set.id, unset.id],
    );
    const due = [set, unset, set].map(({ id }) => timerWrite('deadline', id));
    assert.deepEqual((await store.commit(due, deadline - 1)).changes, []);
    const { outcomes, changes } = await store.commit(due, deadline + 1);
    assert.deepEqual(outcomes, [{ done: true }, { done: true }, { done: false }]);
    assert.deepEqual(
      changes.map(({ cause, notification: { userActionState, response } }) => [
        cause,
        userActionState,
        response,
      ]),
      ['reject', null].map((actionId) => [
        ...['state', 'dismissed'],
        { actionId, text: null, at: deadline + 1, by: 'deadline' },
      ]),
    );
    assert.deepEqual(await store.read.dueDeadlines(deadline + 1, 10), []);
    const late = await store.commit(
      [respondWrite(set.id), respondWrite(set.id, { actionId: 'reject' }), respondWrite(unset.id)],
      deadline + 2,
    );
    assert.deepEqual(late.outcomes.map(resultOf), ['other', 'same', 'other']);
  });

  test('one write settles what is due of several users, in the order of each, and leaves the rest', async () => {
    await using opened = await open();
    const { store } = opened;
    const asked = (by: string, respondBy: number) => questionWrite({ by, respondBy });
    const [second, other, later, first] = [
      asked('alice', deadline + 2),
      asked('bob', deadline + 1),
      asked('bob', deadline + 3),
      asked('alice', deadline),
    ];
    await store.commit([second, other, later, first], startMs);
    const found = await store.read.dueDeadlines(deadline + 2, 10);
    const ofEach = (user: string) => found.filter((each) => each.user === user).map(({ id }) => id);
    assert.deepEqual([ofEach(alice), ofEach(bob)], [[first.id, second.id], [other.id]]);
    const owners = found.map(({ user }) => user);
    assert.equal(owners.lastIndexOf(alice) - owners.indexOf(alice), 1);
    assert.deepEqual(
      (await store.read.dueDeadlines(deadline + 3, 2)).map(({ id }) => id).sort(),
      [first.id, other.id].sort(),
    );
    const gone = { user: alice, id: questionWrite().id };
    const due = [...found, { user: bob, id: later.id }, gone, ...found];
    const { outcomes, changes } = await store.commit([{ kind: 'deadline', due }], deadline + 2);
    assert.deepEqual(outcomes, [{ done: true }]);
    assert.deepEqual(
      changes.map(({ user, seq, notification: { id } }) => [user, seq, id]),
      found.map(({ user, id }) => [user, id === second.id ? 4 : 3, id]),
    );
    const again = await store.commit([{ kind: 'deadline', due: found }], deadline + 2);
    assert.deepEqual([again.outcomes, again.changes], [[{ done: false }], []]);
    assert.deepEqual(await store.read.dueDeadlines(deadline + 3, 10), [{ user: bob, id: later.id }]);
  });

  test('an answer that was committed before it counts, and one that comes after it finds that of the deadline', async () => {
    await using opened = await open();
    const { store } = opened;
    const [answered, late, removed] = Array.from({ length: 3 }, () => questionWrite({ respondBy: deadline }));
    assert.ok(answered && late && removed);
    await store.commit([answered, late, removed, deleteWrite(removed.id)], startMs);
    await store.commit([respondWrite(answered.id)], deadline - 1);
    // Before any sweep.
    const after = await store.commit([respondWrite(late.id)], deadline);
    assert.equal(resultOf(after.outcomes[0]), 'other');
    assert.deepEqual(
      after.changes.map(({ notification }) => notification.response),
      [{ actionId: null, text: null, at: deadline, by: 'deadline' }],
    );
    const due = [answered, late, removed].map(({ id }) => timerWrite('deadline', id));
    assert.deepEqual((await store.commit(due, deadline)).changes, []);
  });

  test('one that is the expiration too is told before the removal', async () => {
    await using opened = await open();
    const { store } = opened;
    const write = questionWrite({ expires: deadline, respondBy: deadline, defaultActionId: 'approve' });
    await store.commit([write], startMs);
    const { changes } = await store.commit([timerWrite('expire', write.id)], deadline);
    assert.deepEqual(
      changes.map(({ seq, cause, notification }) => [seq, cause, notification.response]),
      [
        [2, 'state', { actionId: 'approve', text: null, at: deadline, by: 'deadline' }],
        [3, 'expired', null],
      ],
    );
    assert.deepEqual(await store.read.dueDeadlines(deadline, 10), []);
  });
}

/** What may happen to one question at once, as devices, nodes and the app send it. */
function contenders({ id, user, owner: of }: PostWrite, { below, pick }: Random): Write[] {
  return Array.from({ length: 12 }, (_, index): Write => {
    const what = below(100);
    if (what < 70) {
      const actionId = pick(['approve', 'reject']);
      const contentVersion = pick([null, 1, 2]);
      return respondWrite(id, { user, actionId, text: `device ${index}`, contentVersion });
    }
    if (what < 85) return timerWrite('deadline', id, user);
    if (what >= 95) return deleteWrite(id, { user });
    const named = { appNotificationId: 'deploy', sentAs: `${index}`, respondBy: deadline + 1000 };
    return { ...questionWrite(named), user, owner: of };
  });
}

function oneWinner(open: OpenStore): void {
  const seed = drawSeed();
  test(`whatever races, a content has one answer, and every loser is told it (seed ${seed})`, async () => {
    await using opened = await open();
    const { store } = opened;
    const random = openRandom(seed);
    for (let round = 0; round < 20; round++) {
      const write = questionWrite({ by: `user ${round}`, appNotificationId: 'deploy', respondBy: deadline });
      const begun = (await store.commit([write], startMs)).changes;
      const writes = contenders(write, random);
      const batches = [writes.slice(0, 3), writes.slice(3, 4), writes.slice(4, 9), writes.slice(9)];
      const committed = await Promise.all(batches.map((batch) => store.commit(batch, deadline)));
      const changes = [...begun, ...committed.flatMap((each) => each.changes)].sort((a, b) => a.seq - b.seq);
      assert.deepEqual(
        changes.map(({ seq }) => seq),
        changes.map((_, index) => index + 1),
      );
      const answered = new Map<string, unknown>();
      for (const { notification } of changes) {
        const { id, contentVersion, response } = notification;
        if (response === null || response === 'open') continue;
        const key = `${id} ${contentVersion}`;
        assert.deepEqual(answered.get(key) ?? response, response);
        answered.set(key, response);
      }
      for (const outcome of committed.flatMap(({ outcomes }) => outcomes)) {
        if (!('result' in outcome) || !('notification' in outcome)) continue;
        const { id, contentVersion, response } = outcome.notification;
        if (['answered', 'same', 'other'].includes(outcome.result))
          assert.deepEqual(response, answered.get(`${id} ${contentVersion}`));
      }
      for (const { seq, ...last } of (await store.read.changes(write.user, null, 0, 100)).rows)
        assert.deepEqual({ seq, ...last }, changes[seq - 1]?.notification);
    }
  });
}
