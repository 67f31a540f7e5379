import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { given } from '@carillon/testing/feed/credentials.ts';
import { until } from '@carillon/testing/hub/hub.ts';
import { type Call, script, startRegistryProcess } from '@carillon/testing/hub/registry-process.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { Client } from 'pg';
import type { App } from '../../src/model/app.ts';
import { openRegistry } from '../../src/store/postgres/registry/registry.ts';
import type { Registry } from '../../src/store/registry.ts';
import { StoreError } from '../../src/store/store.ts';
import { namesakesOpen, registryContract } from './registry.ts';

/** The class of the advisory locks on versions of apps. */
const appLocks = 0x7265_6701;
const key = Buffer.alloc(32, 7);
const wns = { clientId: 'client', clientSecret: 'a secret to look for' };
const entry = { at: 1, who: 'olga', from: '192.0.2.7', what: 'putApp', on: 'apps/a' };

registryContract('PostgreSQL', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const hub = await openRegistry(url, () => key);
  const command = await openRegistry(url, () => key);
  return {
    hub,
    command,
    async [Symbol.asyncDispose]() {
      await hub.close();
      await command.close();
    },
  };
});

test('two users of an older version in PostgreSQL whose names fold alike do not keep it from opening', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  await namesakesOpen({
    open: () => openRegistry(url),
    run: async (sql) => void (await server.query(url, sql)),
  });
});

/** A fresh database; what was opened on it is closed with the test. */
async function fresh(context: TestContext) {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  return {
    server,
    url,
    async open(secretKey: Buffer | null = key): Promise<Registry> {
      const registry = await openRegistry(url, () => secretKey);
      context.after(() => registry.close());
      return registry;
    },
    async startProcess() {
      const started = await startRegistryProcess(url);
      context.after(() => started[Symbol.asyncDispose]());
      return started;
    },
    query: (sql: string) => server.query(url, sql),
  };
}

function app(id: string, host: string, secretHash = 'hash'): App {
  const client = { clientId: id, public: false, secretHash, redirectUris: [] };
  return { id, hosts: [host], blocked: false, clients: [client] };
}

const isUnavailable = (error: unknown) => error instanceof StoreError && error.fault === 'unavailable';

const ticketOf = (id: string) => ({ id, opensUntil: 9000, heldUntil: 900_000, comesBack: false });

describe('the key of push credentials in PostgreSQL', () => {
  test('is the operator’s own: without one everything but storing them works, and it says why', async (context) => {
    const { open } = await fresh(context);
    const { credentials, apps } = await open(null);
    const refused =
      /not stored without a key to encrypt them with: set CARILLON_SECRET_KEY to 32 bytes in base64/;
    await assert.rejects(credentials.put('app', 'wns', given('wns', wns), 1), refused);
    assert.equal(credentials.find('app', 'wns'), null);
    await apps.put(app('app', 'a.example'));
    assert.equal(apps.list().length, 1);
  });

  test('alone opens them: no secret is in a dump of the database', async (context) => {
    const { open, query } = await fresh(context);
    const registry = await open();
    await registry.audit.record(entry, ({ credentials }) =>
      credentials.put('app', 'wns', given('wns', wns), 1),
    );
    const privateKey = 'a private key to look for';
    await registry.credentials.put('app', 'apns', given('apns', { teamId: 'T', keyId: 'K', privateKey }), 1);
    const [dump] = await query(`SELECT database_to_xml(true, false, '')::text AS xml`);
    const xml = dump?.xml as string;
    assert.match(xml, /apns/, 'the dump has the rows');
    for (const secret of [wns.clientSecret, privateKey, key.toString('base64'), key.toString('hex')]) {
      assert.ok(!xml.includes(secret), `the database holds ${secret}`);
    }
  });

  test('that is another one or missing is told with the name of its variable', async (context) => {
    const { open } = await fresh(context);
    await (await open()).credentials.put('app', 'wns', given('wns', wns), 1);
    const wrong = /wns credentials of the app app are encrypted under another key: set CARILLON_SECRET_KEY/;
    await assert.rejects(async () => (await open(randomBytes(32))).credentials.find('app', 'wns'), wrong);
    await assert.rejects(async () => (await open(null)).credentials.find('app', 'wns'), wrong);
    assert.equal((await open(null)).credentials.list('app').length, 1, 'what is no secret needs no key');
  });

  test('never becomes a second one beside the first, except for the credentials that are replaced', async (context) => {
    const { open } = await fresh(context);
    const first = (await open(randomBytes(32))).credentials;
    const second = (await open(randomBytes(32))).credentials;
    await first.put('app', 'wns', given('wns', wns), 1);
    await assert.rejects(
      second.put('other', 'wns', given('wns', wns), 1),
      /another key: .* Nothing was stored/,
    );
    assert.equal(second.find('other', 'wns'), null);
    await second.put('app', 'wns', given('wns', wns), 2);
    await second.put('other', 'wns', given('wns', wns), 2);
    assert.deepEqual(second.find('app', 'wns'), wns);
  });

  test('binds each row to its app and kind', async (context) => {
    const { open, query } = await fresh(context);
    await (await open()).credentials.put('app', 'wns', given('wns', wns), 1);
    await query("UPDATE credential SET app = 'thief'");
    await assert.rejects(
      async () => (await open()).credentials.find('thief', 'wns'),
      /encrypted under another key/,
    );
  });
});

