// Backups of both stores, taken beside a running hub and restored into an empty place: what comes back, what is void
// afterwards, and what is refused.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeServiceAccount } from '@carillon/simulators';
import { given } from '@carillon/testing/feed/credentials.ts';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, post, startHub, subscribe, type TestHub } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import type { BackupManifest } from '../../../src/store/backup.ts';
import { splitUrl } from '../../../src/store/postgres/maintenance/tools.ts';

const feed = '/v1.0/me/notifications';
const secretKey = randomBytes(32).toString('base64');

/** One place for data: a folder of its own, and for PostgreSQL a database. */
interface Place {
  readonly dataDir: string;
  /** Of commands. */
  readonly at: readonly string[];
  readonly settings: Readonly<Record<string, string | boolean>>;
}

type OpenPlace = (context: TestContext) => Promise<Place>;

const openSqlite: OpenPlace = async (context) => ({ dataDir: folderOf(context), at: [], settings: {} });

const openPostgres: OpenPlace = async (context) => {
  const url = await (await sharedPostgres()).createDatabase();
  const settings = { 'database-url': url, 'embedded-provider': true };
  return { dataDir: folderOf(context), at: ['--database-url', url], settings };
};

const stores: readonly (readonly [name: string, open: OpenPlace])[] = [
  ['SQLite', openSqlite],
  ['PostgreSQL', openPostgres],
];

function folderOf(context: TestContext): string {
  const folder = tempFolder();
  context.after(folder.remove);
  return folder.path;
}

/** The port is part of the issuer, and with it of who a user is. */
function start({ dataDir, settings }: Place, port: number): Promise<TestHub> {
  const environment = { CARILLON_SECRET_KEY: secretKey };
  const all = { ...settings, port: String(port), 'allow-private-push': true };
  return startHub({ dataDir, environment, settings: all });
}

/** A device whose provider never answers, so that its pushes stay on their way. */
async function subscribeUnreachable(hub: TestHub): Promise<string> {
  const { serviceAccount } = makeServiceAccount({
    projectId: 'contoso',
    tokenUri: 'https://127.0.0.1:9/token',
  });
  await hub.registry.credentials.put(
    'app-a',
    'fcm',
    given('fcm', { serviceAccount, baseUrl: 'https://127.0.0.1:9' }),
    1,
  );
  return subscribe(hub, { platformType: 'android', channel: { type: 'fcm', token: 'a'.repeat(40) } });
}

async function create(hub: TestHub, title: string): Promise<string> {
  const body = post({ payload: { visualContent: { title } } });
  const { status, json } = await hub.request('POST', feed, { token: hub.token({ user: 'alice' }), body });
  assert.equal(status, 201);
  return json.id as string;
}

async function readDelta(hub: TestHub, cursor?: string) {
  const query = cursor === undefined ? '' : `?$deltatoken=${cursor}`;
  const answer = await hub.request('GET', `${feed}/delta${query}`, { token: hub.token({ user: 'alice' }) });
  const link = answer.json['@odata.deltaLink'] as string | undefined;
  const ids = ((answer.json.value ?? []) as { id: string }[]).map(({ id }) => id);
  return { answer, ids, cursor: /deltatoken=([^&]+)/.exec(link ?? '')?.[1] as string };
}

async function deliveryOf(hub: TestHub, id: string) {
  const token = hub.token({ user: 'alice' });
  const { json } = await hub.request('GET', `${feed}/${id}/deliveries`, { token });
  return json.value[0] as { status: string; reason: string | null };
}

function readManifest(folder: string): BackupManifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as BackupManifest;
}

const rowsOf = ({ files }: BackupManifest, table: string): number =>
  files.map(({ tables }) => tables[table] ?? 0).reduce((sum, each) => sum + each, 0);

