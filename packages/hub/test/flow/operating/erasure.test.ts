// What the hub holds of a person, read out and erased, for local users and for those of another issuer: all of it, and
// nothing of anybody else.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { postWrite } from '@carillon/testing/feed/writes.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import {
  allScope,
  type HubOverrides,
  hosts,
  post,
  startHub,
  subscribe,
  type TestHub,
  until,
  userNames,
} from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { startIssuer } from '@carillon/testing/hub/issuer.ts';
import { placeOf, type StoreName } from '@carillon/testing/hub/store-place.ts';
import { openReceiver, watchOf } from '@carillon/testing/hub/webhook-receiver.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { builtInPlanner } from '../../../src/hub/open-data.ts';
import { userKey } from '../../../src/model/principal.ts';
import { openFeedStore } from '../../../src/store/sqlite/feed/feed-store.ts';

const feed = '/v1.0/me/notifications';

async function open(context: TestContext, overrides: HubOverrides = {}) {
  const clock = new ManualClock();
  const hub = await startHub({ clock, ...overrides });
  context.after(hub.close);
  const token = hub.token({ admin: true });
  const admin = (method: string, path: string) => hub.request(method, `/admin/users/${path}`, { token });
  return { hub, clock, admin, token };
}

/** A device with a push address, a notification that is there and one that was deleted. */
async function fill(hub: TestHub, token: string): Promise<readonly string[]> {
  const unsId = await subscribe(hub, { token, displayName: 'the laptop of the person' });
  const create = async (title: string): Promise<string> => {
    const body = post({ payload: { visualContent: { title } } });
    const { status, json, text } = await hub.request('POST', feed, { token, body });
    assert.equal(status, 201, text);
    return json.id;
  };
  const [kept, removed] = [await create('kept for the person'), await create('deleted by the person')];
  assert.equal((await hub.request('DELETE', `${feed}/${removed}`, { token })).status, 204);
  const mutes = [{ groupName: 'muted by the person', subscriptionId: unsId }];
  const set = await hub.request('PATCH', '/v1.0/me/notificationPreferences', { token, body: { mutes } });
  assert.equal(set.status, 200, set.text);
  return [kept, removed, unsId];
}