test('the audit is never changed, not by SQL either', async (context) => {
  const { open, query } = await fresh(context);
  const { audit } = await open();
  await audit.record(entry, async () => {});
  await assert.rejects(query("UPDATE audit SET who = 'nobody'"), /never changed/);
  await assert.rejects(query('DELETE FROM audit'), /never removed/);
  await assert.rejects(query('TRUNCATE audit'), /never removed/);
  assert.equal((await audit.list({ before: null, limit: 9 })).length, 1);
});

test('an audited write is undone when one of its statements failed, even when the caller goes on', async (context) => {
  const { audit, apps } = await (await fresh(context)).open();
  const recording = audit.record(entry, async (within) => {
    await within.apps.put(app('a', 'a.example'));
    // The database refuses half a millisecond; the caller hides it.
    await within.hostClaims.put({ app: 'a', host: 'h', value: 'v', claimedAt: 1.5 }).catch(() => {});
  });
  await assert.rejects(recording, StoreError);
  assert.equal(apps.findById('a'), null);
  await apps.put(app('b', 'a.example'));
  assert.deepEqual(
    apps.list().map(({ id }) => id),
    ['b'],
  );
});

test('a text may hold what PostgreSQL can not, and is told apart from what stands for it', async (context) => {
  const { grants, meta } = await (await fresh(context)).open();
  const record = {
    model: 'Session',
    payload: { state: 'a\0b' },
    grantId: null,
    uid: null,
    userCode: null,
    account: null,
  };
  for (const id of ['a\0b', 'a\x1a0b', 'a\x1ab']) {
    await grants.put({ ...record, id, expiresAt: null });
    assert.equal((await grants.find('Session', id))?.id, id);
    await grants.consume('Session', id, 7);
    assert.deepEqual((await grants.find('Session', id))?.payload, { state: 'a\0b', consumed: 7 });
  }
  assert.equal(await grants.find('Session', '\0'), null);
  assert.equal(await meta.read('\0'), null);
});

