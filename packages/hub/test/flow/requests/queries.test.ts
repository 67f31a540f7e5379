// Query options of the history as clients send them: filters, orders, pages and what is refused, over a real socket.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { allScope, post, startHub } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock(Date.UTC(2028, 1, 20, 12));
const hub = await startHub({ clock });
after(hub.close);
const token = hub.token({ user: 'alice' });
const feed = '/v1.0/me/notifications';

interface Listed {
  readonly value: readonly { readonly id: string; readonly appNotificationId: string }[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.count'?: number;
}

/** Eight of them, a second apart, named a … h. */
const names = [...'abcdefgh'];
const ids: Record<string, string> = {};
for (const [index, name] of names.entries()) {
  const group = index % 2 === 0 ? "o'neil \u{1f514}" : null;
  const expirationDateTime = new Date(clock.now() + (10 - index) * 3_600_000).toISOString();
  const body = post({
    appNotificationId: name,
    groupName: group,
    priority: index < 3 ? 'Low' : 'High',
    expirationDateTime,
  });
  const { json } = await hub.request('POST', feed, { token, body });
  ids[name] = json.id;
  clock.advance(1000);
}
await hub.request('PATCH', `${feed}/${ids.b}`, { token, body: { readState: 'read' } });
clock.advance(1000);
await hub.request('PATCH', `${feed}/${ids.f}`, { token, body: { userActionState: 'dismissed' } });

const get = (path: string, headers: Record<string, string> = {}) =>
  hub.request('GET', path, { token, headers });
/** Without annotations. */
const membersOf = (item: object) =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith('@')));
const found = ({ value }: Listed) => value.map(({ appNotificationId }) => appNotificationId).join('');
async function list(options: Record<string, string>): Promise<string> {
  const answer = await get(`${feed}?${new URLSearchParams(options)}`);
  assert.equal(answer.status, 200, answer.text);
  return found(answer.json);
}
const at = (seconds: number) => new Date(Date.UTC(2028, 1, 20, 12, 0, seconds)).toISOString();

const filters: Readonly<Record<string, string>> = {
  "readState eq 'unread'": 'hgedca',
  "readState ne 'unread'": 'fb',
  "userActionState eq 'dismissed'": 'f',
  // Texts that the hub never gives are texts like any other: nothing equals them, and all come before or after them.
  "readState eq 'seen'": '',
  "readState ne 'seen'": 'hgfedcba',
  "readState gt 'seen'": 'hgedca',
  "userActionState in ('opened','dismissed')": 'f',
  "priority eq 'high'": '',
  'groupName eq null': 'hfdb',
  "groupName eq 'o''neil \u{1f514}' and priority eq 'Low'": 'ca',
  "startswith(groupName,'o''')": 'geca',
  "not (groupName gt 'a')": 'hfdb',
  "targetHostName eq 'a.example' and not (readState eq 'unread')": 'fb',
  'response/actionId ne null': '',
  [`createdDateTime ge ${at(5)}`]: 'hgf',
  [`createdDateTime gt ${at(1)} and createdDateTime lt ${at(4)}`]: 'dc',
  [`lastModifiedDateTime gt ${at(7)}`]: 'fb',
  [`expirationDateTime le ${new Date(Date.UTC(2028, 1, 20, 17)).toISOString()}`]: 'hg',
  "priority in ('Low','None') or readState eq 'read'": 'fcba',
};
suite('filters', () => {
  for (const [filter, expected] of Object.entries(filters)) {
    test(filter, async () => {
      assert.equal(await list({ $filter: filter }), expected);
      assert.equal(await list({ filter }), expected);
      const { text } = await get(`${feed}/$count?$filter=${encodeURIComponent(filter)}`);
      assert.equal(text, String(expected.length));
    });
  }
});

const orders: Readonly<Record<string, string>> = {
  createdDateTime: 'abcdefgh',
  'createdDateTime desc': 'hgfedcba',
  'lastModifiedDateTime desc': 'fbhgedca',
  'expirationDateTime asc': 'hgfedcba',
  'expirationDateTime DESC , createdDateTime': 'abcdefgh',
};
suite('orders', () => {
  for (const [order, expected] of Object.entries(orders)) {
    test(order, async () => {
      assert.equal(await list({ $orderby: order }), expected);
      assert.equal(await list({ orderby: order, skip: '2', top: '3' }), expected.slice(2, 5));
    });
  }
});

test('links carry the options, so that a walk by them alone gives every match once, with the count on the first page', async () => {
  const options = {
    $filter: "readState eq 'unread'",
    $orderby: 'expirationDateTime',
    $select: 'appNotificationId',
    $top: '2',
  };
  const first = await get(`${feed}?${new URLSearchParams({ ...options, $count: 'true', $skip: '1' })}`);
  assert.equal(first.json['@odata.count'], 6);
  const pages: Listed[] = [first.json];
  for (let link = first.json['@odata.nextLink']; link; link = pages.at(-1)?.['@odata.nextLink']) {
    const { searchParams, pathname, search } = new URL(link);
    assert.deepEqual([...searchParams.keys()], ['$skiptoken']);
    const { json } = await get(pathname + search);
    assert.equal('@odata.count' in json, false);
    pages.push(json);
  }
  assert.deepEqual(pages.map(found), ['ge', 'dc', 'a']);
  assert.deepEqual(Object.keys(membersOf(pages[1]?.value[0] ?? {})).sort(), ['appNotificationId', 'id']);
});