function readLines(text: string): Record<string, unknown>[] {
  assert.ok(text.endsWith('\n'));
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function audited({ hub, token }: { hub: TestHub; token: string }) {
  return (await hub.request('GET', '/admin/audit', { token })).json.value as Record<string, string>[];
}

test('an export holds the account, the devices, all notifications with their deliveries, and the audit', async (context) => {
  const opened = await open(context);
  const { hub, admin } = opened;
  const [kept, removed, unsId] = await fill(hub, hub.token({ user: 'alice' }));
  await fill(hub, hub.token({ user: 'bob' }));
  const answer = await admin('GET', `${encodeURIComponent(userNames.alice)}/export`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/x-ndjson');
  const lines = readLines(answer.text);
  const of = (type: string) => lines.filter((line) => line.type === type);
  const { alice: id } = hub.userIds;
  const issuer = `${hub.baseUrl}/identity`;
  assert.deepEqual(of('user'), [
    {
      type: 'user',
      issuer,
      id,
      name: userNames.alice,
      operator: false,
      operatorRead: false,
      disabled: false,
    },
  ]);
  assert.deepEqual(
    of('device').map(({ displayName, appId }) => [displayName, appId]),
    [['the laptop of the person', 'app-a']],
  );
  assert.deepEqual(
    of('notification').map(({ id: each, appId }) => [each, appId]),
    [[kept, 'app-a']],
  );
  assert.deepEqual(
    of('removedNotification').map(({ id: each, removed: how }) => [each, how]),
    [[removed, 'deleted']],
  );
  assert.deepEqual(
    of('preferences').map(({ mutes, quietHours }) => [
      JSON.stringify(mutes).includes('muted by'),
      quietHours,
    ]),
    [[true, null]],
  );
  assert.ok(of('delivery').some(({ notificationId }) => notificationId === kept));
  assert.deepEqual(
    of('audit').map(({ what, on }) => [what, on]),
    [['userExported', `users/${id}`]],
  );
  assert.deepEqual(lines.at(-1), { type: 'end' });
  for (const secret of [unsId ?? '', 'scrypt', hub.userIds.bob, userNames.bob])
    assert.ok(!answer.text.includes(secret), secret);
  assertError(await admin('GET', 'nobody/export'), { status: 404 });
});

test('a person reads out what is held of them, without what is of others, one export at a time', async (context) => {
  const { hub, admin, clock } = await open(context);
  const [kept] = await fill(hub, hub.token({ user: 'alice' }));
  const { alice: id } = hub.userIds;
  assert.equal((await admin('POST', `${id}/disable`)).status, 200);
  assert.equal((await admin('POST', `${id}/enable`)).status, 200);
  clock.advance(1000);
  const inbox = hub.token({ user: 'alice', client: 'carillon-inbox', scopes: [allScope] });
  const own = (token: string) => hub.request('GET', '/v1.0/me/export', { token });
  const answer = await own(inbox);
  assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'application/x-ndjson']);
  const lines = readLines(answer.text);
  const of = (type: string) => lines.filter((line) => line.type === type);
  assert.deepEqual([of('user')[0]?.id, of('notification')[0]?.id, lines.at(-1)], [id, kept, { type: 'end' }]);
  assert.deepEqual(
    of('audit').map(({ what, who }) => [what, who]),
    [
      ['userExported', id],
      ['userEnabled', undefined],
      ['userDisabled', undefined],
    ],
  );
  for (const one of [hub.token({ user: 'alice' }), hub.token({ app: 'app-a' }), hub.token({ admin: true })])
    assertError(await own(one), { status: 403 });
  assert.equal((await hub.request('HEAD', '/v1.0/me/export', { token: inbox })).status, 200);
  assert.equal((await own(inbox)).status, 200, 'an export that was read, or not begun, is over');
});

test('erasing a person leaves nothing, ends streams with bye, and concerns nobody else', async (context) => {
  const opened = await open(context);
  const { hub, clock, admin } = opened;
  const token = hub.token({ user: 'alice' });
  const bobs = hub.token({ user: 'bob' });
  await fill(hub, token);
  await fill(hub, bobs);
  const before = await admin('GET', `${hub.userIds.bob}/export`);
  const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
  await reader.next('ready');
  assert.equal((await admin('DELETE', userNames.alice)).status, 204);
  clock.advance(1000);
  await reader.next('bye');
  assertError(await hub.request('GET', feed, { token }), { status: 401 });
  assert.equal((await admin('DELETE', userNames.alice)).status, 404);
  for (const path of ['', '/export', '/subscriptions', '/sessions'])
    assert.equal((await admin('GET', `${hub.userIds.alice}${path}`)).status, 404, path);
  const after = await admin('GET', `${hub.userIds.bob}/export`);
  const withoutAudit = (text: string) => readLines(text).filter(({ type }) => type !== 'audit');
  assert.deepEqual(withoutAudit(after.text), withoutAudit(before.text));
  const audit = await audited(opened);
  const erased = audit.filter(({ what }) => what === 'userErased');
  assert.deepEqual(
    erased.map(({ who, from, on }) => ({ who, from, on })),
    [{ who: 'operator', from: '127.0.0.1', on: `users/${hub.userIds.alice}` }],
  );
  assert.ok(!JSON.stringify(audit).includes(userNames.alice));
});

/** Each row of each table of the registry and the feeds, by table. */
async function rowsOf(hub: TestHub, store: StoreName): Promise<Map<string, string[]>> {
  const rows = new Map<string, string[]>();
  const { settings } = await placeOf(hub.dataDir, store);
  if (settings['database-url'] !== undefined) {
    const server = await sharedPostgres();
    const url = String(settings['database-url']);
    const tables = await server.query(
      url,
      "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    for (const { relname } of tables) {
      const found = await server.query(url, `SELECT r::text AS row FROM "${relname}" r`);
      rows.set(
        String(relname),
        found.map(({ row }) => String(row)),
      );
    }
    return rows;
  }
  for (const file of readdirSync(hub.dataDir).filter((name) => name.endsWith('.db'))) {
    using db = new DatabaseSync(join(hub.dataDir, file), { readOnly: true });
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of tables) {
      const found = db.prepare(`SELECT * FROM "${name}"`).all();
      const textOf = (value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
      rows.set(
        `${file} ${name}`,
        found.map((row) => Object.values(row).map(textOf).join(' ')),
      );
    }
  }
  return rows;
}