describe('several hubs on one PostgreSQL', () => {
  test('what one writes counts for the next call of another, without a wait', async (context) => {
    const { open, startProcess } = await fresh(context);
    const registry = await open();
    const other = await startProcess();
    for (let round = 0; round < 30; round += 1) {
      const hash = `hash ${round}`;
      await other.run([['apps', 'put', app('a', 'a.example', hash)]]);
      assert.equal(registry.apps.findByClient('a')?.clients[0]?.secretHash, hash);
      await registry.credentials.put('a', 'wns', given('wns', { ...wns, clientSecret: hash }), round);
      const [found] = await other.run([['credentials', 'find', 'a', 'wns']]);
      assert.deepEqual(found, { value: { ...wns, clientSecret: hash } });
    }
  });

  test('start at once on an empty database, and one makes the tables', async (context) => {
    const { startProcess } = await fresh(context);
    const both = await Promise.all([startProcess(), startProcess(), startProcess()]);
    for (const each of both) assert.deepEqual(await each.run([['apps', 'list']]), [{ value: [] }]);
  });

  test('spend a ticket once', async (context) => {
    const { startProcess } = await fresh(context);
    const both = await Promise.all([startProcess(), startProcess()]);
    const calls = Array.from(
      { length: 200 },
      (_, index): Call => ['tickets', 'spend', ticketOf(`t${index}`), 1],
    );
    const answers = await Promise.all(both.map((each) => each.run(calls)));
    for (const [index, [, , ticket]] of calls.entries()) {
      const spent = answers.map((each) => (each[index] as { value: unknown }).value);
      assert.deepEqual(spent.sort(), ['first', null], JSON.stringify(ticket));
    }
  });

  test('hold a ticket until the one that has it is killed', async (context) => {
    const { startProcess } = await fresh(context);
    const [one, other] = [await startProcess(), await startProcess()];
    const spend = async (by: typeof one, now: number) =>
      (await by.run([['tickets', 'spend', { ...ticketOf('t'), comesBack: true }, now]]))[0];
    assert.deepEqual(await spend(one, 1), { value: 'first' });
    assert.deepEqual(await spend(other, 2), { value: null });
    one.process.kill('SIGKILL');
    await until(async () => JSON.stringify(await spend(other, 3)) === '{"value":"again"}');
    await other[Symbol.asyncDispose]();
    const third = await startProcess();
    // From then on its stream is away.
    const isLost = async () => {
      await third.run([['tickets', 'releaseLost', 4]]);
      return JSON.stringify(await spend(third, 60_004)) === '{"value":null}';
    };
    await until(isLost);
    assert.deepEqual(await spend(third, 60_003), { value: 'again' });
  });

  test('give a host and a client id to one app', async (context) => {
    const { open, startProcess } = await fresh(context);
    const both = await Promise.all([startProcess(), startProcess()]);
    const rounds = Array.from({ length: 40 }, (_, index) => index);
    const answers = await Promise.all(
      both.map((each, at) =>
        each.run(rounds.map((round): Call => ['apps', 'put', app(`app${at}-${round}`, `${round}.example`)])),
      ),
    );
    for (const round of rounds) {
      const errors = answers.flatMap((each) => {
        const answer = each[round];
        return answer && 'error' in answer ? [answer.error] : [];
      });
      assert.equal(errors.length, 1, `${round}.example has one owner`);
      assert.match(
        errors[0] ?? '',
        new RegExp(`${round}\\.example already belongs to the app app[01]-${round}`),
      );
    }
    assert.equal((await open()).apps.list().length, rounds.length);
  });

  test('take their claims from the one that is killed or stopped, and go on', async (context) => {
    const { open, startProcess } = await fresh(context);
    const registry = await open();
    const [killed, stopped] = await Promise.all([startProcess(), startProcess()]);
    killed.process.kill('SIGKILL');
    stopped.process.kill('SIGSTOP');
    await registry.apps.put(app('a', 'a.example'));
    await registry.apps.put(app('a', 'a.example', 'new'));
    assert.equal(registry.apps.findByClient('a')?.clients[0]?.secretHash, 'new');
    stopped.process.kill('SIGCONT');
    await until(async () => {
      const [found] = await stopped.run([['apps', 'findById', 'a']]);
      return ((found as { value: App | null }).value?.clients[0]?.secretHash ?? null) === 'new';
    });
  });
});

