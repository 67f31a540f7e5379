// A question over the wire: what may be asked, who may answer and what the answers say, in every view of the feed.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { assertError, assertErrorShape } from '@carillon/testing/hub/assert-error.ts';
import { type Answered, post, startHub, type TestApp, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const hub = await startHub({ clock });
after(hub.close);
const feed = '/v1.0/me/notifications';
const token = hub.token({ user: 'alice' });
const inSeconds = (seconds: number) => new Date(clock.now() + seconds * 1000).toISOString();

const actions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No', destructive: true, input: { placeholder: 'Why?', maxLength: 20 } },
  { id: 'log', title: 'Show the log', url: 'https://ci.example/1' },
];
const question = (more: Readonly<Record<string, unknown>> = {}) =>
  post({ payload: { visualContent: { title: 'Deploy 1.4?', actions } }, ...more });
const send = (body: unknown) => hub.request('POST', feed, { token, body });
const get = (id: string) => hub.request('GET', `${feed}/${id}`, { token });
const respond = (id: string, body: unknown, headers = {}, version = 'v1.0') =>
  hub.request('POST', `/${version}/me/notifications/${id}/respond`, { token, body, headers });

async function ask(more?: Readonly<Record<string, unknown>>) {
  const { status, json, text } = await send(question(more));
  assert.equal(status, 201, text);
  return json;
}

function assertOther(answer: Answered, response: unknown): void {
  assert.equal(answer.status, 409, answer.text);
  const { error, ...entity } = answer.json;
  assertErrorShape({ ...answer, json: { error } });
  assert.equal(error.code, 'alreadyResponded');
  assert.deepEqual(entity.response, response);
}

suite('a question', () => {
  test('shows its policy and that it is open, and other notifications have neither member', async () => {
    const asked = await ask();
    assert.deepEqual([asked.responsePolicy, asked.response], [null, null]);
    const inParis = `${inSeconds(3660).slice(0, 19)}.5+01:00`;
    const policy = { respondByDateTime: inParis, defaultActionId: 'reject' };
    const { responsePolicy } = await ask({ responsePolicy: policy });
    const respondByDateTime = `${inSeconds(60).slice(0, 19)}.500Z`;
    assert.deepEqual(responsePolicy, { respondByDateTime, defaultActionId: 'reject' });
    const bare = await ask({ responsePolicy: {} });
    assert.deepEqual(bare.responsePolicy, { respondByDateTime: null, defaultActionId: null });
    const links = [{ id: 'log', title: 'Show the log', url: 'https://ci.example/1' }];
    for (const body of [post(), post({ payload: { visualContent: { title: 'a', actions: links } } })]) {
      const told = (await send(body)).json;
      assert.ok(!('response' in told) && !('responsePolicy' in told));
    }
  });

  test('is answered once: every view shows the answer, and every device gets it as one change', async () => {
    const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
    await reader.next('ready');
    const { id } = await ask();
    const answered = await respond(id, { actionId: 'reject', text: 'not on Friday' });
    assert.equal(answered.status, 200, answered.text);
    const response = {
      ...{ actionId: 'reject', text: 'not on Friday' },
      ...{ respondedDateTime: new Date(clock.now()).toISOString(), respondedBy: 'user' },
    };
    const { json } = answered;
    assert.deepEqual([json.response, json.userActionState, json.readState], [response, 'activated', 'read']);
    assert.equal(answered.headers.etag, 'W/"2"');
    const { value } = await reader.next('change', 2);
    assert.ok('response' in value);
    assert.deepEqual(value.response, response);
    const again = await respond(id, { actionId: 'reject', text: 'never' });
    assert.deepEqual([again.status, again.json.response], [200, response]);
    assertOther(await respond(id, { actionId: 'approve' }), response);
    assertOther(await respond(id, { actionId: 'approve' }, {}, 'beta'), response);
    const shown = await get(id);
    assert.deepEqual([shown.json.response, shown.headers.etag], [response, 'W/"2"']);
    const selected = await hub.request('GET', `${feed}/${id}?$select=response`, { token });
    assert.deepEqual(selected.json.response, response);
    for (const path of [feed, `${feed}/delta`]) {
      const page = await hub.request('GET', path, { token });
      const found = page.json.value.find((each: { id: string }) => each.id === id);
      assert.deepEqual(found.response, response);
    }
    assert.equal(reader.frames.filter(({ type }) => type === 'change').length, 2);
    reader.leave();
  });

  test('takes a text with any answer, of as many characters as the action says, else 1 024', async () => {
    const { id } = await ask();
    const bold = '\u{1F600}';
    for (const [actionId, text] of [
      ['reject', bold.repeat(21)],
      ['approve', 'x'.repeat(1025)],
      ['approve', bold.repeat(1025)],
      ['approve', 'a\u0000'],
      ['approve', 7],
    ])
      assertError(await respond(id, { actionId, text }), { status: 400 });
    const answered = await respond(id, { actionId: 'approve', text: bold.repeat(1024) });
    assert.equal(answered.json.response.text, bold.repeat(1024));
    const other = await ask();
    const exact = await respond(other.id, { actionId: 'reject', text: bold.repeat(20) });
    assert.equal(exact.json.response.text, bold.repeat(20));
    const silent = await ask();
    assert.equal((await respond(silent.id, { actionId: 'reject', text: null })).json.response.text, null);
  });

  test('of a fallback is answered too', async () => {
    const visualContent = { title: 'Deploy 1.4?', actions };
    const endpointFallback = { platformTypes: ['ios'], fallbackDelayInSeconds: 60, visualContent };
    const { json } = await send(post({ payload: { rawContent: 'x' }, fallbackPolicy: { endpointFallback } }));
    assert.equal((await respond(json.id, { actionId: 'approve' })).status, 200);
  });

  test('may be marked unread, read or dismissed whenever it likes, and its answer stays', async () => {
    const { id } = await ask();
    const patch = (body: unknown) => hub.request('PATCH', `${feed}/${id}`, { token, body });
    await patch({ userActionState: 'dismissed' });
    assert.equal((await respond(id, { actionId: 'approve' })).json.userActionState, 'activated');
    const unread = await patch({ readState: 'unread' });
    assert.deepEqual([unread.json.readState, unread.json.response.actionId], ['unread', 'approve']);
  });
});