async function tablesWith(store: StoreName, hub: TestHub, marks: readonly string[]): Promise<string[]> {
  const hex = marks.map((mark) => Buffer.from(mark).toString('hex'));
  const holds = (row: string) => [...marks, ...hex].some((mark) => row.includes(mark));
  return [...(await rowsOf(hub, store))].flatMap(([table, rows]) => (rows.some(holds) ? [table] : []));
}

for (const store of ['sqlite', 'postgres'] as const)
  test(`${store}: change subscriptions are exported without secrets of the app, and an erasure leaves no mark of a person in any table`, async (context) => {
    await using receiver = await openReceiver();
    const { hub, clock, admin } = await open(context, { store, settings: { dev: true } });
    const token = hub.token({ user: 'alice' });
    const lifecycleNotificationUrl = `${receiver.url}/life`;
    const body = watchOf(`${receiver.url}?secret`, { lifecycleNotificationUrl });
    const made = await hub.request('POST', '/v1.0/subscriptions', { token, body });
    assert.equal(made.status, 201, made.text);
    await fill(hub, token);
    await receiver.told(3);
    receiver.answer = (response, { path }) => response.writeHead(path.includes('/life') ? 202 : 500).end();
    await fill(hub, token); // waits for the endpoint
    const { text } = await admin('GET', `${hub.userIds.alice}/export`);
    const [shown, ...more] = readLines(text).filter(({ type }) => type === 'changeSubscription');
    assert.deepEqual(
      [shown?.id, shown?.appId, shown?.resource, more],
      [made.json.id, 'app-a', 'me/notifications', []],
    );
    assert.equal(shown?.endpointHost, new URL(receiver.url).host);
    for (const secret of ['whsec_', '?secret', 'state of the test'])
      assert.ok(!text.includes(secret), secret);

    const { port } = new URL(receiver.url);
    const marks = [
      'of the person',
      'for the person',
      'by the person',
      userNames.alice,
      `:${port}/`,
      'state of the test',
    ];
    for (const mark of marks)
      assert.notDeepEqual(await tablesWith(store, hub, [mark]), [], `${mark} is stored`);
    assert.equal((await admin('DELETE', hub.userIds.alice)).status, 204);
    const removed = () => {
      clock.advance(1000);
      return receiver.values.some(({ lifecycleEvent }) => lifecycleEvent === 'subscriptionRemoved');
    };
    await until(removed, 'its lifecycle endpoint is told');
    const isForgotten = async () => (await hub.registry.changeSubscriptions.find(made.json.id)) === null;
    await until(isForgotten, 'the change subscription is forgotten');
    assert.deepEqual(await tablesWith(store, hub, marks), []);
    const keptIn = (await tablesWith(store, hub, [hub.userIds.alice])).map((table) =>
      table.split(' ').at(-1),
    );
    assert.deepEqual(keptIn.sort(), ['audit', 'revocation']);
  });

