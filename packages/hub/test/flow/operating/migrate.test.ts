// From SQLite to PostgreSQL: what devices and apps held before stays good after, and nothing is moved by halves.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { makeServiceAccount } from '@carillon/simulators';
import { given } from '@carillon/testing/feed/credentials.ts';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { freePort, post, startHub, subscribe, type TestHub } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { verdictCodes } from '../../../src/store/codes.ts';
import type { MovedTable } from '../../../src/store/transfer.ts';

const feed = '/v1.0/me/notifications';
const preferences = '/v1.0/me/notificationPreferences';
const fcmChannel = { type: 'fcm', token: 'a'.repeat(40) };

async function openPlaces(context: TestContext) {
  const folders = [tempFolder(), tempFolder()] as const;
  for (const { remove } of folders) context.after(remove);
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const query = (sql: string) => server.query(url, sql);
  return { dataDir: folders[0].path, nodeDir: folders[1].path, url, query, port: String(await freePort()) };
}

type Places = Awaited<ReturnType<typeof openPlaces>>;
type Environment = Readonly<Record<string, string>>;

function serveSqlite({ dataDir, port }: Places): Promise<TestHub> {
  return startHub({ dataDir, settings: { port, 'allow-private-push': true } });
}

function servePostgres({ nodeDir, port, url }: Places, environment: Environment = {}): Promise<TestHub> {
  const settings = { port, 'allow-private-push': true, 'database-url': url, 'embedded-provider': true };
  return startHub({ dataDir: nodeDir, settings, environment });
}

async function ask(
  hub: TestHub,
  method: string,
  path: string,
  body?: object,
  token = hub.token({ user: 'alice' }),
) {
  const answer = await hub.request(method, path, { token, ...(body ? { body } : {}) });
  assert.ok(answer.status < 300, `${method} ${path} answered ${answer.status}: ${answer.text}`);
  return answer.json;
}

async function create(hub: TestHub, title: string, more: object = {}): Promise<string> {
  const body = post({ payload: { visualContent: { title } }, ...more });
  return (await ask(hub, 'POST', feed, body)).id as string;
}

async function readDelta(hub: TestHub, cursor?: string, token?: string) {
  const query = cursor === undefined ? '' : `?$deltatoken=${cursor}`;
  let page = await ask(hub, 'GET', `${feed}/delta${query}`, undefined, token);
  const { unreadCount } = page;
  const value = [...page.value];
  for (let next = page['@odata.nextLink']; next; next = page['@odata.nextLink']) {
    page = await ask(hub, 'GET', next.replace(hub.baseUrl, ''), undefined, token);
    value.push(...page.value);
  }
  const link = page['@odata.deltaLink'] as string;
  return { value, unreadCount, cursor: /deltatoken=([^&]+)/.exec(link)?.[1] as string };
}

/** Something of everything, with a provider that never answers; answers what a device holds in the middle of it. */
async function fill(hub: TestHub) {
  const { serviceAccount } = makeServiceAccount({
    projectId: 'contoso',
    tokenUri: 'https://127.0.0.1:9/token',
  });
  const { registry } = hub;
  await registry.credentials.put(
    'app-a',
    'fcm',
    given('fcm', { serviceAccount, baseUrl: 'https://127.0.0.1:9' }),
    1,
  );
  await registry.hostClaims.put({ app: 'app-a', host: 'claimed.example', value: 'v', claimedAt: 1 });
  const entry = { at: 1, who: 'an operator', from: '192.0.2.7', what: 'putChannel', on: 'apps/app-a' };
  await registry.audit.record(entry, ({ meta }) => meta.write('odd', 'a\u0000b\u001ac'));
  const grant = {
    model: 'Grant',
    id: 'g',
    payload: { n: 1 },
    grantId: 'g',
    uid: null,
    userCode: null,
    expiresAt: 9,
    account: null,
  };
  await registry.grants.put(grant);
  await registry.grants.consume('Grant', 'g', 5);
  await registry.tickets.spend(ticket, 1);
  const place = await subscribe(hub, { platformType: 'android', channel: fcmChannel });
  await ask(hub, 'PATCH', preferences, { mutes: [{ groupName: 'muted \ue000', subscriptionId: place }] });
  const dismissed = await create(hub, 'to be dismissed');
  const deleted = await create(hub, 'to be deleted');
  const named = await create(hub, 'odd \ue000 and \u001a', { appNotificationId: 'order 7' });
  const { cursor } = await readDelta(hub);
  await ask(hub, 'PATCH', `${feed}/${dismissed}`, { userActionState: 'dismissed' });
  await hub.request('DELETE', `${feed}/${deleted}`, { token: hub.token({ user: 'alice' }) });
  await create(hub, 'the last one');
  return { place, cursor, dismissed, deleted, named };
}

