// What endpoints get when the hub is killed: every change that was answered to its poster comes, at least once and in the
// order of its feed. On both stores, and from a node that another one outlives. The hub is a process of its own, the endpoint
// lives on in the test's. On PostgreSQL the claim of the one that was killed is ended by hand: that it ends by itself after
// 25 s is shown in contract/postgres-nodes.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openServedPush, type ServedPush } from '@carillon/testing/feed/served-push.ts';
import { post, send, until } from '@carillon/testing/hub/hub.ts';
import type { Served } from '@carillon/testing/hub/served.ts';
import { serveCluster } from '@carillon/testing/hub/served-cluster.ts';
import { openReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';
import { type PostgresServer, sharedPostgres } from '@carillon/testing/machine/postgres.ts';

const feed = '/v1.0/me/notifications';
const lives = 3;
const perLife = 30;

async function kill(served: Served): Promise<void> {
  served.process.kill('SIGKILL');
  assert.equal(await served.ended, 'SIGKILL');
}

const endClaims = (server: PostgresServer, url: string) =>
  server.query(url, 'UPDATE webhook_backlog SET claimed_until = 0');

/** Posts and reads until the hub is gone; answers what was acknowledged: id and change, in their order. */
async function write({ baseUrl, token }: ServedPush, acknowledged: string[]): Promise<void> {
  try {
    for (let count = 0; count < perLife; count++) {
      const body = post({ payload: { rawContent: `${count}` } });
      const created = await send(`${baseUrl}${feed}`, 'POST', { token, body });
      assert.equal(created.status, 201, created.text);
      acknowledged.push(`created ${created.json.id}`);
      const read = await send(`${baseUrl}${feed}/${created.json.id}`, 'PATCH', {
        token,
        body: { readState: 'read' },
      });
      assert.equal(read.status, 200, read.text);
      acknowledged.push(`updated ${created.json.id}`);
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error; // a killed hub resets its connections
  }
}

for (const store of ['sqlite', 'postgres'] as const) {
  test(`${store}: a hub that is killed tells every change that it had answered, in order`, async (context) => {
    const opened = await openServedPush(context, store);
    await using receiver = await openReceiver();
    const acknowledged: string[] = [];
    const { baseUrl, token } = opened;
    for (let life = 0; life < lives; life++) {
      const served = await opened.start();
      if (life === 0) {
        const body = watchOf(receiver.url);
        const registered = await send(`${baseUrl}/v1.0/subscriptions`, 'POST', { token, body });
        assert.equal(registered.status, 201, registered.text);
      }
      // In the second life nothing is taken.
      receiver.answer = life === 1 ? (response) => response.writeHead(503).end() : null;
      const before = acknowledged.length;
      const writing = write(opened, acknowledged);
      await until(() => acknowledged.length >= before + perLife, 'half of the writes');
      await kill(served);
      await writing;
      if (opened.url !== null) await endClaims(await sharedPostgres(), opened.url);
    }
    receiver.answer = null;
    await opened.start();
    const names = () => receiver.values.map((each) => `${each.changeType} ${each.resourceData.id}`);
    const complete = () => acknowledged.every((name) => names().includes(name));
    await until(complete, 'every change has come');
    // Sent again, but never a later one before an earlier one was there.
    const firsts = [...new Set(names())];
    const expected = firsts.filter((name) => acknowledged.includes(name));
    assert.deepEqual(expected, acknowledged);
  });
}

test('a node that is killed while it sends is taken over by the other, which tells the same and what came since', async (context) => {
  const { nodes, start, postgres, url, token } = await serveCluster(context, 1);
  await using receiver = await openReceiver();
  const [dead] = nodes;
  assert.ok(dead);
  const create = async ({ baseUrl }: typeof dead): Promise<string> => {
    const made = await send(`${baseUrl}${feed}`, 'POST', { token, body: post() });
    assert.equal(made.status, 201, made.text);
    return made.json.id;
  };
  const body = watchOf(receiver.url);
  const registered = await send(`${dead.baseUrl}/v1.0/subscriptions`, 'POST', { token, body });
  assert.equal(registered.status, 201, registered.text);
  receiver.answer = () => {};
  const expected = [await create(dead)];
  await until(() => receiver.received.length === 1, 'it sends');
  const other = await start();
  expected.push(await create(dead), await create(other));
  receiver.answer = null;
  await dead.kill();
  await endClaims(postgres, url);
  expected.push(await create(other));
  const last = expected.at(-1);
  const complete = () => receiver.values.some((each) => each.resourceData.id === last);
  await until(complete, 'the other has told all of it');
  assert.deepEqual([...new Set(receiver.values.map((each) => each.resourceData.id))], expected);
  const [first] = receiver.received;
  assert.equal(receiver.values[0].id, first?.json.value[0].id);
});
