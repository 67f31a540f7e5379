// A hub that pushes as a process of its own, on either store, so that a test can kill it; the simulated providers live on in
// the test's.
//   const { start, devices } = await openServedPush(context, 'postgres');
//   const served = await start();
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Served, serve } from '../hub/served.ts';
import { postgresAt, type StoreName, secretKey } from '../hub/store-place.ts';
import { sharedPostgres } from '../machine/postgres.ts';
import { startPush } from './push.ts';

/** Alice's four devices are registered with a hub, which is closed again so that others may serve its data. */
export async function openServedPush(context: TestContext, store: StoreName = 'sqlite') {
  const url = store === 'postgres' ? await (await sharedPostgres()).createDatabase() : null;
  const push = await startPush({ store: 'sqlite', ...(url === null ? {} : postgresAt(url)) });
  const devices = await push.fourDevices();
  const { dataDir, baseUrl } = push.hub;
  const token = push.hub.token({ user: 'alice' });
  await push.stop();
  const running: Served[] = [];
  context.after(async () => {
    for (const served of running) served.process.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await push[Symbol.asyncDispose]();
  });
  const ca = join(dirname(dataDir), 'providers', 'ca.pem');
  const place = url === null ? [] : ['--database-url', url, '--embedded-provider', '--public-url', baseUrl];
  /** At another port it has a folder of its own, as another node does. */
  const start = async (port = new URL(baseUrl).port): Promise<Served> => {
    const own = ['--port', port, '--throttle', 'off', '--log-level', 'error'];
    const args = [...place, ...own, '--allow-private-push', '--push-ca', ca];
    const isFirst = port === new URL(baseUrl).port;
    const served = serve(
      isFirst ? dataDir : join(dirname(dataDir), port),
      args,
      url === null ? {} : { CARILLON_SECRET_KEY: secretKey },
    );
    running.push(served);
    await served.ready;
    return served;
  };
  return { push, simulator: push.simulator, devices, baseUrl, token, url, start };
}

export type ServedPush = Awaited<ReturnType<typeof openServedPush>>;
