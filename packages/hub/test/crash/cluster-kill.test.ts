// What becomes of writes, streams and pushes when a part of a cluster dies under load: one of three hubs, PostgreSQL,
// NATS. Hubs are processes of their own; services and devices go to another one when theirs is gone. The tests share one
// cluster, which takes as long to start as most of them take, and each leaves it whole; the last one loses a hub.
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { Delivery, Notification } from '@carillon/protocol';
import { rule } from '@carillon/simulators';
import { checkDelivered, countOf, platforms } from '@carillon/testing/feed/delivered.ts';
import { Follower } from '@carillon/testing/feed/follower.ts';
import { type Answered, post, send, until } from '@carillon/testing/hub/hub.ts';
import {
  answerMaxMs,
  inTime,
  publicUrl,
  type ServedNode,
  serveCluster,
} from '@carillon/testing/hub/served-cluster.ts';
import { claimLeaseMs } from '../../src/model/delivery.ts';

const feed = '/v1.0/me/notifications';
const deliverMaxMs = claimLeaseMs + 2000 + 8000;
const cluster = await serveCluster({ after }, 3);
const { token } = cluster;
/** Of all tests, since providers keep what they delivered. */
let posted = 0;

const gone = (error: unknown): boolean =>
  (error as { code?: string }).code !== undefined && !(error instanceof assert.AssertionError);

function create({ baseUrl }: ServedNode, title: string, path = feed): Promise<Answered> {
  const body = post({ payload: { visualContent: { title } } });
  return inTime(send(`${baseUrl}${path}`, 'POST', { token, body }));
}

function dismiss({ baseUrl }: ServedNode, id: string): Promise<Answered> {
  const body = { userActionState: 'dismissed' };
  return inTime(send(`${baseUrl}${feed}/${id}`, 'PATCH', { token, body }));
}

const get = ({ baseUrl }: ServedNode, path: string): Promise<Answered> =>
  inTime(send(`${baseUrl}${path}`, 'GET', { token }));

/** What services and devices know, because a node said so. */
class Witness {
  /** Title -> id. */
  readonly acknowledged = new Map<string, string>();
  /** Title of each that somebody tried to dismiss -> whether that was acknowledged. */
  readonly dismissed = new Map<string, boolean>();
  #ended = false;
  #work: Promise<void>[] = [];
  #waiting: (() => void)[] = [];

  begin(workers: number): void {
    this.#work = Array.from({ length: workers }, (_, index) => this.#run(index));
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#work);
  }

  /** Without looking all the time: the hubs need this machine. */
  async more(count: number): Promise<void> {
    const enough = this.acknowledged.size + count;
    while (this.acknowledged.size < enough) await new Promise<void>((done) => void this.#waiting.push(done));
  }

  async #run(first: number): Promise<void> {
    const { nodes } = cluster;
    for (let turn = first; !this.#ended; ) {
      const node = nodes[turn % nodes.length] as ServedNode;
      // Each waits for its answers: a killed node resets its connections, and what it answered before counts.
      const went = await this.#once(node).catch((error: unknown) => {
        if (!gone(error)) throw error;
        return false;
      });
      if (!went) turn++;
    }
  }

  async #once(node: ServedNode): Promise<boolean> {
    const title = `post ${posted++}`;
    const made = await create(node, title);
    if (made.status !== 201) return this.#refuse(made);
    const { id } = made.json as Notification;
    this.acknowledged.set(title, id);
    for (const wake of this.#waiting.splice(0)) wake();
    if (this.acknowledged.size % 3 > 0) return true;
    this.dismissed.set(title, false);
    const done = await dismiss(node, id);
    if (done.status !== 200) return this.#refuse(done);
    this.dismissed.set(title, true);
    return true;
  }

  #refuse({ status, text }: Answered): false {
    assert.equal(status, 503, text);
    return false;
  }
}

