// Webhooks of two hubs over one PostgreSQL and one NATS, both of which tell endpoints: each change is told once and in order
// wherever it was made, and what becomes of a change subscription at one node counts at the other.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { freePort, post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { postgresAt } from '@carillon/testing/hub/store-place.ts';
import { openReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';
import { startNats } from '@carillon/testing/machine/nats.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { Webhook } from 'standardwebhooks';

const path = '/v1.0/subscriptions';
const feed = '/v1.0/me/notifications';
const port = String(await freePort());
const publicUrl = `http://127.0.0.1:${port}`;
const nats = await startNats();
const postgres = await sharedPostgres();
const url = await postgres.createDatabase();
const { settings, environment } = postgresAt(url);
const own = { ...settings, 'public-url': publicUrl, 'nats-url': nats.url, 'allow-private-push': true };
const start = (more: object): Promise<TestHub> => startHub({ settings: { ...own, ...more }, environment });
const one = await start({ port });
const other = await start({});
after(async () => {
  await Promise.all([one.close(), other.close()]);
  await nats[Symbol.asyncDispose]();
});
const token = one.token({ user: 'alice' });

async function ask(hub: TestHub, method: string, at: string, body?: unknown) {
  const answer = await hub.request(method, at, { token, ...(body === undefined ? {} : { body }) });
  assert.ok(answer.status < 300, answer.text);
  return answer.json;
}

const create = async (hub: TestHub): Promise<string> => (await ask(hub, 'POST', feed, post())).id;

/** Resolves when nothing waits to be told any more, so that nothing more comes. */
async function allTold(): Promise<void> {
  const admin = one.token({ admin: true });
  const nothingWaits = async () => {
    const { json } = await one.request('GET', '/admin/changeSubscriptions', { token: admin });
    return json.value.every(({ waiting }: { waiting: number }) => waiting === 0);
  };
  await until(nothingWaits, 'everything is told');
}

test('a change made at either node is told once, and those of a notification in order', async () => {
  await using receiver = await openReceiver();
  const { id } = await ask(one, 'POST', path, watchOf(receiver.url));
  const expected = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const [here, there] = index % 2 === 0 ? [one, other] : [other, one];
      const made = await create(here);
      await ask(there, 'PATCH', `${feed}/${made}`, { readState: 'read' });
      await ask(here, 'DELETE', `${feed}/${made}`);
      return made;
    }),
  );
  const told = await receiver.told(expected.length * 3);
  await allTold();
  assert.equal(told.length, expected.length * 3);
  for (const made of expected) {
    const about = told.filter((each) => each.resourceData.id === made);
    assert.deepEqual(
      about.map((each) => [each.changeType, each.resourceData['@odata.etag']]),
      [
        ['created', 'W/"1"'],
        ['updated', 'W/"2"'],
        ['deleted', 'W/"3"'],
      ],
    );
  }
  await ask(other, 'DELETE', `${path}/${id}`);
});

test('a change subscription that is made, renewed, signed anew, moved or deleted at one node is so at the other', async () => {
  await using receiver = await openReceiver();
  await using moved = await openReceiver();
  const made = await ask(one, 'POST', path, watchOf(receiver.url));
  assert.equal((await ask(other, 'GET', `${path}/${made.id}`)).id, made.id);
  const first = await create(other);
  assert.equal((await receiver.told(1))[0]?.resourceData.id, first);

  const expirationDateTime = new Date(Date.now() + 7_200_000).toISOString();
  await ask(other, 'PATCH', `${path}/${made.id}`, { expirationDateTime });
  await create(one);
  assert.equal((await receiver.told(2))[1]?.subscriptionExpirationDateTime, expirationDateTime);

  const { signingSecret } = await ask(other, 'POST', `${path}/${made.id}/rotateSecret`);
  await create(one);
  await create(other);
  await receiver.told(4);
  const since = receiver.received.filter(({ json }) => json.value[0] !== undefined).slice(2);
  for (const { headers, body } of since)
    for (const secret of [made.signingSecret, signingSecret])
      new Webhook(secret).verify(body, headers as Record<string, string>);

  await ask(one, 'PATCH', `${path}/${made.id}`, { notificationUrl: moved.url });
  await create(other);
  await create(one);
  await moved.told(2);
  assert.equal(receiver.values.length, 4);

  const mark = await ask(one, 'POST', path, watchOf(receiver.url));
  await ask(other, 'DELETE', `${path}/${made.id}`);
  await create(one);
  await create(other);
  await receiver.told(6);
  await allTold();
  assert.equal(moved.values.length, 2);
  await ask(other, 'DELETE', `${path}/${mark.id}`);
});

test('a node that is drained leaves its endpoints to the other at once', async () => {
  await using receiver = await openReceiver();
  const third = await start({});
  const { id } = await ask(third, 'POST', path, watchOf(receiver.url));
  const first = await create(third);
  await receiver.told(1);
  await third.close();
  const second = await create(one);
  const told = await receiver.told(2);
  assert.deepEqual(
    told.map((each) => each.resourceData.id),
    [first, second],
  );
  await ask(one, 'DELETE', `${path}/${id}`);
});

test('a change subscription that is over leaves nothing in the store', async () => {
  await using receiver = await openReceiver();
  const soon = new Date(Date.now() + 60_000).toISOString();
  const more = { lifecycleNotificationUrl: `${receiver.url}/life`, expirationDateTime: soon };
  const { id } = await ask(one, 'POST', path, watchOf(receiver.url, more));
  await create(other);
  const told = await receiver.told(2);
  assert.ok(told.some(({ lifecycleEvent }) => lifecycleEvent === 'reauthorizationRequired'));
  await allTold();
  await ask(other, 'DELETE', `${path}/${id}`);
  const rows = async () => (await postgres.query(url, 'SELECT subscription FROM webhook_backlog')).length;
  await until(async () => (await rows()) === 0, 'no backlog is left');
});
