// Secrets and keys are replaced by commands beside a hub under load, seen from outside: creates, streams, sign-ins and
// refreshes go on without one failure. With SQLite, and on two nodes over PostgreSQL.
import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { startLoad } from '@carillon/testing/hub/rotation-load.ts';
import { postgresAt, type StoreName } from '@carillon/testing/hub/store-place.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';

interface Place {
  readonly hubs: readonly TestHub[];
  /** Runs a command beside the hubs, and answers what it printed. */
  readonly run: (...args: string[]) => Promise<Record<string, unknown>>;
}

async function open(context: TestContext, store: StoreName): Promise<Place> {
  const port = String(await freePort());
  const publicUrl = { 'public-url': `http://127.0.0.1:${port}` };
  const { settings, environment } =
    store === 'sqlite'
      ? { settings: {}, environment: {} }
      : postgresAt(await (await sharedPostgres()).createDatabase());
  const start = (more: Record<string, string>) =>
    startHub({ store: 'sqlite', settings: { ...settings, ...publicUrl, ...more }, environment });
  const hubs = [await start({ port })];
  if (store === 'postgres') hubs.push(await start({}));
  context.after(() => Promise.all(hubs.map((hub) => hub.close())));
  const { runBeside } = commandLine(context, hubs[0]?.dataDir);
  const at =
    settings['database-url'] === undefined ? [] : ['--database-url', String(settings['database-url'])];
  return {
    hubs,
    async run(...args) {
      const { status, stdout, stderr } = await runBeside([...args, ...at], { env: environment });
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout) as Record<string, unknown>;
    },
  };
}

for (const store of ['sqlite', 'postgres'] as const) {
  suite(`with ${store}, while the hub is used`, () => {
    test('a client gets a new secret, and the one before works until it is ended', async (context) => {
      const { hubs, run } = await open(context, store);
      const load = await startLoad(hubs);
      await load.more(2);
      const { clientSecret } = await run('app', 'new-secret', '--id', 'app-a');
      await load.more(2);
      load.useSecret(String(clientSecret));
      await load.more(2);
      // A request that began before has ended: the next secret ends this one and the first at once.
      await load.end();
      await run('app', 'new-secret', '--id', 'app-a', '--now');
      for (const hub of hubs) {
        for (const ended of ['secret of app-a', String(clientSecret)]) {
          const form = { grant_type: 'client_credentials', client_id: 'app-a', client_secret: ended };
          const body = new URLSearchParams(form);
          const answer = await fetch(`${hub.baseUrl}/identity/token`, { method: 'POST', body });
          assert.equal(answer.status, 401);
        }
      }
    });
  });
}