/** Everything stored, as this node tells it by delta from the start. */
async function readAll(node: ServedNode): Promise<Map<string, Notification>> {
  const stored = new Map<string, Notification>();
  for (let url = `${node.baseUrl}${feed}/delta?$top=1000`; ; ) {
    const { status, json, text } = await send(url, 'GET', { token });
    assert.equal(status, 200, text);
    for (const value of json.value as Notification[]) stored.set(value.id, value);
    if (json['@odata.deltaLink']) return stored;
    url = (json['@odata.nextLink'] as string).replace(publicUrl, node.baseUrl);
  }
}

/** Nothing acknowledged is lost in the store of any node, on any stream, or on its way to a device. */
async function checkAll(
  { witness, followers, earlier }: Loaded,
  nodes: readonly ServedNode[] = cluster.nodes,
): Promise<void> {
  for (const node of nodes) {
    const stored = await readAll(node);
    for (const id of earlier) stored.delete(id);
    for (const [title, id] of witness.acknowledged) {
      const row = stored.get(id);
      assert.ok(row, `${title} was acknowledged and is gone`);
      if (witness.dismissed.get(title)) assert.equal(row.userActionState, 'dismissed', title);
    }
    for (const follower of followers) {
      const same = async () => {
        await follower.follow();
        return [...stored].every(([id, { userActionState }]) => follower.told.get(id) === userActionState);
      };
      await until(same, 'a stream has told all that is stored', deliverMaxMs).catch((error: Error) => {
        throw new Error(`${error.message}: ${follower.missing(stored)}`);
      });
    }
  }
  const [node] = nodes as [ServedNode];
  for (const id of witness.acknowledged.values()) await settled(node, id);
  const kept = [...witness.acknowledged.keys()].filter((title) => !witness.dismissed.has(title));
  checkDelivered(cluster, kept);
}

async function settled(node: ServedNode, id: string): Promise<void> {
  let seen = '';
  const final = async () => {
    const { json, text } = await get(node, `${feed}/${id}/deliveries`);
    const all = (json?.value ?? []) as Delivery[];
    assert.equal(all.length, platforms.length, text);
    seen = text;
    return all.every(({ status }) => status === 'accepted' || status === 'withdrawn');
  };
  await until(final, `the deliveries of ${id} are final`, deliverMaxMs).catch((error: Error) => {
    throw new Error(`${error.message}: ${seen}`);
  });
}

/** A device on each of three nodes, and services that post and dismiss all the time. */
async function underLoad(context: TestContext) {
  const [first] = cluster.nodes as [ServedNode];
  const earlier = [...(await readAll(first)).keys()];
  const witness = new Witness();
  const followers = cluster.nodes.map((_, index) => new Follower(cluster, index));
  // What is posted before a stream has said where it begins is not told on it.
  for (const follower of followers) await until(() => follower.begun(), 'a device listens');
  context.after(() => {
    for (const follower of followers) follower.leave();
  });
  witness.begin(9);
  await witness.more(30);
  return { witness, followers, earlier };
}

type Loaded = Awaited<ReturnType<typeof underLoad>>;

/** While the store is away everybody is told so at once, and nobody is told that it is done. */
async function checkRefuses(): Promise<void> {
  for (const node of cluster.nodes) {
    const [v1, beta, ready] = await Promise.all([
      create(node, 'refused'),
      create(node, 'refused', feed.replace('v1.0', 'beta')),
      get(node, '/readyz'),
    ]);
    assert.deepEqual([v1.status, beta.status, ready.status], [503, 406, 503]);
  }
}

async function checkServes(): Promise<void> {
  const serves = (node: ServedNode, index: number) =>
    until(async () => (await create(node, `again ${index}`)).status === 201, 'a node serves', answerMaxMs);
  await Promise.all(cluster.nodes.map(serves));
}

async function finish(loaded: Loaded): Promise<void> {
  const { witness, followers } = loaded;
  await witness.more(30);
  await witness.end();
  await checkAll(loaded);
  const dense = (sequences: readonly number[]) =>
    sequences.every((each, index) => index === 0 || each > (sequences[index - 1] as number));
  for (const { sequences } of followers) assert.ok(dense(sequences), 'each change is told once, in order');
}

