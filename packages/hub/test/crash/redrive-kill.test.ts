// A redrive of many whose node is killed: it is shown and goes on, and what it has redriven counts once. On both stores, and
// between two nodes that show and end each other's. The hub is a process of its own. On PostgreSQL the hold of the one that
// was killed is ended by hand: that it ends by itself after 15 s is shown in operations/admin/redrives/redrives.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rule } from '@carillon/simulators';
import { openServedPush } from '@carillon/testing/feed/served-push.ts';
import { freePort, post, send, until } from '@carillon/testing/hub/hub.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';

const posts = 50;
/** Of Alice's devices: APNs takes such an answer for a fault of all, and waits. */
const failing = 3;
const path = '/admin/deliveries/redrives';

for (const store of ['sqlite', 'postgres'] as const) {
  test(`${store}: a redrive outlives the node that ran it, and counts nothing twice`, async (context) => {
    const { push, simulator, baseUrl, token, url, start } = await openServedPush(context, store);
    const admin = push.hub.token({ admin: true });
    const ask = async (method: string, where: string, body?: unknown, at = baseUrl) => {
      const answer = await send(at + where, method, { token: admin, ...(body ? { body } : {}) });
      assert.ok(answer.status < 300, answer.text);
      return answer.json;
    };
    simulator.script([rule({ status: 400 })]);
    const first = await start();
    const feed = `${baseUrl}/v1.0/me/notifications`;
    await Promise.all(Array.from({ length: posts }, () => send(feed, 'POST', { token, body: post() })));
    const all = posts * failing;
    const failed = async () => {
      const { value } = await ask('GET', '/admin/deliveries/causes');
      return value.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    };
    await until(async () => (await failed()) === all, 'all have failed');
    simulator.script([]);
    const { id } = await ask('POST', path, {});
    const underWay = () => ask('GET', `${path}/${id}`);
    await until(async () => (await underWay()).state !== 'counting', 'it runs');
    first.process.kill('SIGKILL');
    await first.ended;
    if (url) await (await sharedPostgres()).query(url, 'UPDATE redrive SET held_until = 0');
    await start();
    const done = await until(async () => {
      const now = await underWay();
      return now.endedDateTime === null ? null : now;
    }, 'it ends');
    assert.deepEqual([done.state, done.foundCount, done.redrivenCount], ['done', all, all]);
    await until(async () => (await failed()) === 0, 'none is failed');
    if (store === 'sqlite') return;
    const port = String(await freePort());
    await start(port);
    const other = `http://127.0.0.1:${port}`;
    const { value } = await ask('GET', path, undefined, other);
    assert.deepEqual(value, [done]);
    const { id: dry } = await ask('POST', path, { dryRun: true });
    assert.equal((await ask('GET', `${path}/${dry}`, undefined, other)).dryRun, true);
    const { endedDateTime } = await ask('POST', `${path}/${dry}/cancel`, undefined, other);
    assert.notEqual(endedDateTime, null);
  });
}
