import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import { given } from '@carillon/testing/feed/credentials.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { migrate } from '../../src/store/sqlite/maintenance/migrate.ts';
import { openRegistry } from '../../src/store/sqlite/registry/registry.ts';
import { namesakesOpen, registryContract } from './registry.ts';

registryContract('SQLite', async () => {
  const folder = tempFolder();
  const path = join(folder.path, 'data', 'registry.db');
  const hub = await openRegistry(path);
  hub.startServing();
  const command = await openRegistry(path);
  return {
    hub,
    command,
    async [Symbol.asyncDispose]() {
      await hub.close();
      await command.close();
      folder.remove();
    },
  };
});

test('the registry file, which holds the signing key, is for its owner alone', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const path = join(folder.path, 'registry.db');
  await (await openRegistry(path)).close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

describe('the key of push credentials', () => {
  const wns = { clientId: 'client', clientSecret: 'a secret to look for' };

  function folderOf(context: TestContext) {
    const folder = tempFolder();
    context.after(folder.remove);
    const keyFile = join(folder.path, 'secret.key');
    const open = async (key: Buffer | null = null) => {
      const registry = await openRegistry(join(folder.path, 'registry.db'), () => key);
      context.after(() => registry.close());
      return registry.credentials;
    };
    return { path: folder.path, keyFile, open };
  }

  test('is a file for its owner alone, made with the first credentials and not before', async (context) => {
    const { keyFile, open } = folderOf(context);
    const credentials = await open();
    assert.equal(credentials.find('app', 'wns'), null);
    assert.equal(existsSync(keyFile), false);
    await credentials.put('app', 'wns', given('wns', wns), 1);
    assert.equal(statSync(keyFile).mode & 0o777, 0o600);
    assert.deepEqual(
      readdirSync(join(keyFile, '..')).filter((name) => name.startsWith('secret.key.')),
      [],
    );
    assert.deepEqual((await open()).find('app', 'wns'), wns);
  });

  test('is the operator’s own when one is given, and then no file is made', async (context) => {
    const { keyFile, open } = folderOf(context);
    const key = randomBytes(32);
    await (await open(key)).put('app', 'wns', given('wns', wns), 1);
    assert.equal(existsSync(keyFile), false);
    assert.deepEqual((await open(key)).find('app', 'wns'), wns);
  });

  test('alone opens them: no byte of a secret is in the database', async (context) => {
    const { path, open } = folderOf(context);
    await (await open()).put('app', 'wns', given('wns', wns), 1);
    for (const name of readdirSync(path)) {
      const bytes = readFileSync(join(path, name));
      assert.ok(!bytes.includes(wns.clientSecret), `${name} holds the secret`);
    }
  });

  test('that is another one, missing or broken is told with the name of its variable', async (context) => {
    const { keyFile, open } = folderOf(context);
    await (await open()).put('app', 'wns', given('wns', wns), 1);
    const wrong = /wns credentials of the app app are encrypted under another key: set CARILLON_SECRET_KEY/;
    await assert.rejects(async () => (await open(randomBytes(32))).find('app', 'wns'), wrong);
    assert.equal((await open(randomBytes(32))).list('app').length, 1, 'what is no secret needs no key');
    writeFileSync(keyFile, 'short');
    await assert.rejects(
      async () => (await open()).find('app', 'wns'),
      /holds no 32 bytes in base64: .* CARILLON_SECRET_KEY/,
    );
    rmSync(keyFile);
    await assert.rejects(async () => (await open()).find('app', 'wns'), wrong);
  });

  test('never becomes a second one beside the first, except for the credentials that are replaced', async (context) => {
    const { open } = folderOf(context);
    const [first, second] = [randomBytes(32), randomBytes(32)];
    await (await open(first)).put('app', 'wns', given('wns', wns), 1);
    await assert.rejects(
      (await open(second)).put('other', 'wns', given('wns', wns), 1),
      /another key: .* Nothing was stored/,
    );
    assert.equal((await open(second)).find('other', 'wns'), null);
    await (await open(second)).put('app', 'wns', given('wns', wns), 2);
    await (await open(second)).put('other', 'wns', given('wns', wns), 2);
    assert.deepEqual((await open(second)).find('app', 'wns'), wns);
  });

  test('binds each row to its app and kind', async (context) => {
    const { path, open } = folderOf(context);
    await (await open()).put('app', 'wns', given('wns', wns), 1);
    const db = new DatabaseSync(join(path, 'registry.db'));
    db.exec("UPDATE credential SET app = 'thief'");
    db.close();
    await assert.rejects(async () => (await open()).find('thief', 'wns'), /encrypted under another key/);
  });
});

test('the audit is never changed, not by SQL either', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const path = join(folder.path, 'registry.db');
  const registry = await openRegistry(path);
  await registry.audit.record(
    { at: 1, who: 'olga', from: '192.0.2.7', what: 'putApp', on: 'apps/a' },
    async () => {},
  );
  await registry.close();
  const db = new DatabaseSync(path);
  context.after(() => db.close());
  assert.throws(() => db.exec("UPDATE audit SET who = 'nobody'"), /never changed/);
  assert.throws(() => db.exec('DELETE FROM audit'), /never removed/);
});

test('two users of an older version whose names fold alike do not keep it from opening', async (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const path = join(folder.path, 'registry.db');
  await namesakesOpen({
    open: () => openRegistry(path),
    async run(sql) {
      const db = new DatabaseSync(path);
      db.exec(sql);
      db.close();
    },
  });
});

describe('migrations', () => {
  const first = { name: '0001', sql: 'CREATE TABLE one(id INTEGER)' };
  const second = { name: '0002', sql: 'CREATE TABLE two(id INTEGER)' };
  const tables = (db: DatabaseSync) =>
    db.prepare("SELECT name FROM sqlite_schema WHERE name IN ('one', 'two') ORDER BY name").all().length;

  test('each runs once, in order', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db, [first]);
    migrate(db, [first, second]);
    migrate(db, [first, second]);
    assert.equal(tables(db), 2);
  });

  test('a changed one is refused, and nothing runs', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db, [first]);
    assert.throws(
      () => migrate(db, [{ ...first, sql: 'SELECT 1' }, second]),
      /0001 was changed after it ran/,
    );
    assert.equal(tables(db), 1);
  });

  test('a database of a newer version is refused', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db, [first, second]);
    assert.throws(() => migrate(db, [first]), /newer Carillon \(it has 0002\)/);
  });

  test('a failing one leaves the database as it was', () => {
    const db = new DatabaseSync(':memory:');
    assert.throws(() => migrate(db, [first, { name: '0002', sql: 'NONSENSE' }]), /syntax error/);
    assert.equal(tables(db), 0);
  });
});
