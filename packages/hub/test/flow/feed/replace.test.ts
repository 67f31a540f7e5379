// One notification by its appNotificationId: created, replaced, repeated, and when it is a new one again.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { type Answered, hosts, post, startHub, subscribe, type TestApp } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const hub = await startHub({ clock });
after(hub.close);
const feed = '/v1.0/me/notifications';
const token = (app: TestApp = 'app-a') => hub.token({ user: 'alice', app });
const inDays = (days: number) => new Date(clock.now() + days * 86_400_000).toISOString();
const hourMs = 3_600_000;

const send = (body: unknown, app: TestApp = 'app-a') =>
  hub.request('POST', feed, { token: token(app), body });
const get = (id: string) => hub.request('GET', `${feed}/${id}`, { token: token() });
const patch = (id: string, body: unknown, headers = {}) =>
  hub.request('PATCH', `${feed}/${id}`, { token: token(), body, headers });
const remove = (id: string) => hub.request('DELETE', `${feed}/${id}`, { token: token() });

const names = (function* () {
  for (let count = 1; ; count++) yield `order ${count}`;
})();
const newName = (): string => names.next().value as string;
const named = (appNotificationId: string, title = 'first') =>
  post({ appNotificationId, payload: { visualContent: { title } }, expirationDateTime: inDays(20) });

function assertResult(answer: Answered, result: 'created' | 'replaced' | 'repeated'): Answered {
  assert.equal(answer.status, result === 'created' ? 201 : 200, answer.text);
  assert.equal(answer.headers['carillon-result'], result);
  return answer;
}

suite('the same appNotificationId', () => {
  test('makes one notification: another body replaces it, with the same id and date of creation', async () => {
    const name = newName();
    const created = assertResult(await send(named(name)), 'created');
    clock.advance(5000);
    const replaced = assertResult(await send(named(name, 'second')), 'replaced');
    for (const member of ['id', 'createdDateTime', 'appNotificationId'])
      assert.equal(replaced.json[member], created.json[member]);
    assert.equal(replaced.json.contentVersion, 2);
    assert.equal(replaced.json.payload.visualContent.title, 'second');
    assert.notEqual(replaced.json.lastModifiedDateTime, created.json.lastModifiedDateTime);
    assert.equal(replaced.headers.location, created.headers.location);
    assert.notEqual(replaced.headers.etag, created.headers.etag);
    assert.deepEqual((await get(created.json.id)).json, replaced.json);
  });

  test('replaces nothing of another app, or of another user', async () => {
    const name = newName();
    const first = assertResult(await send(named(name)), 'created');
    const other = { ...named(name), targetHostName: hosts['app-b'] };
    assert.notEqual(assertResult(await send(other, 'app-b'), 'created').json.id, first.json.id);
    const bob = hub.token({ user: 'bob' });
    assertResult(await hub.request('POST', feed, { token: bob, body: named(name) }), 'created');
  });

  test('is shared by the clients of the app, and by the app itself', async () => {
    const body = named(newName());
    const { json } = assertResult(await send(body), 'created');
    const phone = hub.token({ user: 'alice', client: 'app-a-phone' });
    assertResult(await hub.request('POST', feed, { token: phone, body }), 'repeated');
    const headers = { 'X-UNS-ID': await subscribe(hub) };
    const answer = await hub.request('POST', feed, { token: hub.token(), body, headers });
    assert.equal(assertResult(answer, 'repeated').json.id, json.id);
  });

  test('is compared exactly', async () => {
    const name = newName();
    assertResult(await send(named(name)), 'created');
    assertResult(await send(named(name.toUpperCase())), 'created');
    assertResult(await send(named(`${name} `)), 'created');
  });

  test('that is null or absent makes a new notification each time', async () => {
    for (const body of [post(), post({ appNotificationId: null })]) {
      const ids = [(await send(body)).json.id, (await send(body)).json.id];
      assert.notEqual(ids[0], ids[1]);
    }
  });

  test('posted at once by many makes one notification', async () => {
    const body = named(newName());
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(body)));
    assert.equal(new Set(answers.map(({ json }) => json.id)).size, 1);
    const results = answers.map(({ headers }) => headers['carillon-result']).sort();
    assert.deepEqual(results, ['created', ...Array(19).fill('repeated')]);
  });
});

