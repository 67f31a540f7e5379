// Where the registry file is asked: here until the hub serves, then by a thread that begins and ends as it is needed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { random } from '../../../lib/random.ts';
import { StoreError } from '../../store.ts';
import { SqliteSession } from './session.ts';
import { ThreadLink } from './thread-link.ts';

const quietMs = 60_000;
const write = "INSERT INTO fact VALUES ($1, 'x')";

function openSession(context: TestContext) {
  const folder = tempFolder();
  context.after(folder.remove);
  const clock = new ManualClock();
  const link = new ThreadLink(join(folder.path, 'registry.db'), clock);
  const session = new SqliteSession({ thread: link, clock, random, onCommit: () => {} });
  const threads: Worker[] = [];
  const note = (worker: Worker): void => void threads.push(worker);
  process.on('worker', note);
  context.after(() => process.off('worker', note));
  context.after(() => session.close());
  const countRows = async (): Promise<unknown> =>
    (await session.query('SELECT count(*) AS rows FROM fact')).rows[0]?.rows;
  return { clock, link, session, threads, countRows };
}

test('no thread begins before the hub serves and something is asked', async (context) => {
  const { link, session, threads } = openSession(context);
  await session.query(write, 'a');
  link.startServing();
  assert.equal(threads.length, 0);
});

test('what is asked at once begins one thread, which ends after a quiet minute and begins again', async (context) => {
  const { clock, link, session, threads, countRows } = openSession(context);
  link.startServing();
  await Promise.all(Array.from({ length: 50 }, (_, each) => session.query(write, `${each}`)));
  assert.equal(threads.length, 1);
  const ended = once(threads[0] as Worker, 'exit');
  clock.advance(quietMs - 1);
  assert.equal(await countRows(), 50);
  clock.advance(quietMs - 1);
  assert.equal(await countRows(), 50);
  assert.equal(threads.length, 1);
  clock.advance(quietMs);
  await ended;
  assert.equal(await countRows(), 50);
  assert.equal(threads.length, 2);
});

test('a transaction that began before the hub serves ends where it began', async (context) => {
  const { link, session, threads, countRows } = openSession(context);
  await session.atomically(async (within) => {
    await within.query(write, 'a');
    link.startServing();
    await within.query(write, 'b');
  });
  assert.equal(threads.length, 0);
  assert.equal(await countRows(), 2);
  assert.equal(threads.length, 1);
});

test('whoever asked a thread that was lost is refused with its whole transaction, and the next begins another', async (context) => {
  const { link, session, threads, countRows } = openSession(context);
  link.startServing();
  const lost = session.atomically(async (within) => {
    await within.query(write, 'a');
    await threads[0]?.terminate();
    await within.query(write, 'b').catch(() => {}); // hidden, and nothing of the transaction is kept all the same
  });
  await assert.rejects(lost, (error) => error instanceof StoreError && error.fault === 'unavailable');
  assert.equal(await countRows(), 0);
  assert.equal(threads.length, 2);
});
