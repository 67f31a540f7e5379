// A network between a hub and PostgreSQL that drops every packet for a while, and says so to nobody: the hub behind it
// tells the truth at once all the while, the others work on, and it serves again when the network does. What a longer
// cut would add has been waited for: every bound of the hub and of its sessions is below the six seconds that this takes.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { Follower } from '@carillon/testing/feed/follower.ts';
import { type Answered, post, send, until } from '@carillon/testing/hub/hub.ts';
import { answerMaxMs, inTime, type ServedNode, serveCluster } from '@carillon/testing/hub/served-cluster.ts';
import { openCutProxy, type Silence } from '@carillon/testing/machine/cut-proxy.ts';

const feed = '/v1.0/me/notifications';

async function open(context: TestContext) {
  const cluster = await serveCluster(context, 1);
  const [whole] = cluster.nodes as [ServedNode];
  const proxy = await openCutProxy(cluster.postgres.port);
  context.after(() => proxy[Symbol.asyncDispose]());
  const behind = new URL(cluster.url);
  behind.port = String(proxy.port);
  const cut = await cluster.start({}, behind.href);
  const { token } = cluster;
  let made = 0;
  const create = ({ baseUrl }: ServedNode, path = feed) => {
    const body = post({ payload: { visualContent: { title: `post ${made++}` } } });
    return inTime(send(`${baseUrl}${path}`, 'POST', { token, body }));
  };
  const ready = ({ baseUrl }: ServedNode) => inTime(send(`${baseUrl}/readyz`, 'GET'));
  /** Sessions of the hub behind the cut that hold a transaction open. */
  const holding = async () => {
    const sql = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'";
    return (await cluster.postgres.query(cluster.url, sql))[0]?.n as number;
  };
  return { cluster, whole, cut, proxy, token, create, ready, holding };
}

for (const how of ['held', 'forgotten'] satisfies Silence[]) {
  test(`packets that are dropped between a hub and PostgreSQL, and connections ${how}: refused at once, others work on, served at once again`, async (context) => {
    const { cluster, whole, cut, proxy, token, create, ready, holding } = await open(context);
    // A stream may end with the network, for what the hub could not read: the device comes back to the same hub.
    const device = new Follower(cluster, 0, [cut]);
    context.after(() => device.leave());
    await until(() => device.begun(), 'the stream');
    const ids = new Set<string>();
    const acknowledge = ({ status, json, text }: Answered): void => {
      assert.equal(status, 201, text);
      ids.add((json as Notification).id);
    };
    acknowledge(await create(cut));
    // In the middle of its commits, so that it holds locks when the network goes.
    let cutOff = false;
    const writing = Array.from({ length: 8 }, async () => {
      while (!cutOff) {
        const answered = await create(cut);
        if (answered.status === 201) ids.add((answered.json as Notification).id);
        else assert.equal(answered.status, 503, answered.text);
      }
    });
    await until(() => ids.size > 50, 'the load');
    proxy.silence(how);
    cutOff = true;
    await Promise.all(writing);
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all([
        create(cut),
        create(cut, feed.replace('v1.0', 'beta')),
        ready(cut),
        inTime(send(`${cut.baseUrl}${feed}`, 'GET', { token })),
      ]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [503, 406, 503, 503],
      );
    }
    // The server lets go of what the hub had locked.
    await until(async () => (await holding()) === 0, 'no lock is held');
    for (let count = 0; count < 20; count++) acknowledge(await create(whole));
    proxy.mend();
    await until(async () => (await create(cut)).status === 201, 'it serves again', answerMaxMs);
    await until(async () => (await ready(cut)).status === 200, 'it is ready', answerMaxMs);
    acknowledge(await create(cut));
    acknowledge(await create(whole));
    const all = async () => {
      await device.follow();
      return [...ids].every((id) => device.told.has(id));
    };
    await until(all, 'the stream tells all');
    assert.equal(new Set(device.sequences).size, device.sequences.length, 'each once');
  });
}