suite('what is no question or no answer is refused', () => {
  test('a policy: without a question, with a time that can not be, with a default that does not answer', async () => {
    const refused = async (body: unknown, target: string) =>
      assertError(await send(body), { status: 400, code: 'invalidRequest', target });
    const policy = (responsePolicy: unknown) => question({ responsePolicy });
    await refused(post({ responsePolicy: {} }), 'responsePolicy');
    const when = 'responsePolicy.respondByDateTime';
    await refused(policy({ respondByDateTime: inSeconds(0) }), when);
    await refused(policy({ respondByDateTime: 'tomorrow' }), when);
    await refused(policy({ respondByDateTime: inSeconds(7 * 86_400 + 1) }), when);
    const expirationDateTime = inSeconds(60);
    const late = { respondByDateTime: new Date(clock.now() + 60_001).toISOString() };
    await refused(question({ expirationDateTime, responsePolicy: late }), when);
    await ask({ expirationDateTime, responsePolicy: { respondByDateTime: inSeconds(60) } });
    const otherwise = 'responsePolicy.defaultActionId';
    for (const defaultActionId of ['later', 'log', 'Approve'])
      await refused(policy({ defaultActionId }), otherwise);
    await refused(policy({ default: 'approve' }), 'responsePolicy.default');
    assert.equal((await send(question({ responsePolicy: null, response: null }))).status, 201);
  });

  test('an answer: to what asks nothing, by an unknown action, with unknown members', async () => {
    const { id } = await ask();
    for (const body of [{}, { actionId: 'later' }, { actionId: 'log' }, { actionId: '' }, { actionId: 7 }])
      assertError(await respond(id, body), { status: 400, target: 'actionId' });
    assertError(await respond(id, { actionId: 'approve', note: 'x' }), { status: 400, target: 'note' });
    const told = (await send(post())).json;
    assertError(await respond(told.id, { actionId: 'approve' }), { status: 400, target: 'actionId' });
  });

  test('an answer to what was deleted or has expired, of another app or another user', async () => {
    const [deleted, foreign] = [await ask(), await ask()];
    await hub.request('DELETE', `${feed}/${deleted.id}`, { token });
    const gone = { status: 404, code: 'itemNotFound' };
    assertError(await respond(deleted.id, { actionId: 'approve' }), gone);
    assertError(await respond('none', { actionId: 'approve' }), gone);
    const by = (asker: { user?: 'alice' | 'bob'; app?: TestApp }, path = `${feed}/${foreign.id}/respond`) =>
      hub.request('POST', path, { token: hub.token(asker), body: { actionId: 'approve' } });
    assertError(await by({ user: 'bob' }), gone);
    assertError(await by({ user: 'alice', app: 'app-b' }), gone);
    const named = `/v1.0/users/${hub.userIds.alice}/notifications/${foreign.id}/respond`;
    assertError(await by({ user: 'bob' }, named), { status: 403 });
    assertError(await by({}, named), { status: 403 });
    assert.equal((await by({ user: 'alice' }, named)).status, 200);
    const { id } = await ask({ expirationDateTime: inSeconds(10) });
    clock.advance(10_000);
    assertError(await respond(id, { actionId: 'approve' }), gone);
  });

  test('an answer to what was replaced, or decided on another state', async () => {
    const { id, contentVersion } = await ask({ appNotificationId: 'deploy' });
    await respond(id, { actionId: 'approve' });
    const replaced = await send(question({ appNotificationId: 'deploy', groupName: 'again' }));
    assert.deepEqual([replaced.json.response, replaced.json.readState], [null, 'unread']);
    const stale = { status: 412, code: 'resourceModified' };
    assertError(await respond(id, { actionId: 'reject', contentVersion }), stale);
    assertError(await respond(id, { actionId: 'reject' }, { 'If-Match': 'W/"1"' }), stale);
    const answered = await respond(id, { actionId: 'reject', contentVersion: 2 }, { 'If-Match': 'W/"3"' });
    assert.equal(answered.json.response.actionId, 'reject');
  });
});