for (const [name, open] of stores) {
  test(`${name}: what was backed up beside a running hub comes back, and later cursors are void`, async (context) => {
    const [from, to] = [await open(context), await open(context)];
    const [port, backup] = [await freePort(), join(folderOf(context), 'first')];
    const { runBeside } = commandLine(context, from.dataDir);
    const hub = await start(from, port);
    const place = await subscribeUnreachable(hub);
    const kept = await create(hub, 'before the backup');
    const early = await readDelta(hub);
    const taken = await runBeside(['backup', '--to', backup, ...from.at]);
    assert.equal(taken.status, 0, taken.stderr);
    assert.match(taken.stdout, /1 notification/);
    const lost = await create(hub, 'after the backup');
    const late = await readDelta(hub, early.cursor);
    assert.deepEqual(late.ids, [lost]);
    await hub.close();

    const checked = await runBeside(['restore', '--from', backup, '--check']);
    assert.equal(checked.status, 0, checked.stderr);
    const restored = await commandLine(context, to.dataDir).runBeside([
      'restore',
      '--from',
      backup,
      ...to.at,
    ]);
    assert.equal(restored.status, 0, restored.stderr);
    assert.match(restored.stdout, /1 open pushes are withdrawn/);

    const again = await start(to, port);
    context.after(() => again.close());
    for (const { cursor } of [early, late])
      assertError((await readDelta(again, cursor)).answer, { status: 410, code: 'resyncRequired' });
    const ask = { baseUrl: again.baseUrl, token: again.token({ user: 'alice' }) };
    const stream = await openSseReader({ ...ask, query: `?$deltatoken=${late.cursor}` });
    assert.equal((await stream.next('resync')).type, 'resync');
    const fresh = await readDelta(again);
    assert.deepEqual(fresh.ids, [kept]);
    const subscription = `/v1.0/me/notificationSubscriptions/${place}`;
    assert.equal((await again.request('GET', subscription, { token: ask.token })).status, 200, 'the UNS-ID');
    const { status, reason } = await deliveryOf(again, kept);
    assert.deepEqual(
      [status, reason],
      ['withdrawn', 'a backup was restored: it may have been pushed before'],
    );
    assert.partialDeepStrictEqual(again.registry.credentials.find('app-a', 'fcm'), {
      baseUrl: 'https://127.0.0.1:9',
    });
    const next = await create(again, 'after the restore');
    assert.deepEqual((await readDelta(again, fresh.cursor)).ids, [next]);
    assert.equal((await again.registry.audit.list({ before: null, limit: 1 }))[0]?.what, 'restore');
  });

  test(`${name}: nothing is written over, and a backup that was changed is refused`, async (context) => {
    const from = await open(context);
    const backup = join(folderOf(context), 'first');
    const { run } = commandLine(context, from.dataDir);
    await (await start(from, await freePort())).close();
    assert.equal(run(['backup', '--to', backup, ...from.at]).status, 0);
    const before = readFileSync(join(backup, 'manifest.json'), 'utf8');
    const second = run(['backup', '--to', backup, ...from.at]);
    assert.deepEqual([second.status, /never written over another/.test(second.stderr)], [1, true]);
    assert.equal(readFileSync(join(backup, 'manifest.json'), 'utf8'), before);
    assert.ok(!readdirSync(backup).includes('secret.key'));
    const onTop = run(['restore', '--from', backup, ...from.at]);
    assert.equal(onTop.status, 1);
    assert.match(onTop.stderr, /without data|into an empty one/);

    const { files } = readManifest(backup);
    const path = join(backup, files[0]?.name ?? '');
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    writeFileSync(path, bytes);
    const to = await open(context);
    for (const more of [['--check'], to.at]) {
      const refused = commandLine(context, to.dataDir).run(['restore', '--from', backup, ...more]);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /differs from what was backed up/);
    }
    assert.ok(!existsSync(join(to.dataDir, 'feed.db')));
  });

  test(`${name}: a backup taken while the hub is written to is of one moment`, async (context) => {
    const from = await open(context);
    const backup = join(folderOf(context), 'busy');
    const { runBeside } = commandLine(context, from.dataDir);
    await using hub = await start(from, await freePort());
    for (let index = 0; index < 20; index++) await create(hub, `before ${index}`);
    let done = false;
    const running = runBeside(['backup', '--to', backup, ...from.at]).finally(() => {
      done = true;
    });
    let created = 20;
    for (; !done && created < 5000; created++) await create(hub, `beside ${created}`);
    const { status, stderr } = await running;
    assert.equal(status, 0, stderr);
    const rows = rowsOf(readManifest(backup), 'notification');
    assert.ok(rows >= 20 && rows <= created, `${rows} of ${created}`);
    assert.equal((await runBeside(['restore', '--from', backup, '--check'])).status, 0);
  });

  test(`${name}: --push-again leaves what was on its way, and a second restore is another generation`, async (context) => {
    const from = await open(context);
    const [port, backup] = [await freePort(), join(folderOf(context), 'first')];
    const { runBeside } = commandLine(context, from.dataDir);
    const hub = await start(from, port);
    await subscribeUnreachable(hub);
    const kept = await create(hub, 'on its way');
    assert.equal((await runBeside(['backup', '--to', backup, ...from.at])).status, 0);
    await hub.close();
    const generations: unknown[] = [];
    for (const more of [['--push-again'], []]) {
      const to = await open(context);
      const ran = commandLine(context, to.dataDir).run([
        'restore',
        '--from',
        backup,
        '--json',
        ...more,
        ...to.at,
      ]);
      generations.push(JSON.parse(ran.stdout).generation);
      await using again = await start(to, port);
      const expected = more.length > 0 ? /^(pending|sent)$/ : /^withdrawn$/;
      assert.match((await deliveryOf(again, kept)).status, expected);
    }
    assert.equal(new Set([1, ...generations]).size, 3);
  });

  test(`${name}: raising the generation makes cursors void from the next start on`, async (context) => {
    const from = await open(context);
    const port = await freePort();
    const { run, runBeside } = commandLine(context, from.dataDir);
    const hub = await start(from, port);
    await create(hub, 'one');
    const { cursor } = await readDelta(hub);
    if (name === 'SQLite') {
      const refused = await runBeside(['generation', 'raise', ...from.at]);
      assert.deepEqual([refused.status, /already serves/.test(refused.stderr)], [78, true]);
    }
    await hub.close();
    assert.equal(run(['generation', 'raise', ...from.at]).status, 0);
    await using again = await start(from, port);
    assertError((await readDelta(again, cursor)).answer, { status: 410, code: 'resyncRequired' });
    assert.equal((await readDelta(again)).ids.length, 1);
  });
}