test('PostgreSQL killed under load: refused at once meanwhile, served at once again, nothing acknowledged is lost', async (context) => {
  const loaded = await underLoad(context);
  const { postgres } = cluster;
  await postgres.kill();
  await checkRefuses();
  await postgres.start();
  const startedAt = Date.now();
  await checkServes();
  context.diagnostic(`all nodes served ${Date.now() - startedAt} ms after PostgreSQL did`);
  await finish(loaded);
});

test('NATS killed under load: writes go on, and every stream tells all', async (context) => {
  const loaded = await underLoad(context);
  const { nats } = cluster;
  await nats.kill();
  await loaded.witness.more(60);
  await nats.restart();
  await finish(loaded);
});

test('PostgreSQL and NATS killed at once under load, and back one after the other', async (context) => {
  const loaded = await underLoad(context);
  const { postgres, nats } = cluster;
  await Promise.all([postgres.kill(), nats.kill()]);
  await checkRefuses();
  await postgres.start();
  await checkServes();
  await loaded.witness.more(30);
  await nats.restart();
  await finish(loaded);
});

test('PostgreSQL frozen under load is as one that is away, and works on when it is back', async (context) => {
  const loaded = await underLoad(context);
  const { postgres } = cluster;
  postgres.freeze();
  try {
    await checkRefuses();
    await checkRefuses();
  } finally {
    postgres.thaw();
  }
  await checkServes();
  await finish(loaded);
});

// It goes by PostgreSQL's clock: else Apple would refuse its tokens, and it would end others' leases early.
for (const [name, offMs] of [
  ['behind', -300_000],
  ['ahead of', 300_000],
] as const) {
  test(`a hub whose machine is five minutes ${name} the others says so, loses nothing, and what is sent twice has one tag`, async (context) => {
    const loaded = await underLoad(context);
    const { witness } = loaded;
    const off = `const now = Date.now; Date.now = () => now() + ${offMs}`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(off)}`;
    const node = await cluster.start({ NODE_OPTIONS: preload, CARILLON_LOG_LEVEL: 'warn' });
    cluster.nodes.push(node);
    context.after(() => {
      cluster.nodes.pop();
      return node.kill();
    });
    const says = new RegExp(`clock of this machine is \\d+\\.\\d s ${name} PostgreSQL`);
    await until(() => says.test(node.served.errors()), 'the log says so');
    const made = await create(node, `off: ${name}`);
    assert.equal(made.status, 201, made.text);
    const { id } = made.json as Notification;
    const seenOffMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) - Date.now();
    assert.ok(Math.abs(seenOffMs) < 100_000, `its clock is ${seenOffMs} ms off`);
    witness.acknowledged.set(`off: ${name}`, id);
    await witness.more(30);
    await finish(loaded);
  });
}

test('one of three hubs killed under load: streams go on elsewhere, its deliveries are taken over, nothing acknowledged is lost', async (context) => {
  const loaded = await underLoad(context);
  const { witness } = loaded;
  const [dead, ...alive] = cluster.nodes as [ServedNode, ...ServedNode[]];
  await witness.more(60);
  // What it has in hand when it dies.
  cluster.simulator.script([rule('hang')]);
  const held = await create(dead, 'held');
  assert.equal(held.status, 201, held.text);
  const { providers } = cluster.simulator.stats;
  await until(() => Object.values(providers).some(({ answers }) => (answers.none ?? 0) > 0), 'one hangs');
  await dead.kill();
  cluster.simulator.script([]);
  await witness.more(60);
  await witness.end();
  const [other] = alive as [ServedNode];
  const [{ id }, killedAt] = [held.json as Notification, Date.now()];
  await settled(other, id);
  context.diagnostic(`what the dead hub held was delivered after ${Date.now() - killedAt} ms`);
  for (const count of countOf(cluster, 'held')) assert.ok(count > 0);
  await checkAll(loaded, alive);
});