const ticket = {
  id: 'ticket',
  opensUntil: Number.MAX_SAFE_INTEGER,
  heldUntil: Number.MAX_SAFE_INTEGER,
  comesBack: false,
};

/** As if a provider had refused for now before it answered last. */
function rememberAttempts(dataDir: string): void {
  using feeds = new DatabaseSync(join(dataDir, 'feed.db'));
  feeds.exec(`UPDATE delivery SET earlier = '${verdictCodes.encode('retry')} 503 5 UNAVAILABLE'`);
}

test('devices go on with the cursors, UNS-IDs and tokens that they had', async (context) => {
  const places = await openPlaces(context);
  const { run } = commandLine(context, places.dataDir);
  const before = await serveSqlite(places);
  const held = await fill(before);
  const token = before.token({ user: 'alice' });
  const expected = await readDelta(before, held.cursor, token);
  assert.equal(expected.value.length, 3);
  const whole = await readDelta(before);
  const muted = await ask(before, 'GET', preferences);
  await before.close();
  rememberAttempts(places.dataDir);
  const key = readFileSync(join(places.dataDir, 'secret.key'), 'utf8').trim();
  const environment = { CARILLON_SECRET_KEY: key };
  const moved = run(['migrate', '--to', places.url, '--json'], { env: environment });
  assert.equal(moved.status, 0, moved.stderr);
  const tables = JSON.parse(moved.stdout).tables as MovedTable[];
  const rows = Object.fromEntries(tables.map((each) => [each.table, each.rows]));
  const { notification, subscription, feed: feeds, local_user, credential } = rows;
  assert.deepEqual([notification, subscription, feeds, local_user, credential], [4, 1, 1, 2, 1]);

  await using after = await servePostgres(places, environment);
  const resumed = await readDelta(after, held.cursor, token);
  assert.deepEqual([resumed.value, resumed.unreadCount], [expected.value, expected.unreadCount]);
  assert.deepEqual((await readDelta(after)).value, whole.value);
  assert.deepEqual((await ask(after, 'GET', preferences)).mutes, muted.mutes);
  assert.equal(muted.mutes.length, 1);
  const stream = await openSseReader({ baseUrl: after.baseUrl, token, query: `?$deltatoken=${held.cursor}` });
  const told = await stream.next('change', 3);
  assert.deepEqual(told.value, expected.value[2]);
  assert.equal(await create(after, 'replaced', { appNotificationId: 'order 7' }), held.named);
  const next = await create(after, 'one more');
  const newer = (await readDelta(after, expected.cursor)).value as { id: string }[];
  assert.deepEqual(
    newer.map(({ id }) => id),
    [held.named, next],
  );
  const deliveries = await ask(after, 'GET', `${feed}/${next}/deliveries`);
  const found = deliveries.value.map(({ status, subscriptionId }: Record<string, unknown>) => [
    status,
    subscriptionId,
  ]);
  assert.deepEqual(found, [['pending', held.place]], 'its push address is held');
  assert.equal(await subscribe(after, { platformType: 'android', channel: fcmChannel }), held.place);
  const admin = after.token({ operatorRead: true });
  const { events } = await ask(
    after,
    'GET',
    `/admin/notifications/${held.dismissed}/timeline`,
    undefined,
    admin,
  );
  const attempts = events.filter(({ event }: { event: string }) => event === 'attempt');
  const { reason, status } = attempts[0] ?? {};
  assert.deepEqual([reason, status], ['UNAVAILABLE', 503], 'the answers to earlier attempts come along');
  const old = await ask(after, 'GET', `${feed}/${held.dismissed}/deliveries`);
  assert.equal(old.value[0].subscriptionId, held.place);
});