test('a change waits for a hub that is more than one version behind', async (context) => {
  const { url, open, query } = await fresh(context);
  const registry = await open();
  await registry.apps.put(app('a', 'a.example'));
  // As a hub that has not read the first change yet, when the second is committed.
  const behind = new Client({ connectionString: url });
  await behind.connect();
  const [{ version }] = (await query("SELECT version FROM part_version WHERE part = 'app'")) as [
    { version: string },
  ];
  await behind.query(`SELECT pg_advisory_lock_shared(${appLocks}, ${Number(version) - 1})`);
  let confirmed = false;
  const changing = registry.apps.put(app('a', 'a.example', 'new')).then(() => {
    confirmed = true;
  });
  const waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
  await until(async () => ((await query(waiting)) as unknown[]).length === 1);
  assert.equal(confirmed, false);
  await behind.end();
  await changing;
});

describe('while PostgreSQL is away', () => {
  test('what is known is served, all else fails as unavailable, and works again after its return', async (context) => {
    const { server, open } = await fresh(context);
    const registry = await open();
    await registry.apps.put(app('a', 'a.example'));
    await registry.credentials.put('a', 'wns', given('wns', wns), 1);
    await server.stop();
    try {
      assert.equal(registry.apps.findByClient('a')?.id, 'a');
      assert.deepEqual(registry.credentials.find('a', 'wns'), wns);
      assert.equal(registry.credentials.list('a').length, 1);
      await assert.rejects(registry.apps.put(app('b', 'b.example')), isUnavailable);
      await assert.rejects(registry.tickets.spend(ticketOf('ticket'), 1), isUnavailable);
      await assert.rejects(
        registry.audit.record(entry, async () => {}),
        isUnavailable,
      );
      await assert.rejects(registry.grants.find('Session', 'one'), isUnavailable);
    } finally {
      await server.start();
    }
    await until(() => succeeds(() => registry.apps.put(app('b', 'b.example'))));
    assert.deepEqual(
      registry.apps.list().map(({ id }) => id),
      ['a', 'b'],
    );
    assert.equal(await registry.tickets.spend(ticketOf('ticket'), 1), 'first');
  });

  test('what changed meanwhile counts after its return', async (context) => {
    const { server, url, open } = await fresh(context);
    const registry = await open();
    await registry.apps.put(app('a', 'a.example'));
    // As a restored backup: other rows under the same version.
    await server.query(url, 'UPDATE app SET doc = $1', [JSON.stringify(app('a', 'a.example', 'new'))]);
    await server.query(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'carillon-registry' AND datname = current_database()`,
    );
    await until(() => registry.apps.findById('a')?.clients[0]?.secretHash === 'new');
    await until(() => succeeds(() => registry.meta.read('key')));
  });

  test('a server that answers nothing is found out, and nothing of the transaction is left', async (context) => {
    const { server, open } = await fresh(context);
    const registry = await open();
    try {
      const recording = registry.audit.record(entry, async ({ apps }) => {
        await apps.put(app('a', 'a.example'));
        server.freeze();
      });
      await assert.rejects(recording, isUnavailable);
      await assert.rejects(registry.meta.read('key'), isUnavailable);
      assert.equal(registry.apps.findById('a'), null);
    } finally {
      server.thaw();
    }
    await until(() => succeeds(() => registry.apps.put(app('b', 'a.example'))));
    assert.equal(registry.apps.findById('a'), null);
    assert.deepEqual(await registry.audit.list({ before: null, limit: 9 }), []);
  });

  test('none is opened, and it says why without the password', async () => {
    const opening = () => openRegistry('postgres://carillon:hush@127.0.0.1:1/carillon');
    await assert.rejects(opening, (error) => isUnavailable(error) && /ECONNREFUSED/.test(String(error)));
    await assert.rejects(opening, (error) => !String((error as Error).stack).includes('hush'));
  });
});

test('a migration that was changed is refused', async (context) => {
  const { open, query } = await fresh(context);
  await open();
  await query("UPDATE migration SET sha256 = 'another' WHERE name = '0001-registry'");
  await assert.rejects(open(), /Migration 0001-registry was changed after it ran on this database/);
});

test('an open registry keeps no process alive', async (context) => {
  const { url } = await fresh(context);
  const child = spawn(process.execPath, [script, url, 'forget to close'], { stdio: 'inherit' });
  context.after(() => child.kill('SIGKILL'));
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

async function succeeds(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isUnavailable(error)) return false;
    throw error;
  }
}
