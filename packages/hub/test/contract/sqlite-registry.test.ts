import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import { openRegistry } from '../../src/store/sqlite/registry.ts';
import { tempFolder } from '../support/identity.ts';
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
