// What becomes of SQLite's files between two starts: the log stays small, and a store that holds less than it had stored is
// refused by serve and doctor, with the ways out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, type TestContext, test } from 'node:test';
import { launcher } from '@carillon/testing/hub/command.ts';
import { freePort, post, send } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { type Served, seedData, serve } from '@carillon/testing/hub/served.ts';

const feed = '/v1.0/me/notifications';
/** The issuer of tokens, wherever a copy of the data is served. */
const publicUrl = 'http://bells.example';
const raw = 'x'.repeat(6000);
/** More writes than may be lost unnoticed, all after the cut in the middle of the log. */
const writes = 700;

/** A test, or the file. */
interface Closing {
  after(close: () => Promise<void>): void;
}

/** `from`: a folder whose files it begins with. */
async function open(context: Closing, from?: { readonly folder: string; readonly token: string }) {
  const folder = tempFolder();
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  if (from) cpSync(from.folder, folder.path, { recursive: true });
  const token = from?.token ?? (await seedData(folder.path, publicUrl));
  const running: Served[] = [];
  const start = (): Served => {
    const own = [
      '--port',
      String(port),
      '--public-url',
      publicUrl,
      '--throttle',
      'off',
      '--log-level',
      'error',
    ];
    const served = serve(folder.path, own);
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
  return { folder: folder.path, baseUrl, token, start, path, size, fill, run };
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

/** Data of a hub that was filled and killed with everything in its log. */
const left = await leave();

/** A copy of it. */
function openLeft(context: TestContext): Promise<Opened> {
  return open(context, left);
}

async function leave(): Promise<Opened> {
  const opened = await open({ after });
  const served = opened.start();
  await served.ready;
  await opened.fill(writes);
  served.process.kill('SIGKILL');
  await served.ended;
  return opened;
}

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

interface Damage {
  readonly damage: (opened: Opened) => void;
  readonly reason: RegExp;
}

/** The file that says how far the feeds had come is gone too: the registry remembers it. */
const damagesWithStamp: Record<string, Damage> = {
  'every file of the feeds that is missing': {
    damage: ({ folder, path }) => {
      for (const name of readdirSync(folder)) if (name.startsWith('feed.')) rmSync(path(name));
    },
    reason: /holds nothing, and \d+ had been stored \(feed\.progress is missing, registry\.db remembers it\)/,
  },
  'an emptied feed.db beside an emptied stamp': {
    damage: ({ path }) => {
      for (const name of ['feed.progress', 'feed.db']) truncateSync(path(name), 0);
    },
    reason: /holds nothing, and \d+ had been stored \(the stamp in feed\.progress can not be read, registry/,
  },
  'an emptied feed.db beside a stamp full of zeros': {
    damage: ({ path }) => {
      writeFileSync(path('feed.progress'), Buffer.alloc(17));
      truncateSync(path('feed.db'), 0);
    },
    reason: /holds nothing, and \d+ had been stored \(the stamp in feed\.progress can not be read, registry/,
  },
  'a log that is missing with its stamp': {
    damage: ({ path }) => {
      for (const name of ['feed.progress', 'feed.db-wal']) rmSync(path(name));
    },
    reason:
      /holds \d+ writes, and \d+ had been stored \(feed\.progress is missing, registry\.db remembers it\)/,
  },
  'a cut log beside a stamp that was cut short': {
    damage: ({ path, size }) => {
      truncateSync(path('feed.progress'), 8);
      truncateSync(path('feed.db-wal'), size('feed.db-wal') >> 1);
    },
    reason:
      /holds \d+ writes, and \d+ had been stored \(the stamp in feed\.progress can not be read, registry/,
  },
};

const everyDamage: Record<string, Damage> = {
  ...Object.fromEntries(
    Object.entries(damages).map(([what, damage]) => [what, { damage, reason: /had been stored, so/ }]),
  ),
  ...damagesWithStamp,
};

for (const [what, { damage, reason }] of Object.entries(everyDamage)) {
  test(`${what} is refused by start and doctor, until the generation is raised`, async (context) => {
    const opened = await openLeft(context);
    const { start, run, baseUrl, token } = opened;
    damage(opened);
    const refused = start();
    assert.equal(await refused.ended, 78, refused.errors());
    assert.match(
      refused.errors(),
      /^carillon: data-dir .*feed\.db.* commits are lost.*generation raise[^\n]*\n$/,
    );
    assert.match(refused.errors(), reason);
    const doctor = run('doctor');
    assert.equal(doctor.status, 1);
    assert.match(doctor.stdout, reason);
    assert.doesNotMatch(doctor.stdout, /let the user that runs the hub read and write/);
    assert.match(doctor.stdout, /^fail {2}feed {2}.*commits are lost.*generation raise/m);
    assert.equal(run('generation', 'raise').status, 0);
    const served = start();
    await served.ready;
    const { status, text } = await send(`${baseUrl}${feed}`, 'POST', { token, body: post() });
    assert.equal(status, 201, text);
  });
}

test('a hub that was killed is no damage: it starts, and doctor finds its data whole', async (context) => {
  const { start, run } = await openLeft(context);
  assert.match(run('doctor').stdout, /^ok {4}feed {2}/m);
  const served = start();
  await served.ready;
  assert.match(run('doctor').stdout, /^ok {4}feed {2}/m);
});

const isMark = "key = 'feed-progress'";

/** How many rows of the registry it changes. */
function marks(registry: string, change: string): number {
  using db = new DatabaseSync(registry);
  return Number(db.prepare(change).run().changes);
}

test('a stamp that is gone or unreadable does not keep whole data from being served, nor does it stay so', async (context) => {
  const { start, run, path } = await openLeft(context);
  for (const damage of [() => rmSync(path('feed.progress')), () => truncateSync(path('feed.progress'), 0)]) {
    damage();
    assert.match(run('doctor').stdout, /^ok {4}feed {2}/m);
    const served = start();
    await served.ready;
    served.process.kill('SIGTERM');
    assert.equal(await served.ended, 0);
    assert.match(readFileSync(path('feed.progress'), 'utf8'), /^\d{16}\n$/);
  }
});

test('feeds that hold nothing yet are made, and their loss is noticed from the first start on', async (context) => {
  const { start, run, path } = await open(context);
  writeFileSync(path('feed.db'), '');
  assert.match(run('doctor').stdout, /^ok {4}feed {2}.*not made yet/m);
  const served = start();
  await served.ready;
  served.process.kill('SIGKILL');
  await served.ended;
  for (const name of ['feed.db', 'feed.db-wal', 'feed.db-shm', 'feed.progress'])
    rmSync(path(name), { force: true });
  const refused = start();
  assert.equal(await refused.ended, 78, refused.errors());
});

test('a registry of an earlier version has no mark, and the hub starts and makes one', async (context) => {
  const { start, path } = await openLeft(context);
  assert.equal(marks(path('registry.db'), `DELETE FROM fact WHERE ${isMark}`), 1);
  rmSync(path('feed.progress'));
  const served = start();
  await served.ready;
  served.process.kill('SIGTERM');
  assert.equal(await served.ended, 0);
  // What a killed hub had not counted yet is fewer than may be lost unnoticed.
  const made = `DELETE FROM fact WHERE ${isMark} AND CAST(value AS INTEGER) >= ${writes - 256}`;
  assert.equal(marks(path('registry.db'), made), 1);
});

test('a backup that was restored has the mark of its own feeds', async (context) => {
  const { start, run, fill, path } = await open(context);
  const first = start();
  await first.ready;
  await fill(100);
  first.process.kill('SIGTERM');
  assert.equal(await first.ended, 0);
  // As if the registry had been copied long after the feeds.
  assert.equal(marks(path('registry.db'), `UPDATE fact SET value = '1000000' WHERE ${isMark}`), 1);
  assert.equal(run('backup', '--to', path('backup')).status, 0);
  const restored = await open(context);
  rmSync(restored.path('registry.db'));
  const { status, stderr } = restored.run('restore', '--from', path('backup'));
  assert.equal(status, 0, stderr);
  const served = restored.start();
  await served.ready;
  served.process.kill('SIGTERM');
  assert.equal(await served.ended, 0);

  const lost = await open(context);
  rmSync(lost.path('registry.db'));
  assert.equal(lost.run('restore', '--from', path('backup')).status, 0);
  rmSync(lost.path('feed.db'));
  const refused = lost.start();
  assert.equal(await refused.ended, 78, refused.errors());
});

test('only its owner may read the data, also in a folder that was open to others', {
  skip: process.platform === 'win32',
}, async (context) => {
  const { folder, start, path } = await open(context);
  const ofOthers = (): string[] =>
    readdirSync(folder).filter((name) => (statSync(path(name)).mode & 0o077) !== 0);
  const served = start();
  await served.ready;
  for (const name of ['feed.db', 'feed.db-wal', 'feed.progress', 'registry.db', 'hub.lock', 'hub.serving'])
    assert.ok(readdirSync(folder).includes(name), name);
  assert.deepEqual(ofOthers(), []);
  served.process.kill('SIGKILL');
  await served.ended;
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder)) chmodSync(path(name), 0o644);
  const again = start();
  await again.ready;
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.deepEqual(ofOthers(), []);
});
