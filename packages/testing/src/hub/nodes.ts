// Nodes of one hub in one process, as far as live streams go: each with its own commit, fan-out, relay and connection to
// a real nats-server, over one SQLite store. Their clock stands still until the test moves it; the connections to NATS
// keep real time.
import { join } from 'node:path';
import type { Frame } from '@carillon/protocol';
import type { Bus } from '../../../hub/src/bus/bus.ts';
import { openNatsBus } from '../../../hub/src/bus/nats/bus.ts';
import { connectTo } from '../../../hub/src/bus/nats/servers.ts';
import { type Committer, openCommitter } from '../../../hub/src/feed/commit.ts';
import { type Cursors, openCursors } from '../../../hub/src/feed/cursor.ts';
import { openPublisher } from '../../../hub/src/feed/publish.ts';
import { systemClock } from '../../../hub/src/lib/clock.ts';
import { random } from '../../../hub/src/lib/random.ts';
import { FanOut } from '../../../hub/src/live/fan-out.ts';
import { Relay } from '../../../hub/src/live/relay.ts';
import { Waits } from '../../../hub/src/live/waits.ts';
import type { UserKey, Visibility } from '../../../hub/src/model/principal.ts';
import { openFeedStore } from '../../../hub/src/store/sqlite/feed/feed-store.ts';
import { type FeedReader, type FeedStore, StoreError } from '../../../hub/src/store/store.ts';
import { startMs } from '../feed/writes.ts';
import { ManualClock } from '../machine/manual-clock.ts';
import { startNats, type TestNats } from '../machine/nats.ts';
import { until } from './hub.ts';
import { tempFolder } from './identity.ts';

const planner = new URL('../../../hub/src/hub/plan-batch.ts', import.meta.url);

/** What is taken away: what this node publishes, as a bus may lose it, and what it reads. */
export interface Losses {
  changes: boolean;
  heads: boolean;
  /** Reads of heads fail. */
  store: boolean;
}

export interface TestNode {
  readonly bus: Bus;
  readonly fanOut: FanOut;
  readonly committer: Committer;
  readonly losses: Losses;
  /** How often its streams read pages of changes, and how often heads were asked for. */
  readonly reads: { changes: number; heads: number };
  readonly failures: unknown[];
  device(user: UserKey, visibility?: Visibility): TestDevice;
}

export interface TestDevice {
  readonly user: UserKey;
  readonly visibility: Visibility;
  readonly frames: Frame[];
  /** Waits for the frame of changes at this place. */
  change(nth: number): Promise<Extract<Frame, { type: 'change' }>>;
  /** The sequences of what it received, from `ready` on. */
  sequences(): number[];
  leave(): void;
}

export interface Cluster extends AsyncDisposable {
  readonly nats: TestNats;
  readonly store: FeedStore;
  readonly clock: ManualClock;
  readonly nodes: readonly TestNode[];
  /** Every node is connected, or none is. */
  connected(is?: boolean): Promise<void>;
  /** What is subscribed to is in effect everywhere, and what was published has come. */
  settled(): Promise<void>;
}

export async function openCluster(count: number): Promise<Cluster> {
  const nats = await startNats();
  const folder = tempFolder();
  const store = await openFeedStore({ path: join(folder.path, 'feed.db'), planner });
  const clock = new ManualClock(startMs);
  const cursors = openCursors(Buffer.alloc(32, 7), 1);
  const opened = Array.from({ length: count }, () => openNode({ nats, store, clock, cursors }));
  const nodes = opened.map(({ node }) => node);
  const cluster: Cluster = {
    ...{ nats, store, clock, nodes },
    connected: (is = true) =>
      until(() => nodes.every(({ bus }) => bus.connected === is), 'the connections').then(() => {}),
    async settled() {
      const heard = opened.map(({ marks }) => marks);
      for (const { bus } of nodes) {
        const key = `mark ${Math.random()}`;
        bus.publishUse([{ key, tokens: 1 }]);
        await until(() => heard.filter((marks) => marks.has(key)).length === count - 1, 'the marks');
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { close } of opened) await close();
      await store.close();
      await nats[Symbol.asyncDispose]();
      folder.remove();
    },
  };
  await cluster.connected();
  return cluster;
}

