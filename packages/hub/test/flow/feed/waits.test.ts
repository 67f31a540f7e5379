// Waiting for the answer to a question: who may, what ends a wait, and how many there can be.
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, suite, test } from 'node:test';
import { limits } from '@carillon/protocol';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { post, startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { Waits } from '../../../src/live/waits.ts';
import type { UserKey } from '../../../src/model/principal.ts';

const clock = new ManualClock();
const hub = await startHub({ clock });
after(hub.close);
const feed = '/v1.0/me/notifications';
const token = hub.token({ user: 'alice' });
const actions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No' },
];

async function ask(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const body = post({ payload: { visualContent: { title: 'Deploy?', actions } }, ...more });
  const { status, json, text } = await hub.request('POST', feed, { token, body });
  assert.ok(status < 300, text);
  return json.id;
}

const read = (id: string, query = '', options: { token?: string; headers?: Record<string, string> } = {}) =>
  hub.request('GET', `${feed}/${id}/response${query}`, { token, ...options });
const respond = (id: string, actionId = 'approve') =>
  hub.request('POST', `${feed}/${id}/respond`, { token, body: { actionId } });
const waits = (count: number) => until(() => hub.hub.waits.open === count, `${count} waits`);

suite('the answer to a question', () => {
  test('is nothing while it is open, then the response; what asks nothing or is gone is not found', async () => {
    const id = await ask();
    const open = await read(id);
    assert.deepEqual([open.status, open.text], [204, '']);
    await respond(id, 'reject');
    const { status, json } = await read(id, '?waitSeconds=60');
    assert.equal(status, 200);
    assert.match(json['@odata.context'], new RegExp(`notifications\\('${id}'\\)/response$`));
    assert.deepEqual([json.actionId, json.text, json.respondedBy], ['reject', null, 'user']);
    const told = (await hub.request('POST', feed, { token, body: post() })).json.id;
    for (const none of [told, 'none'])
      assertError(await read(none, '?waitSeconds=60'), { status: 404, code: 'itemNotFound' });
    for (const waitSeconds of ['-1', '61', '1.5', 'x', ''])
      assertError(await read(id, `?waitSeconds=${waitSeconds}`), { status: 400, target: 'waitSeconds' });
  });

  test('reaches a wait at once, of its sender too, by X-UNS-ID or by name', async () => {
    const id = await ask();
    const own = hub.token();
    const unsId = await subscribe(hub);
    const named = `/v1.0/users/${hub.userIds.alice}/notifications/${id}/response?waitSeconds=60`;
    const waiting = [
      read(id, '?waitSeconds=60'),
      read(id, '?waitSeconds=60', { token: own, headers: { 'X-UNS-ID': unsId } }),
      hub.request('GET', named, { token: own }),
    ];
    await waits(3);
    // Another notification of the user wakes none of them.
    await ask();
    await respond(id);
    for (const answer of await Promise.all(waiting))
      assert.deepEqual([answer.status, answer.json.actionId], [200, 'approve']);
    assertError(await read(id, '', { token: own }), { status: 403 });
    assertError(await read(id, '', { token: hub.token({ user: 'alice', app: 'app-b' }) }), { status: 404 });
    assertError(await read(id, '', { token: hub.token({ user: 'bob' }) }), { status: 404 });
    await waits(0);
  });

  test('of a deadline reaches it, a removal ends it, a replacement does not', async () => {
    const respondByDateTime = new Date(clock.now() + 10_000).toISOString();
    const responsePolicy = { respondByDateTime, defaultActionId: 'reject' };
    const [late, removed, replaced] = [
      await ask({ responsePolicy }),
      await ask(),
      await ask({ appNotificationId: 'deploy' }),
    ];
    const waiting = [late, removed, replaced].map((id) => read(id, '?waitSeconds=60'));
    await waits(3);
    await hub.request('DELETE', `${feed}/${removed}`, { token });
    assertError((await waiting[1]) as never, { status: 404, code: 'itemNotFound' });
    await ask({ appNotificationId: 'deploy', groupName: 'anew' });
    clock.advance(10_000);
    assert.equal((await waiting[0])?.json.respondedBy, 'deadline');
    await waits(1);
    await respond(replaced);
    assert.equal((await waiting[2])?.json.respondedBy, 'user');
  });
});

suite('a wait', () => {
  test('ends with nothing when its time is over', async () => {
    const waiting = read(await ask(), '?waitSeconds=5');
    await waits(1);
    clock.advance(5000);
    assert.equal((await waiting).status, 204);
    await waits(0);
  });

  test('ends when its caller goes', async () => {
    const url = `${hub.baseUrl}${feed}/${await ask()}/response?waitSeconds=60`;
    const request = get(url, { headers: { authorization: `Bearer ${token}` } });
    request.on('error', () => {});
    await waits(1);
    request.destroy();
    await waits(0);
  });

  test('is no answer under way: a caller may have more of them than of those', async () => {
    const id = await ask();
    const waiting = Array.from({ length: limits.unsentAnswers * 2 }, () => read(id, '?waitSeconds=60'));
    await waits(waiting.length);
    assert.equal((await hub.request('GET', feed, { token })).status, 200);
    await respond(id);
    for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 200);
  });

  test('ends when the hub does', async () => {
    const other = await startHub();
    const body = post({ payload: { visualContent: { title: 'Deploy?', actions } } });
    const own = other.token({ user: 'alice' });
    const { json } = await other.request('POST', feed, { token: own, body });
    const waiting = other.request('GET', `${feed}/${json.id}/response?waitSeconds=60`, { token: own });
    await until(() => other.hub.waits.open === 1, 'the wait');
    const closing = other.hub.close();
    assert.equal((await waiting).status, 204);
    await closing;
    await other.close();
  });
});

test('an app has so many waits, and another app has its own', () => {
  const all = new Waits(clock);
  const user = 'alice' as UserKey;
  const begin = (app: string) => all.begin({ app, user, id: 'x' });
  const begun = Array.from({ length: limits.waitsPerApp }, () => begin('app-a'));
  assert.throws(() => begin('app-a'), /at most 1000 waits/);
  begin('app-b').close();
  begun[0]?.close();
  begun[0]?.close();
  begin('app-a');
  assert.throws(() => begin('app-a'));
});

test('a wait is told of a change that was lost, by the head or by the change after it', async () => {
  const all = new Waits(clock);
  const user = 'alice' as UserKey;
  let looks = 0;
  const wait = all.begin({ app: 'app-a', user, id: 'x' });
  const found = wait.until(async () => (++looks < 4 ? null : 'found'), {
    waitMs: 60_000,
    whenGone: () => {},
  });
  const change = (seq: number, id: string) =>
    all.forward({
      user,
      epoch: 1,
      seq,
      app: 'app-a',
      unread: 0,
      unreadOfApp: 0,
      value: `{"id":"${id}","x":1}`,
    });
  const looked = (count: number) => until(() => looks === count, `look ${count}`);
  all.notice({ user, epoch: 1, seq: 5 });
  await looked(1);
  all.notice({ user, epoch: 1, seq: 5 });
  change(6, 'y');
  change(7, 'x');
  await looked(2);
  change(9, 'y');
  await looked(3);
  all.notice({ user, epoch: 1, seq: 10 });
  assert.equal(await found, 'found');
  assert.equal(all.open, 0);
});
