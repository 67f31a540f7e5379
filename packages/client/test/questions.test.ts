import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Feed, FeedChange } from '../src/feed/feed.ts';
import { isLive, openClient, postTo } from './support/clients.ts';
import { openMemoryStorage } from './support/memory-storage.ts';

const actions = [
  { id: 'approve', title: 'Approve' },
  { id: 'reject', title: 'Reject', input: { placeholder: 'Why?' } },
];
const asking = { payload: { visualContent: { title: 'Deploy?', actions } } };

const itemOf = (feed: Feed, id: string) => feed.all.find((item) => item.id === id);
const answerOf = (feed: Feed, id: string) => itemOf(feed, id)?.response?.actionId;

/** What the hub has. */
async function stored(hub: TestHub, id: string) {
  const token = hub.token({ user: 'alice', lifetimeSeconds: 1_000_000 });
  return (await hub.request('GET', `/v1.0/me/notifications/${id}`, { token })).json;
}

function follow(feed: Feed): FeedChange[] {
  const seen: FeedChange[] = [];
  void (async () => {
    for await (const change of feed.changes()) seen.push(change);
  })();
  return seen;
}

test('a question says that it is one, and an answer shows at once, is stored at the hub and settles every other device', async () => {
  await using hub = await startHub();
  await using one = openClient(hub);
  await using other = openClient(hub);
  await Promise.all([isLive(one), isLive(other)]);
  const id = await postTo(hub, asking);
  const plain = await postTo(hub);
  await until(() => itemOf(one.feed, plain) && itemOf(other.feed, plain));
  assert.deepEqual([itemOf(one.feed, id)?.isQuestion, itemOf(one.feed, id)?.response], [true, null]);
  assert.deepEqual(
    [itemOf(one.feed, plain)?.isQuestion, itemOf(one.feed, plain)?.response],
    [undefined, undefined],
  );
  one.feed.respond(id, 'reject', { text: 'No tests' });
  const { response, userActionState, readState } = itemOf(one.feed, id)!;
  assert.deepEqual(
    [response?.actionId, response?.text, response?.respondedBy],
    ['reject', 'No tests', 'user'],
  );
  assert.deepEqual([userActionState, readState], ['activated', 'read']);
  await until(() => answerOf(other.feed, id) === 'reject' && one.feed.status.pending === 0);
  const { response: kept } = await stored(hub, id);
  assert.deepEqual(itemOf(other.feed, id)?.response, kept);
  await until(() => itemOf(one.feed, id)?.response?.respondedDateTime === kept.respondedDateTime);
});

test('an answer that is given offline survives a closed tab, and reaches the hub with the content that was seen', async () => {
  await using hub = await startHub();
  const storage = openMemoryStorage();
  const id = await postTo(hub, asking);
  {
    await using offline = openClient(hub, { storage });
    await isLive(offline);
    offline.network.switch(false);
    offline.feed.respond(id, 'approve');
    offline.feed.dismiss(id);
    assert.deepEqual([answerOf(offline.feed, id), offline.feed.items.length], ['approve', 0]);
  }
  await using again = openClient(hub, { storage });
  await until(() => again.feed.status.phase === 'live' && again.feed.status.pending === 0);
  const { response, userActionState } = await stored(hub, id);
  assert.deepEqual(
    [response.actionId, userActionState],
    ['approve', 'dismissed'],
    'what was done after it too',
  );
});

test('an answer that came too late is told as what was decided, and the view shows that', async () => {
  await using hub = await startHub();
  await using one = openClient(hub);
  await using other = openClient(hub);
  const id = await postTo(hub, asking);
  await until(() => itemOf(one.feed, id) && itemOf(other.feed, id));
  const seen = follow(one.feed);
  one.network.switch(false);
  one.feed.respond(id, 'approve');
  other.feed.respond(id, 'reject');
  await until(() => other.feed.status.pending === 0);
  one.network.switch(true);
  await until(() => seen.some(({ type }) => type === 'decided'));
  const decided = seen.find((change) => change.type === 'decided')!;
  assert.equal(decided.type === 'decided' && decided.item?.response?.actionId, 'reject');
  assert.equal(
    seen.some(({ type }) => type === 'refused'),
    false,
  );
  await until(() => answerOf(one.feed, id) === 'reject' && one.feed.status.pending === 0);
});

test('an answer to a question that was replaced, or is gone, does not count, and that is told', async () => {
  await using hub = await startHub();
  await using client = openClient(hub);
  const replaced = await postTo(hub, { ...asking, appNotificationId: 'deploy' });
  const gone = await postTo(hub, asking);
  await until(() => itemOf(client.feed, gone));
  const seen = follow(client.feed);
  client.network.switch(false);
  client.feed.respond(replaced, 'approve');
  client.feed.respond(gone, 'approve');
  const anew = { payload: { visualContent: { title: 'Deploy 2?', actions } }, appNotificationId: 'deploy' };
  await postTo(hub, anew);
  const token = hub.token({ user: 'alice', lifetimeSeconds: 1_000_000 });
  await hub.request('DELETE', `/v1.0/me/notifications/${gone}`, { token });
  client.network.switch(true);
  const decided = () => seen.flatMap((change) => (change.type === 'decided' ? [change] : []));
  await until(() => decided().length === 2);
  const byId = new Map(decided().map(({ id, item }) => [id, item]));
  assert.deepEqual([byId.get(replaced)?.contentVersion, byId.get(replaced)?.response], [2, null]);
  assert.equal(byId.get(gone), null);
  await until(() => itemOf(client.feed, replaced)?.contentVersion === 2);
  assert.deepEqual([answerOf(client.feed, replaced), client.feed.status.pending], [undefined, 0]);
});

test('the deadline answers by the hub’s clock, and an answer after it changes nothing', async () => {
  const clock = new ManualClock();
  await using hub = await startHub({ clock });
  await using client = openClient(hub);
  const respondByDateTime = new Date(clock.now() + 60_000).toISOString();
  const id = await postTo(hub, {
    ...asking,
    responsePolicy: { respondByDateTime, defaultActionId: 'reject' },
  });
  await until(() => itemOf(client.feed, id));
  await until(() => {
    clock.advance(1000);
    return answerOf(client.feed, id) === 'reject';
  });
  assert.equal(itemOf(client.feed, id)?.response?.respondedBy, 'deadline');
  client.feed.respond(id, 'approve');
  assert.deepEqual([answerOf(client.feed, id), client.feed.status.pending], ['reject', 0], 'it is closed');
});