test('a person of another issuer is exported and erased by id or name, and may begin anew with a new token', async (context) => {
  const issuer = await startIssuer();
  context.after(issuer.close);
  await issuer.addKey('k', 'ES256');
  const clock = new ManualClock();
  const audience = 'api://hub';
  const { hub } = await open(context, { clock, settings: { issuer: [issuer.url], audience: [audience] } });
  const seconds = () => Math.floor(clock.now() / 1000);
  const claims = () => ({ iss: issuer.url, aud: audience, iat: seconds(), exp: seconds() + 3600 });
  const person = { oid: 'dora-1', preferred_username: 'dora@contoso.example', azp: 'app-a' };
  const tokenOf = () =>
    issuer.sign('k', { ...claims(), ...person, scp: 'Notifications.ReadWrite.CreatedByApp' });
  const operator = await issuer.sign('k', {
    ...claims(),
    oid: 'olga',
    azp: 'ops',
    scp: 'x',
    roles: ['Carillon.Admin'],
  });
  const admin = (method: string, path: string) =>
    hub.request(method, `/admin/users/${path}`, { token: operator });
  const token = await tokenOf();
  const [kept] = await fill(hub, token);
  const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
  await reader.next('ready');
  const read = await admin('GET', 'dora%40contoso.example');
  const { storage, ...shown } = read.json;
  assert.deepEqual(shown, {
    ...{ id: 'dora-1', name: 'dora@contoso.example', local: false, issuer: issuer.url },
    ...{ operator: false, operatorRead: false, disabled: false },
    ...{ notifications: 1, subscriptions: 1, changeSubscriptions: 0, sessions: 0 },
  });
  assert.deepEqual([storage.length, storage[0].appId, storage[0].bytesMax], [1, 'app-a', 64 * 2 ** 20]);
  assert.ok(storage[0].bytes > 100 && storage[0].bytes < 2000, `${storage[0].bytes}`);
  assert.deepEqual((await admin('GET', 'dora-1/sessions')).json.value, []);
  const found = await hub.request('GET', '/admin/search?q=dora', { token: operator });
  const [{ link }] = found.json.value;
  assert.deepEqual((await hub.request('GET', link, { token: operator })).json, read.json);
  const { text } = await admin('GET', 'dora%40contoso.example/export');
  const [user] = readLines(text);
  assert.deepEqual(user, { type: 'user', issuer: issuer.url, id: 'dora-1', name: 'dora@contoso.example' });
  assert.ok(text.includes(kept ?? '-'));
  assert.equal((await admin('DELETE', 'dora-1')).status, 204);
  clock.advance(1000);
  await reader.next('bye');
  assert.equal((await hub.request('GET', feed, { token })).status, 401);
  for (const path of ['dora-1', 'dora-1/sessions', 'dora-1/export'])
    assertError(await admin('GET', path), { status: 404 });
  const anew = await hub.request('GET', feed, { token: await tokenOf() });
  assert.deepEqual([anew.status, anew.json.value], [200, []]);
});

test('an export is read no faster than its reader takes it', async (context) => {
  const pageBytes = 50 * 30_000;
  const pages = 24;
  let read = 0;
  const clock = new ManualClock();
  const { path, remove } = tempFolder();
  context.after(remove);
  const store = await openFeedStore({ path: `${path}/feed.db`, planner: builtInPlanner });
  const feedStore = {
    ...store,
    read: {
      ...store.read,
      changes(...asked: Parameters<typeof store.read.changes>) {
        read++;
        return store.read.changes(...asked);
      },
    },
  };
  const { hub, token } = await open(context, { clock, feedStore, store: 'sqlite' });
  const issuer = `${hub.baseUrl}/identity`;
  const user = userKey(issuer, hub.userIds.alice);
  const content = JSON.stringify({
    targetHostName: hosts['app-a'],
    payload: { rawContent: 'x'.repeat(30_000) },
  });
  const owner = { issuer, subject: hub.userIds.alice, name: userNames.alice };
  for (let page = 0; page < pages; page++) {
    const writes = Array.from({ length: 50 }, () => postWrite({ user, owner, content }));
    await store.commit(writes, clock.now());
  }
  read = 0;
  const { hostname, port } = new URL(hub.baseUrl);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  get(
    {
      ...{ hostname, port, path: `/admin/users/${hub.userIds.alice}/export` },
      headers: { authorization: `Bearer ${token}` },
    },
    (response) => {
      let bytes = 0;
      let ahead = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        ahead = Math.max(ahead, read * pageBytes - bytes);
      });
      response.on('end', () => resolve(ahead));
      response.on('error', reject);
    },
  );
  const ahead = await promise;
  assert.ok(read >= pages);
  assert.ok(ahead < 10 * pageBytes, `${ahead} bytes were read ahead`);
});
