// What a user did with a notification: one by one, many at once, on which content, until when; and what is left of it
// when its time is over.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { hosts, post, startHub, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const hub = await startHub({ clock });
after(hub.close);
const feed = '/v1.0/me/notifications';
const alice = (): string => hub.token({ user: 'alice' });
const inSeconds = (seconds: number) => new Date(clock.now() + seconds * 1000).toISOString();

const ask = (method: string, path: string, body?: unknown, headers = {}) =>
  hub.request(method, `${feed}${path}`, { token: alice(), headers, ...(body === undefined ? {} : { body }) });
const make = async (more: Record<string, unknown> = {}) => (await ask('POST', '', post(more))).json;
const patch = (id: string, body: unknown, headers = {}) => ask('PATCH', `/${id}`, body, headers);
const get = (id: string) => ask('GET', `/${id}`);
const update = async (body: unknown) => {
  const answer = await ask('POST', '/updateState', body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const latest = async () =>
  new URL((await ask('GET', '/delta?$deltatoken=latest')).json['@odata.deltaLink']).search;
const since = async (cursor: string) => (await ask('GET', `/delta${cursor}`)).json;

suite('a PATCH', () => {
  const merges: readonly [body: object, readState: string, userActionState: string][] = [
    [{ readState: 'read' }, 'read', 'noInteraction'],
    [{ userActionState: 'activated' }, 'read', 'activated'],
    [{ userActionState: 'DISMISSED' }, 'read', 'dismissed'],
    [{ userActionState: 'noInteraction' }, 'unread', 'noInteraction'],
    [{ readState: 'read', userActionState: 'activated' }, 'read', 'activated'],
    [{ readState: 'unread', userActionState: 'noInteraction' }, 'unread', 'noInteraction'],
  ];
  for (const [body, readState, userActionState] of merges) {
    test(`of ${JSON.stringify(body)} answers ${readState} and ${userActionState}`, async () => {
      const { id } = await make();
      const { status, json, headers } = await patch(id, body);
      assert.equal(status, 200);
      assert.deepEqual([json.readState, json.userActionState], [readState, userActionState]);
      assert.deepEqual((await get(id)).json, json);
      assert.equal((await get(id)).headers.etag, headers.etag);
    });
  }

  test('back to unread forgets what was done', async () => {
    const { id } = await make();
    await patch(id, { userActionState: 'activated' });
    const { json } = await patch(id, { readState: 'unread' });
    assert.deepEqual([json.readState, json.userActionState], ['unread', 'noInteraction']);
  });

  test('that contradicts itself, or asks for nothing, is 400', async () => {
    const { id } = await make();
    const bad = [
      {},
      { contentVersion: 1 },
      { readState: 'unread', userActionState: 'dismissed' },
      { readState: 'unread', userActionState: 'snoozed', snoozeUntilDateTime: inSeconds(60) },
      { readState: null },
      { readState: 'seen' },
      { userActionState: 'deleted' },
      { priority: 'High' },
      { readState: 'read', contentVersion: 0 },
      { readState: 'read', contentVersion: 1.5 },
    ];
    for (const body of bad) assertError(await patch(id, body), { status: 400, code: 'invalidRequest' });
    assert.equal((await get(id)).headers.etag, 'W/"1"');
  });

  test('that changes nothing keeps the ETag and commits no change', async () => {
    const { id } = await make();
    const first = await patch(id, { userActionState: 'dismissed' });
    const cursor = await latest();
    for (const body of [{ userActionState: 'dismissed' }, { readState: 'read' }]) {
      const again = await patch(id, body);
      assert.equal(again.status, 200);
      assert.equal(again.headers.etag, first.headers.etag);
    }
    assert.deepEqual((await since(cursor)).value, []);
  });

  test('with an If-Match applies to exactly that state', async () => {
    const { id } = await make();
    const { headers } = await get(id);
    const etag = headers.etag as string;
    assert.equal((await patch(id, { readState: 'read' }, { 'if-match': etag })).status, 200);
    const late = await patch(id, { readState: 'unread' }, { 'if-match': etag });
    assertError(late, { status: 412, code: 'resourceModified', target: 'If-Match' });
    assert.equal((await get(id)).json.readState, 'read');
    assert.equal((await patch(id, { readState: 'unread' }, { 'if-match': '*' })).status, 200);
    const many = `W/"77", ${(await get(id)).headers.etag}`;
    assert.equal((await ask('DELETE', `/${id}`, undefined, { 'if-match': many })).status, 204);
  });

  test('for older content than the stored one answers the current one and changes nothing', async () => {
    const { id } = await make({ appNotificationId: 'versioned' });
    const { contentVersion } = await make({ appNotificationId: 'versioned', groupName: 'new' });
    assert.equal(contentVersion, 2);
    const { headers } = await get(id);
    const old = await patch(id, { userActionState: 'dismissed', contentVersion: 1 });
    assert.deepEqual([old.status, old.json.readState, old.headers.etag], [200, 'unread', headers.etag]);
    const newest = await patch(id, { userActionState: 'dismissed', contentVersion: 2 });
    assert.equal(newest.json.userActionState, 'dismissed');
  });
});

suite('a snooze', () => {
  test('needs a time after now and before the expiration, and goes with no other state', async () => {
    const { id } = await make({ expirationDateTime: inSeconds(3600) });
    const times = [undefined, null, 'soon', inSeconds(0), inSeconds(-1), inSeconds(3600), inSeconds(7200)];
    for (const snoozeUntilDateTime of times) {
      const answer = await patch(id, { userActionState: 'snoozed', snoozeUntilDateTime });
      assertError(answer, { status: 400, target: 'snoozeUntilDateTime' });
    }
    for (const more of [{}, { readState: 'read' }, { userActionState: 'activated' }])
      assertError(await patch(id, { ...more, snoozeUntilDateTime: inSeconds(60) }), { status: 400 });
    const until = inSeconds(3599);
    const { json } = await patch(id, { userActionState: 'snoozed', snoozeUntilDateTime: until });
    assert.deepEqual([json.readState, json.snoozeUntilDateTime], ['read', until]);
  });

  test('ends in a change that rings anew, with the time of display begun again', async () => {
    const { id } = await make({ displayTimeToLive: 60 });
    clock.advance(30_000);
    assert.equal((await get(id)).json.displayTimeToLive, 29);
    await patch(id, { userActionState: 'snoozed', snoozeUntilDateTime: inSeconds(100) });
    const cursor = await latest();
    clock.advance(99_000);
    assert.equal((await get(id)).json.userActionState, 'snoozed');
    assert.equal((await get(id)).json.displayTimeToLive, 0);
    clock.advance(1000);
    const { value } = await until(async () => {
      const page = await since(cursor);
      return page.value.length > 0 && page;
    });
    const [woken] = value;
    assert.deepEqual(
      [woken.id, woken.readState, woken.userActionState, woken.snoozeUntilDateTime, woken.displayTimeToLive],
      [id, 'unread', 'noInteraction', null, 59],
    );
  });

  test('that was moved wakes at its new time, and one that was ended never', async () => {
    const moved = await make();
    const ended = await make();
    for (const { id } of [moved, ended])
      await patch(id, { userActionState: 'snoozed', snoozeUntilDateTime: inSeconds(100) });
    await patch(moved.id, { userActionState: 'snoozed', snoozeUntilDateTime: inSeconds(200) });
    const { json } = await patch(ended.id, { userActionState: 'dismissed' });
    assert.equal(json.snoozeUntilDateTime, null);
    clock.advance(150_000);
    assert.equal((await get(moved.id)).json.userActionState, 'snoozed');
    clock.advance(51_000);
    await until(async () => (await get(moved.id)).json.readState === 'unread');
    assert.equal((await get(ended.id)).json.userActionState, 'dismissed');
  });
});

suite('updateState', () => {
  test('sets those named by id, tells which are not there, and how many are unread', async () => {
    await update({ all: true, readState: 'read' });
    const [one, two] = [await make(), await make()];
    await patch(two.id, { readState: 'read' });
    const gone = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';
    const ids = [one.id.toUpperCase(), one.id, two.id, gone, 'none'];
    assert.deepEqual(await update({ ids, readState: 'read' }), {
      updatedCount: 1,
      notFound: [gone, 'none'],
      unreadCount: 0,
      results: [
        { id: one.id.toUpperCase(), result: 'updated' },
        { id: one.id, result: 'unchanged' },
        { id: two.id, result: 'unchanged' },
        { id: gone, result: 'notFound' },
        { id: 'none', result: 'notFound' },
      ],
    });
    assert.equal((await get(one.id)).json.readState, 'read');
  });

  test('sets all, or all of a group', async () => {
    const grouped = await make({ groupName: 'mail' });
    const other = await make({ groupName: 'Mail' });
    const dismissed = await update({ all: true, groupName: 'mail', userActionState: 'dismissed' });
    assert.equal(dismissed.updatedCount, 1);
    assert.equal((await get(grouped.id)).json.userActionState, 'dismissed');
    assert.equal((await get(other.id)).json.userActionState, 'noInteraction');
    const { updatedCount, unreadCount } = await update({ all: true, readState: 'read' });
    assert.deepEqual([updatedCount >= 1, unreadCount], [true, 0]);
    assert.equal((await update({ all: true, readState: 'read' })).updatedCount, 0);
  });

  test('that names neither or both, or nothing to set, is 400', async () => {
    const { id } = await make();
    const bad = [
      { readState: 'read' },
      { ids: [id], all: true, readState: 'read' },
      { all: false, readState: 'read' },
      { ids: [], readState: 'read' },
      { ids: [id], groupName: 'mail', readState: 'read' },
      { ids: [id] },
      { ids: id, readState: 'read' },
      { ids: [7], readState: 'read' },
      { all: 'true', readState: 'read' },
      { ids: [id], readState: 'read', userActionState: 'snoozed' },
      { ids: Array(1001).fill(id), readState: 'read' },
    ];
    for (const body of bad)
      assertError(await ask('POST', '/updateState', body), { status: 400, code: 'invalidRequest' });
    assert.equal((await get(id)).json.readState, 'unread');
  });
});

suite('expiry', () => {
  test('hides it from every read at once, and is told as removed by the sweep', async () => {
    await update({ all: true, readState: 'read' });
    const cursor = await latest();
    const { id } = await make({ expirationDateTime: inSeconds(60), groupName: 'short' });
    const before = await since(cursor);
    assert.equal(before.unreadCount, 1);
    const seen = new URL(before['@odata.deltaLink']).search;
    clock.advance(59_999);
    assert.equal((await get(id)).status, 200);
    const count = Number((await ask('GET', '/$count')).text);
    clock.advance(1);
    assertError(await get(id), { status: 404 });
    assertError(await patch(id, { readState: 'read' }), { status: 404 });
    assertError(await ask('DELETE', `/${id}`), { status: 404 });
    assert.equal((await update({ ids: [id], readState: 'read' })).updatedCount, 0);
    assert.equal(Number((await ask('GET', '/$count')).text), count - 1);
    const listed = (await ask('GET', '')).json.value;
    assert.ok(!listed.some((row: { id: string }) => row.id === id));
    clock.advance(1000);
    const page = await until(async () => {
      const answer = await since(seen);
      return answer.value.length > 0 && answer;
    });
    assert.deepEqual(page.value, [{ id, '@removed': { reason: 'deleted' } }]);
    assert.equal(page.unreadCount, 0);
  });

  test('a deleted one is gone at once, told as removed, and deleting it again is 404', async () => {
    const cursor = await latest();
    const { id } = await make();
    assert.equal((await ask('DELETE', `/${id}`)).status, 204);
    assertError(await get(id), { status: 404 });
    assertError(await ask('DELETE', `/${id}`), { status: 404 });
    const { value, unreadCount } = await since(cursor);
    assert.deepEqual(value, [{ id, '@removed': { reason: 'deleted' } }]);
    assert.equal(unreadCount, 0);
  });
});

suite('the history', () => {
  const mine = () => hub.token({ user: 'bob', app: 'app-b' });
  const list = (query = '') => hub.request('GET', `${feed}${query}`, { token: mine() });
  const add = async (groupName: string): Promise<string> => {
    const body = post({ targetHostName: hosts['app-b'], groupName });
    return (await hub.request('POST', feed, { token: mine(), body })).json.id;
  };

  test('is newest first, in pages that stay in place while others are written', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 7; count++) ids.unshift(await add(`n${count}`));
    const walked: string[] = [];
    let next: string | undefined = `${feed}?$top=3&$select=groupName&$count=true`;
    while (next) {
      const { json } = await hub.request('GET', next, { token: mine() });
      walked.push(...json.value.map(({ id }: { id: string }) => id));
      assert.deepEqual(Object.keys(json.value[0]).sort(), ['@odata.etag', 'groupName', 'id']);
      assert.equal(json['@odata.count'], walked.length === 3 ? 7 : undefined);
      const link: string | undefined = json['@odata.nextLink'];
      if (link) assert.ok(link.startsWith(`${hub.baseUrl}${feed}?`));
      next = link?.slice(hub.baseUrl.length);
      await add('written meanwhile');
    }
    assert.deepEqual(walked, ids);
  });

  test('holds at most 25 a page unless asked, and 100 when asked', async () => {
    while (Number((await hub.request('GET', `${feed}/$count`, { token: mine() })).text) < 26)
      await add('more');
    assert.equal((await list()).json.value.length, 25);
    const { json } = await list('?$top=100');
    assert.equal(json['@odata.nextLink'], undefined);
    assert.equal(json.value.length, Number((await list('?$count=true')).json['@odata.count']));
  });

  test('one read may be narrowed to the members that are named', async () => {
    const id = await add('narrow');
    const { json } = await hub.request('GET', `${feed}/${id}?$select=groupName,readState`, { token: mine() });
    delete json['@odata.context'];
    assert.deepEqual(json, { '@odata.etag': 'W/"1"', id, groupName: 'narrow', readState: 'unread' });
  });
});
