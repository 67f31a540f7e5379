// From the request at one node to the frame that another node writes to the user's device, through PostgreSQL and NATS.
import { openStreams } from '../../load/stream-connection.ts';
import type { Benchmark } from '../../measure/figure.ts';
import { clusterAbout, openCluster } from '../../setup/cluster.ts';
import { users } from '../../setup/world.ts';
import { figures, kinds, runCreates, userCount, Watch } from './live.ts';

const perSecond = 300;

export const nodes: Benchmark = {
  name: 'nodes',
  about:
    `${userCount} users, each with one SSE and one WebSocket stream at node B; ${perSecond} creates/s at node A, both over ` +
    `one ${clusterAbout}, all on this machine; otherwise as in live.`,
  async run() {
    const cluster = await openCluster();
    const a = await cluster.startNode();
    const b = await cluster.startNode();
    const watch = new Watch();
    const people = users(userCount);
    const each = kinds.flatMap((kind) =>
      people.map((user) => ({
        port: b.port,
        kind,
        user,
        onText: (text: string) => watch.read(kind, text),
        onEnd: (error: Error) => watch.fail(error),
      })),
    );
    const streams = await openStreams(each);
    await runCreates(a.port, people, watch, perSecond);
    const measured = figures('create → device at another node', watch.take(), { half: 10, most: 50 });
    for (const stream of streams) stream.close();
    await a.stop();
    await b.stop();
    await cluster.close();
    return measured;
  },
};