suite('replacing', () => {
  test('sets it back to unread, without any interaction or snooze', async () => {
    const name = newName();
    const { id } = (await send(named(name))).json;
    await patch(id, { userActionState: 'snoozed', snoozeUntilDateTime: inDays(1) });
    const { json } = assertResult(await send(named(name, 'second')), 'replaced');
    assert.deepEqual(
      [json.readState, json.userActionState, json.snoozeUntilDateTime],
      ['unread', 'noInteraction', null],
    );
  });

  test('leaves nothing of the old content', async () => {
    const name = newName();
    await send({ ...named(name), groupName: 'old', displayTimeToLive: 60, priority: 'Low' });
    const { json } = assertResult(await send(named(name, 'second')), 'replaced');
    assert.deepEqual([json.groupName, json.displayTimeToLive, json.priority], [null, null, 'High']);
  });

  test('counts once among the unread', async () => {
    const name = newName();
    const unread = async () =>
      (await hub.request('GET', `${feed}/delta`, { token: token() })).json.unreadCount;
    await send(named(name));
    const before = await unread();
    await send(named(name, 'second'));
    assert.equal(await unread(), before);
  });
});

suite('a repeat', () => {
  test('of the newest body changes nothing, not even what was done with it since', async () => {
    const body = named(newName());
    const { id } = (await send(body)).json;
    const read = await patch(id, { readState: 'read' });
    const repeated = assertResult(await send(body), 'repeated');
    assert.equal(repeated.json.readState, 'read');
    assert.equal(repeated.json.contentVersion, 1);
    assert.equal(repeated.headers.etag, read.headers.etag);
  });

  test('is told by equal JSON, whatever the order and the white space', async () => {
    const name = newName();
    const body = { ...named(name), groupName: 'a' };
    await send(body);
    const turned = Object.fromEntries(Object.entries(body).reverse());
    assertResult(await send(JSON.stringify(turned, null, 4)), 'repeated');
    assertResult(await send({ ...turned, groupName: 'b' }), 'replaced');
  });

  test('of an older body than the newest replaces', async () => {
    const name = newName();
    await send(named(name, 'first'));
    await send(named(name, 'second'));
    const { json } = assertResult(await send(named(name, 'first')), 'replaced');
    assert.equal(json.contentVersion, 3);
  });

  test('is one for 24 hours, and replaces after that', async () => {
    const body = named(newName());
    await send(body);
    clock.advance(24 * hourMs - 1);
    assertResult(await send(body), 'repeated');
    clock.advance(1);
    assertResult(await send(body), 'replaced');
    assertResult(await send(body), 'repeated');
  });

  test('is the same over /beta and over every path of a create', async () => {
    const body = named(newName());
    assertResult(await send(body), 'created');
    for (const path of ['/beta/me/notifications/$ref', '/beta/me/activities/', '/v1.0/me/notifications/'])
      assertResult(await hub.request('POST', path, { token: token(), body }), 'repeated');
  });
});

suite('the name is free again', () => {
  test('after deletion', async () => {
    const body = named(newName());
    const first = assertResult(await send(body), 'created');
    assert.equal((await remove(first.json.id)).status, 204);
    const second = assertResult(await send(body), 'created');
    assert.notEqual(second.json.id, first.json.id);
    assertError(await get(first.json.id), { status: 404 });
  });

  test('after expiry, swept or not', async () => {
    const name = newName();
    const short = { ...named(name), expirationDateTime: new Date(clock.now() + 1000).toISOString() };
    const first = assertResult(await send(short), 'created');
    clock.advance(1000);
    const second = assertResult(await send(named(name)), 'created');
    assert.notEqual(second.json.id, first.json.id);
    assert.equal(second.json.contentVersion, 1);
  });

  test('but not after it was handled', async () => {
    const body = named(newName());
    const { id } = (await send(body)).json;
    await patch(id, { userActionState: 'dismissed' });
    assert.equal(assertResult(await send(body), 'repeated').json.id, id);
  });
});

suite('Prefer: return=representation', () => {
  test('it is what is done, and the answer says so; what is no such preference is not named', async () => {
    for (const [prefer, applied] of [
      ['return=representation', 'return=representation'],
      ['Return="Representation"; foo', 'return=representation'],
      ['wait=5, respond-async', undefined],
      ['x-return=minimal', undefined],
      ['return=minimalist', undefined],
    ] as const) {
      const answer = await hub.request('POST', feed, {
        ...{ token: token(), body: post() },
        headers: { prefer },
      });
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.headers['preference-applied'], applied, prefer);
      assert.ok(answer.json.id);
    }
  });
});

suite('Prefer: return=minimal', () => {
  test('answers a create without its body, and a Location all the same', async () => {
    const headers = { prefer: 'respond-async, return=minimal' };
    const answer = await hub.request('POST', feed, { token: token(), body: post(), headers });
    assert.equal(answer.status, 201);
    assert.equal(answer.text, '');
    assert.equal(answer.headers['preference-applied'], 'return=minimal');
    const { pathname } = new URL(answer.headers.location ?? '');
    assert.equal((await hub.request('GET', pathname, { token: token() })).status, 200);
  });
});
