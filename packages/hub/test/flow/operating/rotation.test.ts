// Secrets and keys are replaced by commands beside a hub under load, seen from outside: creates, streams, sign-ins and
// refreshes go on without one failure. With SQLite, and on two nodes over PostgreSQL.
import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, post, startHub, subscribe, type TestHub, until } from '@carillon/testing/hub/hub.ts';
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

/** Ids of the keys that resource servers find. */
async function publishedAt({ baseUrl }: TestHub): Promise<string[]> {
  const answer = await fetch(`${baseUrl}/identity/keys`);
  const { keys } = (await answer.json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

function keyOf(token: string): string {
  const [header = ''] = token.split('.');
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
}

async function issuedAt({ baseUrl }: TestHub): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: 'app-a',
    client_secret: 'secret of app-a',
  };
  const answer = await fetch(`${baseUrl}/identity/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** What all nodes answer the token. */
async function statusAt(hubs: readonly TestHub[], token: string): Promise<number> {
  const answers = await Promise.all(
    hubs.map((hub) => hub.request('GET', '/v1.0/me/notifications', { token })),
  );
  const [status = 0, ...others] = answers.map((each) => each.status);
  assert.ok(others.every((each) => each === status));
  return status;
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

    test('the provider gets a new signing key, and tokens of the one before stay good', async (context) => {
      const { hubs, run } = await open(context, store);
      const [front] = hubs as [TestHub];
      const load = await startLoad(hubs);
      await load.more(1);
      const [first] = await publishedAt(front);
      const old = front.token({ user: 'alice' });
      assert.equal(keyOf(old), first);
      const announced = await run('keys', 'rotate', 'signing', '--json');
      for (const hub of hubs) assert.deepEqual(await publishedAt(hub), [first, announced.keyId]);
      assert.equal(keyOf(front.token({ user: 'alice' })), first, 'it is published before it signs');
      await load.more(1);
      const signing = await run('keys', 'rotate', 'signing', '--lead', '0', '--json');
      for (const hub of hubs)
        assert.deepEqual(await publishedAt(hub), [signing.keyId, first, announced.keyId]);
      assert.equal(keyOf(front.token({ user: 'alice' })), signing.keyId);
      await load.more(2);
      await load.end();
      const fresh = await issuedAt(front);
      assert.equal(keyOf(fresh), signing.keyId);
      assert.equal(await statusAt(hubs, old), 200);
      const last = await run('keys', 'rotate', 'signing', '--now', '--json');
      for (const hub of hubs) assert.deepEqual(await publishedAt(hub), [last.keyId]);
      assert.equal(await statusAt(hubs, old), 401);
      assert.equal(await statusAt(hubs, front.token({ user: 'alice' })), 200);
    });

    test('cookies and what is sealed get new keys, and all that was given out before stays good', async (context) => {
      const { hubs, run } = await open(context, store);
      const [front] = hubs as [TestHub];
      const load = await startLoad(hubs);
      await load.more(1);
      const token = front.token({ user: 'alice' });
      const unsId = await subscribe(front, { token });
      const { json: delta } = await front.request('GET', '/v1.0/me/notifications/delta', { token });
      const cursor = new URL(delta['@odata.deltaLink'] ?? delta['@odata.nextLink']).search;
      await run('keys', 'rotate', 'cookie', '--json');
      await run('keys', 'rotate', 'sealing', '--json');
      await load.more(1);
      for (const hub of hubs)
        await until(async () => (await subscribe(hub, { token })) !== unsId, 'the new key seals');
      await load.more(3);
      const headers = { 'x-uns-id': unsId };
      const readAll = () =>
        Promise.all(
          hubs.flatMap((hub) => [
            hub.request('POST', '/v1.0/me/notifications', { token, headers, body: post() }),
            hub.request('GET', `/v1.0/me/notifications/delta${cursor}`, { token }),
          ]),
        );
      for (const { status, text } of await readAll()) assert.ok(status < 300, text);
      await load.end();
      await run('keys', 'rotate', 'sealing', '--now', '--json');
      for (const { status } of await readAll()) assert.ok(status >= 400);
    });
  });
}
