// One state for many notifications in one request: by id, all of them, or each with the content that the device saw.
// Every one that was named is answered for; what contradicts itself or passes a bound changes nothing.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { hosts, post, startHub } from '@carillon/testing/hub/hub.ts';

const hub = await startHub();
after(hub.close);
const feed = '/v1.0/me/notifications';
const token = hub.token({ user: 'alice' });
const unknown = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';

const ask = (body: unknown, by = token, path = `${feed}/updateState`) =>
  hub.request('POST', path, { token: by, body });
const make = async (more: Record<string, unknown> = {}, by = token): Promise<string> => {
  const { json, status } = await hub.request('POST', feed, { token: by, body: post(more) });
  assert.ok(status === 201 || status === 200);
  return json.id;
};
const update = async (body: unknown, by = token) => {
  const answer = await ask(body, by);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const stateOf = async (id: string, by = token) =>
  (await hub.request('GET', `${feed}/${id}`, { token: by })).json;
const replaced = async (appNotificationId: string): Promise<string> => {
  await make({ appNotificationId, groupName: 'first' });
  return make({ appNotificationId, groupName: 'second' });
};

suite('changes', () => {
  test('end as updated, unchanged, stale or notFound, in the order of the request', async () => {
    await update({ all: true, readState: 'read' });
    const [seen, done, newer] = [await make(), await make(), await replaced('news')];
    await update({ ids: [done], userActionState: 'dismissed' });
    const changes = [
      { id: newer, contentVersion: 1 },
      { id: seen.toUpperCase(), contentVersion: 1 },
      { id: unknown, contentVersion: 7 },
      { id: done },
      { id: 'none' },
      { id: seen },
    ];
    assert.deepEqual(await update({ changes, userActionState: 'dismissed' }), {
      updatedCount: 1,
      unreadCount: 1,
      notFound: [unknown, 'none'],
      results: [
        { id: newer, result: 'stale' },
        { id: seen.toUpperCase(), result: 'updated' },
        { id: unknown, result: 'notFound' },
        { id: done, result: 'unchanged' },
        { id: 'none', result: 'notFound' },
        { id: seen, result: 'unchanged' },
      ],
    });
    assert.equal((await stateOf(newer)).userActionState, 'noInteraction');
    assert.equal((await stateOf(seen)).userActionState, 'dismissed');
    const current = await update({ changes: [{ id: newer, contentVersion: 2 }], readState: 'read' });
    assert.deepEqual([current.updatedCount, current.unreadCount], [1, 0]);
  });

  test('never reach what the token may not see', async () => {
    const other = hub.token({ user: 'alice', app: 'app-b' });
    const foreign = await make({ targetHostName: hosts['app-b'] }, other);
    const bobs = await make({}, hub.token({ user: 'bob' }));
    const changes = [{ id: foreign }, { id: bobs }, { id: foreign }];
    const answer = await update({ changes, readState: 'read' });
    assert.deepEqual([answer.updatedCount, answer.notFound], [0, [foreign, bobs]]);
    assert.equal((await stateOf(foreign, other)).readState, 'unread');
    const inbox = hub.token({ user: 'alice', scopes: ['Notifications.ReadWrite'] });
    assert.equal((await update({ changes, readState: 'read' }, inbox)).results[0].result, 'updated');
  });

  test('of which one can not be snoozed so long change none', async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    const later = new Date(Date.now() + 120_000).toISOString();
    const [long, short] = [await make(), await make({ expirationDateTime: soon })];
    const changes = [{ id: long }, { id: short }];
    const body = { changes, userActionState: 'snoozed', snoozeUntilDateTime: later };
    assertError(await ask(body), { status: 400, code: 'invalidRequest', target: 'snoozeUntilDateTime' });
    assert.equal((await stateOf(long)).userActionState, 'noInteraction');
  });

  test('of 1 000 are one request with the body that this takes, and one more is 400', async () => {
    const id = await make();
    const many = (count: number) => Array.from({ length: count }, () => ({ id, contentVersion: 2 ** 31 }));
    const { results, updatedCount } = await update({ changes: many(1000), readState: 'read' });
    assert.deepEqual([results.length, updatedCount], [1000, 1]);
    const refused = await ask({ changes: many(1001), readState: 'unread' });
    assertError(refused, { status: 400, code: 'invalidRequest', target: 'changes' });
    assertError(await ask({ changes: [], readState: 'unread' }), { status: 400, target: 'changes' });
    assert.equal((await stateOf(id)).readState, 'read');
  });
});

suite('ids', () => {
  test('are answered for one by one, all is not', async () => {
    const [one, two] = [await make(), await make()];
    const named = await update({ ids: [one, unknown, one], readState: 'read' });
    assert.deepEqual(named.results, [
      { id: one, result: 'updated' },
      { id: unknown, result: 'notFound' },
      { id: one, result: 'unchanged' },
    ]);
    const all = await update({ all: true, readState: 'read' });
    assert.deepEqual([all.results, all.notFound], [[], []]);
    assert.equal((await stateOf(two)).readState, 'read');
  });

  test('of which none is an id change nothing', async () => {
    const answer = await update({ ids: ['none', 'none'], readState: 'read' });
    assert.deepEqual([answer.updatedCount, answer.notFound, answer.results.length], [0, ['none'], 2]);
  });
});

test('members that contradict each other, and members of another level, are 400', async () => {
  const id = await make();
  const bad = [
    { changes: [{ id }], ids: [id], readState: 'read' },
    { changes: [{ id }], all: true, readState: 'read' },
    { changes: [{ id }], groupName: 'mail', readState: 'read' },
    { changes: [{ id }], all: false },
    { changes: [{ id }], contentVersion: 1, readState: 'read' },
    { changes: [{ id, contentVersion: 0 }], readState: 'read' },
    { changes: [{ id, contentVersion: 1.5 }], readState: 'read' },
    { changes: [{ id, readState: 'unread' }], readState: 'read' },
    { changes: [{ contentVersion: 1 }], readState: 'read' },
    { changes: [{ id: 'x'.repeat(65) }], readState: 'read' },
    { changes: [id], readState: 'read' },
    { changes: { id }, readState: 'read' },
    { changes: null, readState: 'read' },
    { changes: [{ id }], readState: 'unread', userActionState: 'activated' },
  ];
  for (const body of bad) {
    const answer = await ask(body);
    assertError(answer, { status: 400, code: 'invalidRequest' });
  }
  assert.equal((await stateOf(id)).readState, 'unread');
  const empty = await update({ changes: [{ id: 'x'.repeat(64) }], all: false, readState: 'read' });
  assert.deepEqual(empty.notFound, ['x'.repeat(64)]);
});

test('a body of 256 KiB is read, and one byte more is 413, also beside a bound of 64 KiB', async () => {
  const id = await make();
  const padded = (bytes: number) => {
    const text = JSON.stringify({ ids: [id], readState: 'read' });
    return text + ' '.repeat(bytes - text.length);
  };
  const send = (path: string, body: string) =>
    hub.request('POST', path, { token, body, headers: { 'content-type': 'application/json' } });
  const path = `${feed}/updateState`;
  assert.equal((await send(path, padded(256 * 1024))).status, 200);
  assertError(await send(path, padded(256 * 1024 + 1)), { status: 413, code: 'requestTooLarge' });
  assertError(await send(feed, padded(64 * 1024 + 1)), { status: 413, code: 'requestTooLarge' });
});
