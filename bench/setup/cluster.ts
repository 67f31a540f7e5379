// Nodes of one hub over a real PostgreSQL and a real NATS server, all on this machine; PostgreSQL waits for its disk at
// each commit, as in production. Apps, keys and feeds come from a data folder, as `carillon migrate` brings them.
import { randomBytes } from 'node:crypto';
import { startNats } from '@carillon/testing/machine/nats.ts';
import { type PostgresServer, startPostgres } from '@carillon/testing/machine/postgres.ts';
import { moveToPostgres } from '../../packages/hub/src/hub/maintenance/migrate.ts';
import { type Child, type SharedServers, startHub } from './child-process.ts';
import { makeDataDir, removeDataDir } from './world.ts';

export interface BenchCluster {
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  /** Another database on the same servers, filled from a folder of its own. */
  addDatabase(dataDir?: string): Promise<string>;
  startNode(databaseUrl?: string, env?: Readonly<Record<string, string>>): Promise<Child>;
  /** Nodes that are still there end with the benchmark. */
  close(): Promise<void>;
}

export const clusterAbout =
  'PostgreSQL with fsync and synchronous_commit on, and the settings of its distribution otherwise; one NATS server';

export async function openCluster(dataDir = makeDataDir()): Promise<BenchCluster> {
  const [postgres, nats] = [await startPostgres(), await startNats()];
  const secretKey = randomBytes(32);
  const fill = async (from: string): Promise<string> => {
    const to = await postgres.createDatabase();
    await moveToPostgres({
      dataDir: from,
      to,
      secretKey,
      now: Date.now(),
      by: { who: 'bench', from: 'command' },
    });
    removeDataDir(from);
    return to;
  };
  const databaseUrl = await fill(dataDir);
  const startNode = (url = databaseUrl, env = {}): Promise<Child> => {
    const shared: SharedServers = {
      databaseUrl: url,
      natsUrl: nats.url,
      secretKey: secretKey.toString('base64'),
    };
    return startHub({ dataDir: makeDataDir(), shared, env });
  };
  return {
    postgres,
    databaseUrl,
    addDatabase: (from = makeDataDir()) => fill(from),
    startNode,
    async close() {
      await postgres[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}
