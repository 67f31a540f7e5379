// SQLite's log beside a reader that keeps a snapshot open, such as a backup of the operator's: it can't begin anew before
// the reader ends, and is cut soon afterwards.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { postWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { openFeedStore } from '../../src/store/sqlite/feed/feed-store.ts';

const planner = new URL(import.meta.resolve('@carillon/testing/feed/declared-planner.ts'));
const mebibyte = 1024 * 1024;
/** The log's size at a checkpoint: a file that a reader let grow is cut to it, or to nothing. */
const usualBytes = 12_000 * 4096;
const content = JSON.stringify({ payload: { rawContent: 'x'.repeat(30_000) } });

test('the log grows beside a long reader, and is cut soon after that has ended', async () => {
  const folder = tempFolder();
  const path = join(folder.path, 'feed.db');
  const store = await openFeedStore({ path, planner });
  const reader = new DatabaseSync(path, { readOnly: true });
  const logBytes = (): number => statSync(`${path}-wal`).size;
  const write = async (count: number): Promise<void> => {
    const batch = Array.from({ length: count }, (_, at) =>
      postWrite({ content, by: at % 2 ? 'alice' : 'bob' }),
    );
    await store.commit(batch, startMs);
  };
  try {
    await write(1);
    reader.exec('BEGIN');
    assert.equal(reader.prepare('SELECT count(*) AS n FROM notification').get()?.n, 1);
    while (logBytes() < 64 * mebibyte) await write(100);
    // The reader still sees its snapshot, and writing goes on.
    assert.equal(reader.prepare('SELECT count(*) AS n FROM notification').get()?.n, 1);
    reader.exec('COMMIT');
    // As many pages as lie between two tries, and some.
    for (let written = 0; written < 8 * mebibyte; written += 100 * content.length) await write(100);
    await write(1);
    assert.ok(logBytes() <= usualBytes, `${logBytes()} bytes`);
    assert.ok(statSync(path).size > 60 * mebibyte);
  } finally {
    reader.close();
    await store.close();
    folder.remove();
  }
});
