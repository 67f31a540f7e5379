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
import { registryContract } from './registry.ts';

registryContract('SQLite', async () => {
  const folder = tempFolder();
  const path = join(folder.path, 'data', 'registry.db');
  const hub = openRegistry(path);
  const command = openRegistry(path);
  return {
    hub,
    command,
    async [Symbol.asyncDispose]() {
      hub.close();
      command.close();
      folder.remove();
    },
  };
});

test('the registry file, which holds the signing key, is for its owner alone', (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const path = join(folder.path, 'registry.db');
  openRegistry(path).close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

describe('the key of push credentials', () => {
  const wns = { clientId: 'client', clientSecret: 'a secret to look for' };

  function folderOf(context: TestContext) {
    const folder = tempFolder();
    context.after(folder.remove);
    const keyFile = join(folder.path, 'secret.key');
    const open = (key: Buffer | null = null) => {
      const registry = openRegistry(join(folder.path, 'registry.db'), () => key);
      context.after(() => registry.close());
      return registry.credentials;
    };
    return { path: folder.path, keyFile, open };
  }

  test('is a file for its owner alone, made with the first credentials and not before', (context) => {
    const { keyFile, open } = folderOf(context);
    const credentials = open();
    assert.equal(credentials.find('app', 'wns'), null);
    assert.equal(existsSync(keyFile), false);
    credentials.put('app', 'wns', given('wns', wns), 1);
    assert.equal(statSync(keyFile).mode & 0o777, 0o600);
    assert.deepEqual(
      readdirSync(join(keyFile, '..')).filter((name) => name.startsWith('secret.key.')),
      [],
    );
    assert.deepEqual(open().find('app', 'wns'), wns);
  });

  test('is the operator’s own when one is given, and then no file is made', (context) => {
    const { keyFile, open } = folderOf(context);
    const key = randomBytes(32);
    open(key).put('app', 'wns', given('wns', wns), 1);
    assert.equal(existsSync(keyFile), false);
    assert.deepEqual(open(key).find('app', 'wns'), wns);
  });

  test('alone opens them: no byte of a secret is in the database', (context) => {
    const { path, open } = folderOf(context);
    open().put('app', 'wns', given('wns', wns), 1);
    for (const name of readdirSync(path)) {
      const bytes = readFileSync(join(path, name));
      assert.ok(!bytes.includes(wns.clientSecret), `${name} holds the secret`);
    }
  });

  test('that is another one, missing or broken is told with the name of its variable', (context) => {
    const { keyFile, open } = folderOf(context);
    open().put('app', 'wns', given('wns', wns), 1);
    const wrong = /wns credentials of the app app are encrypted under another key: set CARILLON_SECRET_KEY/;
    assert.throws(() => open(randomBytes(32)).find('app', 'wns'), wrong);
    assert.equal(open(randomBytes(32)).list('app').length, 1, 'what is no secret needs no key');
    writeFileSync(keyFile, 'short');
    assert.throws(() => open().find('app', 'wns'), /holds no 32 bytes in base64: .* CARILLON_SECRET_KEY/);
    rmSync(keyFile);
    assert.throws(() => open().find('app', 'wns'), wrong);
  });

  test('never becomes a second one beside the first, except for the credentials that are replaced', (context) => {
    const { open } = folderOf(context);
    const [first, second] = [randomBytes(32), randomBytes(32)];
    open(first).put('app', 'wns', given('wns', wns), 1);
    assert.throws(
      () => open(second).put('other', 'wns', given('wns', wns), 1),
      /another key: .* Nothing was stored/,
    );
    assert.equal(open(second).find('other', 'wns'), null);
    open(second).put('app', 'wns', given('wns', wns), 2);
    open(second).put('other', 'wns', given('wns', wns), 2);
    assert.deepEqual(open(second).find('app', 'wns'), wns);
  });

  test('binds each row to its app and kind', (context) => {
    const { path, open } = folderOf(context);
    open().put('app', 'wns', given('wns', wns), 1);
    const db = new DatabaseSync(join(path, 'registry.db'));
    db.exec("UPDATE credential SET app = 'thief'");
    db.close();
    assert.throws(() => open().find('thief', 'wns'), /encrypted under another key/);
  });
});

test('the audit is never changed, not by SQL either', (context) => {
  const folder = tempFolder();
  context.after(folder.remove);
  const path = join(folder.path, 'registry.db');
  const registry = openRegistry(path);
  registry.audit.record({ at: 1, who: 'olga', what: 'putApp', on: 'apps/a' }, () => {});
  registry.close();
  const db = new DatabaseSync(path);
  context.after(() => db.close());
  assert.throws(() => db.exec("UPDATE audit SET who = 'nobody'"), /never changed/);
  assert.throws(() => db.exec('DELETE FROM audit'), /never removed/);
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