suite('a deadline', () => {
  test('answers with its default, or with nothing, and dismisses the question once', async () => {
    const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
    await reader.next('ready');
    const respondByDateTime = inSeconds(30);
    const set = await ask({ responsePolicy: { respondByDateTime, defaultActionId: 'reject' } });
    const unset = await ask({ responsePolicy: { respondByDateTime } });
    const answered = await ask({ responsePolicy: { respondByDateTime } });
    await respond(answered.id, { actionId: 'approve' });
    clock.advance(29_000);
    assert.equal((await get(set.id)).json.response, null);
    clock.advance(1000);
    await until(async () => (await get(unset.id)).json.response !== null, 'the deadline');
    for (const [{ id }, actionId] of [
      [set, 'reject'],
      [unset, null],
    ] as const) {
      const { json } = await get(id);
      const { respondedDateTime, ...response } = json.response;
      assert.deepEqual(response, { actionId, text: null, respondedBy: 'deadline' });
      assert.ok(respondedDateTime >= respondByDateTime);
      assert.deepEqual([json.userActionState, json.readState], ['dismissed', 'read']);
      assertOther(await respond(id, { actionId: 'approve' }), json.response);
    }
    assert.equal((await respond(set.id, { actionId: 'reject' })).status, 200);
    assert.equal((await get(answered.id)).json.response.respondedBy, 'user');
    await reader.next('change', 6);
    clock.advance(5000);
    await ask();
    await reader.next('change', 7);
    assert.equal(reader.frames.filter(({ type }) => type === 'change').length, 7);
    reader.leave();
  });

  test('is the same question when its post is repeated after it, and what is asked anew needs time', async () => {
    const again = question({
      appNotificationId: 'repeated',
      responsePolicy: { respondByDateTime: inSeconds(10), defaultActionId: 'reject' },
    });
    const { id } = (await send(again)).json;
    clock.advance(20_000);
    await hub.hub.sweeper.sweep();
    const repeated = await send(again);
    assert.deepEqual([repeated.status, repeated.json?.id], [200, id], repeated.text);
    assert.equal(repeated.json.response.respondedBy, 'deadline');
    const { responsePolicy } = again as { responsePolicy: object };
    for (const late of [question({ responsePolicy }), { ...again, priority: 'Low' }])
      assertError(await send(late), { status: 400, target: 'responsePolicy.respondByDateTime' });
    const dry = { token, body: question({ responsePolicy }) };
    assert.equal((await hub.request('POST', `${feed}/explain`, dry)).status, 400);
    assert.equal((await get(id)).json.contentVersion, 1);
  });
});