interface NodeParts {
  readonly nats: TestNats;
  readonly store: FeedStore;
  readonly clock: ManualClock;
  readonly cursors: Cursors;
}

function openNode({ nats, store, clock, cursors }: NodeParts) {
  const connect = () => connectTo({ urls: [nats.url], credentials: null }, 'a node');
  const log = { connected() {}, away() {}, refused: (error: Error) => void failures.push(error) };
  const failures: unknown[] = [];
  const real = openNatsBus({ space: 'store', connect, clock: systemClock, random, log });
  const losses: Losses = { changes: false, heads: false, store: false };
  const bus = lossy(real, losses);
  const marks = new Set<string>();
  bus.listen({ used: (uses) => uses.forEach(({ key }) => void marks.add(key)) });
  const reads = { changes: 0, heads: 0 };
  const read = counted(store.read, reads, losses);
  const fanOut = new FanOut({ read, cursors, clock });
  const onFailure = (error: unknown): void => void failures.push(error);
  const waits = new Waits(clock);
  const relay = new Relay({ bus, fanOut, waits, read, clock, onFailure });
  const publisher = openPublisher();
  publisher.follow((changes) => relay.follow(changes));
  const committer = openCommitter({ store, clock, publisher, onFailure });
  const device = (user: UserKey, visibility: Visibility = null) =>
    openDevice(fanOut, cursors, user, visibility);
  return {
    node: { bus, fanOut, committer, losses, reads, failures, device } satisfies TestNode,
    marks,
    async close() {
      await committer.drain();
      relay.close();
      fanOut.drain(random);
      await bus.close();
    },
  };
}

function lossy(bus: Bus, losses: Losses): Bus {
  return {
    get connected() {
      return bus.connected;
    },
    listen: (listener) => bus.listen(listener),
    publish: (changes) => void (losses.changes || bus.publish(changes)),
    publishHeads: (heads) => void (losses.heads || bus.publishHeads(heads)),
    publishUse: (uses) => bus.publishUse(uses),
    publishNode: (fact) => bus.publishNode(fact),
    join: (user) => bus.join(user),
    leave: (user) => bus.leave(user),
    close: () => bus.close(),
  };
}

function counted(read: FeedReader, reads: TestNode['reads'], losses: Losses): FeedReader {
  return {
    ...read,
    changes(...args) {
      reads.changes++;
      return read.changes(...args);
    },
    heads(users) {
      reads.heads++;
      if (losses.store) return Promise.reject(new StoreError('unavailable', 'the store is away'));
      return read.heads(users);
    },
  };
}

function openDevice(fanOut: FanOut, cursors: Cursors, user: UserKey, visibility: Visibility): TestDevice {
  const frames: Frame[] = [];
  const sink = {
    write: (frame: { json: string }) => frames.push(JSON.parse(frame.json) as Frame) > 0,
    heartbeat: () => true,
    close() {},
    cut() {},
  };
  const options = {
    user,
    visibility,
    expiresAt: Number.MAX_SAFE_INTEGER,
    origin: null,
    subscription: null,
    sink,
  };
  const stream = fanOut.join(options, null);
  const changes = () => frames.filter((frame) => frame.type === 'change');
  return {
    ...{ user, visibility, frames },
    change: (nth) => until(() => changes()[nth - 1], `change ${nth} of ${changes().length}`),
    sequences: () =>
      frames.flatMap((frame) =>
        'cursor' in frame ? [cursors.read(user, visibility, frame.cursor).seq] : [],
      ),
    leave: () => fanOut.leave(stream),
  };
}
