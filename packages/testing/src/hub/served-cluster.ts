// `carillon serve` several times over one PostgreSQL and one NATS, all of them processes of their own that a test may
// kill; the simulated providers live on in the test's. Alice has four devices.

import { dirname, join } from 'node:path';
import { startPush } from '../feed/push.ts';
import { startNats } from '../machine/nats.ts';
import { startPostgres } from '../machine/postgres.ts';
import { type Answered, freePort } from './hub.ts';
import { tempFolder } from './identity.ts';
import { type Served, serve } from './served.ts';
import { postgresAt, secretKey } from './store-place.ts';

export const publicUrl = 'http://bells.example';

/** The promise is two seconds; the rest is for a machine that runs all of this at once. */
export const answerMaxMs = 2000 + 8000;

/** An answer, or a failure with a name when there is none in time. */
export async function inTime(asking: Promise<Answered>): Promise<Answered> {
  const late = Promise.withResolvers<never>();
  // bound: a request that hangs fails its test here
  const bound = setTimeout(() => late.reject(new Error('no answer in time')), answerMaxMs);
  try {
    return await Promise.race([asking, late.promise]);
  } finally {
    clearTimeout(bound);
  }
}

export interface ServedNode {
  readonly baseUrl: string;
  readonly served: Served;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

export type ServedCluster = Awaited<ReturnType<typeof serveCluster>>;

/** A test, or its file. */
interface Closing {
  after(close: () => Promise<void>): void;
}

export async function serveCluster(context: Closing, count: number) {
  const closers: (() => unknown)[] = [];
  context.after(async () => {
    for (const close of closers.reverse()) await close();
  });
  const postgres = await startPostgres();
  closers.push(() => postgres[Symbol.asyncDispose]());
  const nats = await startNats();
  closers.push(() => nats[Symbol.asyncDispose]());
  const url = await postgres.createDatabase();
  const { settings, environment } = postgresAt(url);
  const own = { ...settings, 'public-url': publicUrl };
  const push = await startPush({ settings: own, environment, store: 'sqlite' });
  closers.push(() => push[Symbol.asyncDispose]());
  const devices = await push.fourDevices();
  const secret = push.hub.sealKey;
  const token = push.hub.token({ user: 'alice' });
  const subject = push.hub.userIds.alice;
  await push.stop();
  const ca = join(dirname(push.hub.dataDir), 'providers', 'ca.pem');

  /** Of the node alone: `env`, and the way to the database. */
  const start = async (env: Record<string, string> = {}, database = url): Promise<ServedNode> => {
    const folder = tempFolder();
    closers.push(folder.remove);
    const port = String(await freePort());
    const stores = ['--database-url', database, '--embedded-provider', '--nats-url', nats.url];
    const place = ['--port', port, '--public-url', publicUrl, '--drain-delay', '0', '--throttle', 'off'];
    const rest = ['--allow-private-push', '--push-ca', ca];
    const variables = { CARILLON_SECRET_KEY: secretKey, CARILLON_LOG_LEVEL: 'fatal', ...env };
    const served = serve(folder.path, [...stores, ...place, ...rest], variables);
    const kill = async (): Promise<void> => {
      served.process.kill('SIGKILL');
      await served.ended;
    };
    closers.push(kill);
    await served.ready;
    return { baseUrl: `http://127.0.0.1:${port}`, served, kill };
  };
  const nodes = await Promise.all(Array.from({ length: count }, () => start()));
  const servers = { postgres, nats, push, simulator: push.simulator, devices };
  return { ...servers, url, token, subject, secret, nodes, start };
}
