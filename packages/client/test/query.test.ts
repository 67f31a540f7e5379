// The history by typed filters, against a real hub.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { post, startHub } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { HistoryPage } from '../src/feed/feed.ts';
import { HubError, Requests } from '../src/index.ts';
import { type FeedQuery, filterText, queryFeed } from '../src/query.ts';

const clock = new ManualClock(Date.UTC(2030, 0, 1));
const hub = await startHub({ clock });
after(hub.close);
const requests = new Requests({ baseUrl: hub.baseUrl, token: async () => hub.token({ user: 'alice' }) });
const hostile = "o'neil & 50% of #1 + \u{1f514}?";
const start = clock.now();

for (const [index, groupName] of [null, 'builds', hostile, 'builds', hostile].entries()) {
  const token = hub.token({ user: 'alice' });
  const body = post({ appNotificationId: `n${index}`, groupName });
  const { json } = await hub.request('POST', '/v1.0/me/notifications', { token, body });
  if (index === 1) await requests.updateState(json.id, { readState: 'read' });
  clock.advance(1000);
}

async function found(query: FeedQuery): Promise<string> {
  const names: string[] = [];
  let page: HistoryPage | undefined = await queryFeed(requests, query);
  for (; page; page = await page.next?.())
    names.push(...page.items.map((item) => `${item.appNotificationId}`.slice(1)));
  return names.join('');
}

test('what a typed filter asks is what the hub answers, page by page', async () => {
  assert.equal(await found({}), '43210');
  assert.equal(await found({ filter: { readState: 'unread' }, top: 2 }), '4320');
  assert.equal(await found({ filter: { groupName: hostile }, top: 1 }), '42');
  assert.equal(await found({ filter: { groupName: null } }), '0');
  assert.equal(await found({ filter: { groupName: { startsWith: "o'" }, readState: { ne: 'read' } } }), '42');
  assert.equal(
    await found({ filter: { groupName: { in: [null, 'builds'] } }, orderBy: 'createdDateTime' }),
    '013',
  );
  const between = { ge: new Date(start + 1000), lt: new Date(start + 3000) };
  assert.equal(await found({ filter: { createdDateTime: between } }), '21');
  assert.equal(await found({ filter: "groupName eq 'builds' or groupName eq null", top: 1 }), '310');
  const order = ['lastModifiedDateTime desc', 'createdDateTime'] as const;
  assert.equal(await found({ orderBy: order, top: 3 }), '43210');
});

test('a filter that the hub does not serve is a HubError with its words', async () => {
  await assert.rejects(queryFeed(requests, { filter: 'title eq 1' }), (error) => {
    assert.ok(error instanceof HubError);
    assert.match(error.message, /position 1: "title" can not be filtered by/);
    return true;
  });
});

test('a filter without a test asks for everything, and a member that is undefined is none', () => {
  assert.equal(filterText({}), '');
  assert.equal(
    filterText({ readState: 'read', groupName: { eq: 'a', gt: '' } }),
    "readState eq 'read' and groupName eq 'a' and groupName gt ''",
  );
});
