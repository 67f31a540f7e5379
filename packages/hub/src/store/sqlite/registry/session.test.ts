// A registry that another process has locked is refused within two seconds, by a clock that the test drives.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { random } from '../../../lib/random.ts';
import { StoreError } from '../../store.ts';
import { SqliteSession } from './session.ts';
import { ThreadLink } from './thread-link.ts';

for (const [what, ask] of [
  ['a statement', (session: SqliteSession) => session.query('DELETE FROM app')],
  ['a transaction', (session: SqliteSession) => session.atomically(async () => {})],
] as const) {
  test(`${what} is refused after less than two seconds of a lock, and works once it is released`, async (context) => {
    const folder = tempFolder();
    context.after(folder.remove);
    const path = join(folder.path, 'registry.db');
    const clock = new ManualClock();
    const thread = new ThreadLink(path, clock);
    const session = new SqliteSession({ thread, clock, random, onCommit: () => {} });
    context.after(() => session.close());
    await ask(session);

    const other = new DatabaseSync(path, { timeout: 5000 });
    other.exec('BEGIN EXCLUSIVE');
    const refused = assert.rejects(
      ask(session),
      (error) => error instanceof StoreError && error.fault === 'unavailable',
    );
    clock.advance(1800);
    await refused;
    other.exec('ROLLBACK');
    other.close();
    await ask(session);
  });
}
