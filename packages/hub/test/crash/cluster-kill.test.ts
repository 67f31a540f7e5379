// What becomes of writes, streams and pushes when a part of a cluster dies under load: one of three hubs, PostgreSQL,
// NATS. Hubs are processes of their own; services and devices go to another one when theirs is gone.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Delivery, Notification } from '@carillon/protocol';
import { rule } from '@carillon/simulators';
import { checkDelivered, countOf, platforms } from '@carillon/testing/feed/delivered.ts';
import { Follower } from '@carillon/testing/feed/follower.ts';
import { type Answered, post, send, until } from '@carillon/testing/hub/hub.ts';
import {
  answerMaxMs,
  inTime,
  publicUrl,
  type ServedCluster,
  type ServedNode,
  serveCluster,
} from '@carillon/testing/hub/served-cluster.ts';
import { claimLeaseMs } from '../../src/model/delivery.ts';

const feed = '/v1.0/me/notifications';
const deliverMaxMs = claimLeaseMs + 2000 + 8000;
const gone = (error: unknown): boolean =>
  (error as { code?: string }).code !== undefined && !(error instanceof assert.AssertionError);

function askTo(cluster: ServedCluster) {
  const { token } = cluster;
  return {
    create: ({ baseUrl }: ServedNode, title: string, path = feed) => {
      const body = post({ payload: { visualContent: { title } } });
      return inTime(send(`${baseUrl}${path}`, 'POST', { token, body }));
    },
    dismiss: ({ baseUrl }: ServedNode, id: string) =>
      inTime(send(`${baseUrl}${feed}/${id}`, 'PATCH', { token, body: { userActionState: 'dismissed' } })),
    get: ({ baseUrl }: ServedNode, path: string) => inTime(send(`${baseUrl}${path}`, 'GET', { token })),
  };
}

/** What services and devices know, because a node said so. */
class Witness {
  /** Title -> id. */
  readonly acknowledged = new Map<string, string>();
  /** Title of each that somebody tried to dismiss -> whether that was acknowledged. */
  readonly dismissed = new Map<string, boolean>();
  readonly #ask: ReturnType<typeof askTo>;
  readonly #cluster: ServedCluster;
  #posted = 0;
  #ended = false;
  #work: Promise<void>[] = [];
  #waiting: (() => void)[] = [];