test('the registry comes along whole', async (context) => {
  const places = await openPlaces(context);
  const { run } = commandLine(context, places.dataDir);
  const before = await serveSqlite(places);
  await fill(before);
  const facts = await Promise.all(
    ['seal-key', 'generation', 'odd'].map((key) => before.registry.meta.read(key)),
  );
  const apps = before.registry.apps.list();
  const grant = await before.registry.grants.find('Grant', 'g');
  await before.close();
  const environment = { CARILLON_SECRET_KEY: randomBytes(32).toString('base64') };
  const moved = run(['migrate', '--to', places.url], { env: environment });
  assert.equal(moved.status, 0, moved.stderr);
  await using after = await servePostgres(places, environment);
  const { registry } = after;
  assert.deepEqual(
    await Promise.all(['seal-key', 'generation', 'odd'].map((key) => registry.meta.read(key))),
    facts,
  );
  assert.deepEqual(registry.apps.list(), apps);
  assert.equal(registry.apps.findByClient('app-a-phone')?.id, 'app-a');
  assert.deepEqual(await registry.grants.find('Grant', 'g'), grant);
  assert.equal((await registry.hostClaims.find('app-a', 'claimed.example'))?.value, 'v');
  assert.equal(await registry.tickets.spend(ticket, 1), null);
  assert.partialDeepStrictEqual(
    registry.credentials.find('app-a', 'fcm'),
    { baseUrl: 'https://127.0.0.1:9' },
    'under another key',
  );
  const audit = await registry.audit.list({ before: null, limit: 9 });
  assert.deepEqual(
    audit.map(({ what }) => what),
    ['migrate', 'putChannel'],
  );
  assert.equal(audit[1]?.id, 1);
});

test('what is in the way is told, and nothing is moved by halves', async (context) => {
  const places = await openPlaces(context);
  const { run, runBeside } = commandLine(context, places.dataDir);
  const before = await serveSqlite(places);
  await fill(before);
  const args = ['migrate', '--to', places.url];
  const serving = await runBeside(args);
  assert.deepEqual([serving.status, /already serves the data/.test(serving.stderr)], [78, true]);
  await before.close();
  const noKey = run(args);
  assert.equal(noKey.status, 1);
  assert.match(
    noKey.stderr,
    /set it for this command too \(to keep the present one: what .*secret\.key holds\)/,
  );
  const count = async () => (await places.query('SELECT count(*)::int AS n FROM app'))[0]?.n;
  assert.equal(await count(), 0);
  const environment = { CARILLON_SECRET_KEY: randomBytes(32).toString('base64') };
  assert.equal(run(args, { env: environment }).status, 0);
  const twice = run(args, { env: environment });
  assert.equal(twice.status, 1);
  assert.match(twice.stderr, /The database has rows in \w+ already/);
  assert.equal(await count(), 2);
  const again = await serveSqlite(places);
  assert.equal((await readDelta(again)).value.length, 3, 'the folder is as it was');
  await again.close();
});

test('more rows than one batch, in the tables of their weeks', async (context) => {
  const places = await openPlaces(context);
  const { run } = commandLine(context, places.dataDir);
  const before = await serveSqlite(places);
  await subscribe(before, { platformType: 'android', channel: fcmChannel });
  const many = 1100;
  for (let made = 0; made < many; made += 100)
    await Promise.all(Array.from({ length: 100 }, (_, index) => create(before, `number ${made + index}`)));
  const { value } = await readDelta(before);
  await before.close();
  const moved = run(['migrate', '--to', places.url]);
  assert.equal(moved.status, 0, moved.stderr);
  assert.match(moved.stdout, /notification +1100 rows/);
  const [row] = await places.query('SELECT count(*)::int AS n FROM delivery_other');
  assert.equal(row?.n, 0);
  await using after = await servePostgres(places);
  assert.deepEqual((await readDelta(after)).value, value);
});