test('beside a token the options may be repeated, $top may be another, and nothing else may differ', async () => {
  const filter = encodeURIComponent('groupName eq null');
  const { json } = await get(`${feed}?$filter=${filter}&$top=1`);
  const link = new URL(json['@odata.nextLink']);
  const next = link.pathname + link.search;
  assert.equal(found((await get(`${next}&$filter=${filter}&$top=2`)).json), 'fd');
  for (const other of ['$filter=groupName+ne+null', '$orderby=createdDateTime', '$select=id'])
    assertError(await get(`${next}&${other}`), { status: 400, target: other.split('=', 1)[0] as string });
});

test('a token is of one user and of what it may see', async () => {
  const { json } = await get(`${feed}?$filter=readState+eq+'unread'&$top=1`);
  const { pathname, search } = new URL(json['@odata.nextLink']);
  for (const other of [
    hub.token({ user: 'bob' }),
    hub.token({ user: 'alice', scopes: [allScope] }),
    hub.token({ user: 'alice', app: 'app-b' }),
  ]) {
    const answer = await hub.request('GET', pathname + search, { token: other });
    assertError(answer, { status: 400, target: '$skiptoken' });
  }
});

test('Prefer: odata.maxpagesize bounds a page, is named in the answer, and holds on', async () => {
  const applied = async (path: string, prefer: string) => {
    const { json, headers } = await get(path, { prefer });
    return [json.value.length, headers['preference-applied']];
  };
  assert.deepEqual(await applied(feed, 'odata.maxpagesize=3'), [3, 'odata.maxpagesize=3']);
  assert.deepEqual(await applied(feed, 'return=minimal, maxpagesize=2; x=1'), [2, 'odata.maxpagesize=2']);
  assert.deepEqual(await applied(`${feed}?$top=2`, 'odata.maxpagesize=5'), [2, 'odata.maxpagesize=5']);
  assert.deepEqual(await applied(feed, 'odata.maxpagesize=1000'), [8, 'odata.maxpagesize=1000']);
  for (const none of ['odata.maxpagesize=0', 'odata.maxpagesize=x', 'maxpagesizes=3'])
    assert.deepEqual(await applied(feed, none), [8, undefined]);
  const { json } = await get(feed, { prefer: 'odata.maxpagesize=3' });
  const { pathname, search } = new URL(json['@odata.nextLink']);
  assert.equal((await get(pathname + search)).json.value.length, 3);
});

test('a delta takes $select and a page size, and its tokens hold them to the end and after it', async () => {
  const follow = async (link: string, more = '') => {
    const { pathname, search } = new URL(link);
    return (await get(pathname + search + more)).json;
  };
  const members = ({ value }: Listed) => value.map((each) => Object.keys(membersOf(each)).sort().join());
  const page = await get(`${feed}/delta?$select=readState`, { prefer: 'odata.maxpagesize=6' });
  assert.equal(page.headers['preference-applied'], 'odata.maxpagesize=6');
  assert.deepEqual(members(page.json), Array(6).fill('id,readState'));
  assert.deepEqual([...new URL(page.json['@odata.nextLink']).searchParams.keys()], ['$skiptoken']);
  const last = await follow(page.json['@odata.nextLink'], '&$select=readState&$top=100');
  assert.deepEqual(members(last), ['id,readState', 'id,readState']);
  await hub.request('PATCH', `${feed}/${ids.a}`, { token, body: { readState: 'read' } });
  const changed = await follow(last['@odata.deltaLink']);
  assert.deepEqual(changed.value.map(membersOf), [{ id: ids.a, readState: 'read' }]);
  const { pathname, search } = new URL(changed['@odata.deltaLink']);
  assertError(await get(`${pathname}${search}&$select=id`), { status: 400, target: '$select' });
  const latest = await get(`${feed}/delta?$deltatoken=latest&$select=contentVersion`);
  await hub.request('PATCH', `${feed}/${ids.a}`, { token, body: { readState: 'unread' } });
  const { value: later } = await follow(latest.json['@odata.deltaLink']);
  assert.deepEqual(later.map(membersOf), [{ id: ids.a, contentVersion: 1 }]);
});

test('what is refused names its option', async () => {
  const wrong = ["not readState eq 'unread'", "title eq 'x'", "contains(groupName,'x')"];
  for (const filter of wrong) {
    const answer = await get(`${feed}?$filter=${encodeURIComponent(filter)}`);
    assertError(answer, { status: 400, code: 'invalidRequest', target: '$filter' });
  }
  assertError(await get(`${feed}?$top=1&top=1`), { status: 400, target: '$top' });
  for (const option of ['$filter=groupName+eq+null', '$orderby=createdDateTime', '$skip=1', '$count=true'])
    assertError(await get(`${feed}/delta?${option}`), {
      status: 400,
      target: option.split('=', 1)[0] as string,
    });
});