  constructor(cluster: ServedCluster) {
    this.#cluster = cluster;
    this.#ask = askTo(cluster);
  }

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
    const { nodes } = this.#cluster;
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
    const title = `post ${this.#posted++}`;
    const made = await this.#ask.create(node, title);
    if (made.status !== 201) return this.#refuse(made);
    const { id } = made.json as Notification;
    this.acknowledged.set(title, id);
    for (const wake of this.#waiting.splice(0)) wake();
    if (this.acknowledged.size % 3 > 0) return true;
    this.dismissed.set(title, false);
    const done = await this.#ask.dismiss(node, id);
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
async function readAll(cluster: ServedCluster, node: ServedNode): Promise<Map<string, Notification>> {
  const stored = new Map<string, Notification>();
  for (let url = `${node.baseUrl}${feed}/delta?$top=1000`; ; ) {
    const { status, json, text } = await send(url, 'GET', { token: cluster.token });
    assert.equal(status, 200, text);
    for (const value of json.value as Notification[]) stored.set(value.id, value);
    if (json['@odata.deltaLink']) return stored;
    url = (json['@odata.nextLink'] as string).replace(publicUrl, node.baseUrl);
  }
}

interface Checks {
  readonly nodes?: readonly ServedNode[];
}

/** Nothing acknowledged is lost in the store of any node, on any stream, or on its way to a device. */
async function checkAll(
  cluster: ServedCluster,
  witness: Witness,
  followers: readonly Follower[],
  { nodes = cluster.nodes }: Checks = {},
): Promise<void> {
  for (const node of nodes) {
    const stored = await readAll(cluster, node);
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
  for (const id of witness.acknowledged.values()) await settled(cluster, node, id);
  const kept = [...witness.acknowledged.keys()].filter((title) => !witness.dismissed.has(title));
  checkDelivered(cluster, kept);
}

async function settled(cluster: ServedCluster, node: ServedNode, id: string): Promise<void> {
  const { get } = askTo(cluster);
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

/** Three nodes, a device on each, and services that post and dismiss all the time. */
async function underLoad(context: TestContext) {
  const cluster = await serveCluster(context, 3);
  const witness = new Witness(cluster);
  const followers = cluster.nodes.map((_, index) => new Follower(cluster, index));
  // What is posted before a stream has said where it begins is not told on it.
  for (const follower of followers) await until(() => follower.begun(), 'a device listens');
  context.after(() => {
    for (const follower of followers) follower.leave();
  });
  witness.begin(9);
  await witness.more(30);
  return { cluster, witness, followers, ask: askTo(cluster) };
}

type Loaded = Awaited<ReturnType<typeof underLoad>>;

/** While the store is away everybody is told so at once, and nobody is told that it is done. */
async function checkRefuses({ cluster, ask }: Loaded): Promise<void> {
  for (const node of cluster.nodes) {
    const [v1, beta, ready] = await Promise.all([
      ask.create(node, 'refused'),
      ask.create(node, 'refused', feed.replace('v1.0', 'beta')),
      ask.get(node, '/readyz'),
    ]);
    assert.deepEqual([v1.status, beta.status, ready.status], [503, 406, 503]);
  }
}

async function checkServes({ cluster, ask }: Loaded): Promise<void> {
  const serves = (node: ServedNode, index: number) =>
    until(
      async () => (await ask.create(node, `again ${index}`)).status === 201,
      'a node serves',
      answerMaxMs,
    );
  await Promise.all(cluster.nodes.map(serves));
}

async function finish({ cluster, witness, followers }: Loaded, checks: Checks = {}): Promise<void> {
  await witness.more(30);
  await witness.end();
  await checkAll(cluster, witness, followers, checks);
  const dense = (sequences: readonly number[]) =>
    sequences.every((each, index) => index === 0 || each > (sequences[index - 1] as number));
  for (const { sequences } of followers) assert.ok(dense(sequences), 'each change is told once, in order');
}

test('one of three hubs killed under load: streams go on elsewhere, its deliveries are taken over, nothing acknowledged is lost', async (context) => {
  const loaded = await underLoad(context);
  const { cluster, witness, followers, ask } = loaded;
  const [dead, ...alive] = cluster.nodes as [ServedNode, ...ServedNode[]];
  await witness.more(60);
  // What it has in hand when it dies.
  cluster.simulator.script([rule('hang')]);
  const held = await ask.create(dead, 'held');
  assert.equal(held.status, 201, held.text);
  const { providers } = cluster.simulator.stats;
  await until(() => Object.values(providers).some(({ answers }) => (answers.none ?? 0) > 0), 'one hangs');
  await dead.kill();
  cluster.simulator.script([]);
  await witness.more(60);
  await witness.end();
  const [other] = alive as [ServedNode];
  const [{ id }, killedAt] = [held.json as Notification, Date.now()];
  await settled(cluster, other, id);
  context.diagnostic(`what the dead hub held was delivered after ${Date.now() - killedAt} ms`);
  for (const count of countOf(cluster, 'held')) assert.ok(count > 0);
  await checkAll(cluster, witness, followers, { nodes: alive });
});

test('PostgreSQL killed under load: refused at once meanwhile, served at once again, nothing acknowledged is lost', async (context) => {
  const loaded = await underLoad(context);
  const { postgres } = loaded.cluster;
  await postgres.kill();
  await checkRefuses(loaded);
  await postgres.start();
  const startedAt = Date.now();
  await checkServes(loaded);
  context.diagnostic(`all nodes served ${Date.now() - startedAt} ms after PostgreSQL did`);
  await finish(loaded);
});

test('NATS killed under load: writes go on, and every stream tells all', async (context) => {
  const loaded = await underLoad(context);
  const { nats } = loaded.cluster;
  await nats.kill();
  await loaded.witness.more(60);
  await nats.restart();
  await finish(loaded);
});

test('PostgreSQL and NATS killed at once under load, and back one after the other', async (context) => {
  const loaded = await underLoad(context);
  const { postgres, nats } = loaded.cluster;
  await Promise.all([postgres.kill(), nats.kill()]);
  await checkRefuses(loaded);
  await postgres.start();
  await checkServes(loaded);
  await loaded.witness.more(30);
  await nats.restart();
  await finish(loaded);
});

test('PostgreSQL frozen under load is as one that is away, and works on when it is back', async (context) => {
  const loaded = await underLoad(context);
  const { postgres } = loaded.cluster;
  postgres.freeze();
  try {
    await checkRefuses(loaded);
    await checkRefuses(loaded);
  } finally {
    postgres.thaw();
  }
  await checkServes(loaded);
  await finish(loaded);
});

// It goes by PostgreSQL's clock: else Apple would refuse its tokens, and it would end others' leases early.
for (const [name, offMs] of [
  ['behind', -300_000],
  ['ahead of', 300_000],
] as const) {
  test(`a hub whose machine is five minutes ${name} the others says so, loses nothing, and what is sent twice has one tag`, async (context) => {
    const loaded = await underLoad(context);
    const { cluster, witness, ask } = loaded;
    const off = `const now = Date.now; Date.now = () => now() + ${offMs}`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(off)}`;
    const node = await cluster.start({ NODE_OPTIONS: preload, CARILLON_LOG_LEVEL: 'warn' });
    cluster.nodes.push(node);
    const says = new RegExp(`clock of this machine is \\d+\\.\\d s ${name} PostgreSQL`);
    await until(() => says.test(node.served.errors()), 'the log says so');
    const made = await ask.create(node, 'off');
    assert.equal(made.status, 201, made.text);
    const { id } = made.json as Notification;
    const seenOffMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) - Date.now();
    assert.ok(Math.abs(seenOffMs) < 100_000, `its clock is ${seenOffMs} ms off`);
    witness.acknowledged.set('off', id);
    await witness.more(30);
    await finish(loaded);
  });
}
