// What becomes of SQLite's files between two starts: the log stays small, and a store that holds less than it had stored is
// refused by serve and doctor, with the ways out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, openSync, readSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { launcher } from '@carillon/testing/hub/command.ts';
import { freePort, post, send } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { type Served, seedData, serve } from '@carillon/testing/hub/served.ts';

const feed = '/v1.0/me/notifications';
const raw = 'x'.repeat(6000);
/** More writes than may be lost unnoticed, all after the cut in the middle of the log. */
const writes = 700;

async function open(context: TestContext) {
  const folder = tempFolder();
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const token = await seedData(folder.path, baseUrl);
  const running: Served[] = [];
  const start = (): Served => {
    const served = serve(folder.path, ['--port', String(port), '--throttle', 'off', '--log-level', 'error']);
    running.push(served);
    return served;
  };
  context.after(async () => {
    for (const served of running) served.process.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    folder.remove();
  });
  const path = (name: string): string => join(folder.path, name);
  const size = (name: string): number => statSync(path(name), { throwIfNoEntry: false })?.size ?? 0;
  const fill = async (count: number): Promise<void> => {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const body = post({ payload: { rawContent: raw } });
        const { status, text } = await send(`${baseUrl}${feed}`, 'POST', { token, body });
        assert.equal(status, 201, text);
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
  };
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [launcher, ...args, '--data-dir', folder.path], { encoding: 'utf8' });
  /** Served, filled, and killed with everything in the log. */
  const leave = async (): Promise<void> => {
    const served = start();
    await served.ready;
    await fill(writes);
    served.process.kill('SIGKILL');
    await served.ended;
  };
  return { folder: folder.path, baseUrl, token, start, path, size, fill, run, leave };
}

test('however often a hub is killed and started, its log does not keep the data', async (context) => {
  const { start, fill, size } = await open(context);
  for (let life = 0; life < 3; life++) {
    const served = start();
    await served.ready;
    assert.ok(size('feed.db-wal') < 1024 * 1024, `life ${life}: ${size('feed.db-wal')} bytes of log`);
    await fill(120);
    served.process.kill('SIGKILL');
    await served.ended;
  }
  const last = start();
  await last.ready;
  assert.ok(size('feed.db') > 3 * 120 * raw.length, `${size('feed.db')} bytes of feed.db`);
  await fill(20);
  last.process.kill('SIGTERM');
  assert.equal(await last.ended, 0);
  assert.equal(size('feed.db-wal'), 0);
});

type Opened = Awaited<ReturnType<typeof open>>;

const damages: Record<string, (opened: Opened) => void> = {
  'a log that was cut in the middle': ({ path, size }) =>
    truncateSync(path('feed.db-wal'), size('feed.db-wal') >> 1),
  'a log with one flipped byte in its middle': ({ path, size }) => {
    const file = openSync(path('feed.db-wal'), 'r+');
    const at = size('feed.db-wal') >> 1;
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, at);
    byte[0] = (byte[0] as number) ^ 1;
    writeSync(file, byte, 0, 1, at);
  },
  'a log that is missing': ({ path }) => rmSync(path('feed.db-wal')),
  'a feed.db that was emptied': ({ path }) => truncateSync(path('feed.db'), 0),
  'a feed.db that is missing, with its log': ({ path }) => {
    for (const name of ['feed.db', 'feed.db-wal', 'feed.db-shm']) rmSync(path(name), { force: true });
  },
};

for (const [what, damage] of Object.entries(damages)) {
  test(`${what} is refused by start and doctor, until the generation is raised`, async (context) => {
    const opened = await open(context);
    const { start, run, leave, baseUrl, token } = opened;
    await leave();
    damage(opened);
    const refused = start();
    assert.equal(await refused.ended, 78, refused.errors());
    assert.match(
      refused.errors(),
      /^carillon: data-dir .*feed\.db.* commits are lost.*generation raise[^\n]*\n$/,
    );
    const doctor = run('doctor');
    assert.equal(doctor.status, 1);
    assert.match(doctor.stdout, /^fail {2}feed {2}.*commits are lost.*generation raise/m);
    assert.equal(run('generation', 'raise').status, 0);
    const served = start();
    await served.ready;
    const { status, text } = await send(`${baseUrl}${feed}`, 'POST', { token, body: post() });
    assert.equal(status, 201, text);
  });
}

test('a hub that was killed is no damage: it starts, and doctor finds its data whole', async (context) => {
  const { start, run, leave } = await open(context);
  await leave();
  assert.match(run('doctor').stdout, /^ok {4}feed {2}/m);
  const served = start();
  await served.ready;
  assert.match(run('doctor').stdout, /^ok {4}feed {2}/m);
});

test('only its owner may read the data, also in a folder that was open to others', {
  skip: process.platform === 'win32',
}, async (context) => {
  const { folder, start, path, size } = await open(context);
  chmodSync(folder, 0o755);
  const served = start();
  await served.ready;
  assert.ok(size('feed.db') > 0);
  const modes = ['', 'feed.db', 'feed.db-wal', 'registry.db'].map(
    (name) => statSync(path(name)).mode & 0o777,
  );
  assert.deepEqual(modes, [0o700, 0o600, 0o600, 0o600]);
});