test('without pg_dump it says what to install, and leaves no manifest', async (context) => {
  const place = await openPostgres(context);
  await (await start(place, await freePort())).close();
  const backup = join(folderOf(context), 'first');
  const { run } = commandLine(context, place.dataDir);
  const { status, stderr } = run(['backup', '--to', backup, ...place.at], { env: { PATH: '/nowhere' } });
  assert.equal(status, 1);
  assert.match(stderr, /pg_dump was not found: install PostgreSQL's client programs/);
  assert.ok(!existsSync(join(backup, 'manifest.json')));
});

test('a backup of one store is not restored into the other', async (context) => {
  const [sqlite, postgres] = [await openSqlite(context), await openPostgres(context)];
  const backup = join(folderOf(context), 'first');
  const { run } = commandLine(context, sqlite.dataDir);
  await (await start(sqlite, await freePort())).close();
  assert.equal(run(['backup', '--to', backup]).status, 0);
  const { status, stderr } = run(['restore', '--from', backup, ...postgres.at]);
  assert.deepEqual([status, /The backup is of SQLite/.test(stderr)], [1, true]);
});

test('the password goes through the environment, not the command line', () => {
  const { shown, env } = splitUrl(
    'postgres://me:s%40crit@db.example/bells?sslmode=require&uselibpqcompat=true',
    {},
  );
  assert.deepEqual([shown, env.PGPASSWORD], ['postgres://me@db.example/bells?sslmode=require', 's@crit']);
});
