// The admin operations on local users, over a real socket: what each answers and does, and that all of it is in the audit,
// which names a user by id alone.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { assertError, assertRetry } from '@carillon/testing/hub/assert-error.ts';
import { password, startHub, userNames } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const feed = '/v1.0/me/notifications';
const carol = 'carol@contoso.example';

async function open(context: TestContext) {
  const clock = new ManualClock();
  const hub = await startHub({ clock });
  context.after(hub.close);
  const admin = (method: string, path: string, body?: unknown) =>
    hub.request(method, `/admin/users${path}`, {
      token: hub.token({ admin: true }),
      ...(body === undefined ? {} : { body }),
    });
  const audit = async () => {
    const { json } = await hub.request('GET', '/admin/audit', { token: hub.token({ admin: true }) });
    const entries = json.value as Record<string, string>[];
    const changes = entries.filter(({ what }) => what?.startsWith('user') || what === 'passwordChanged');
    return changes.map(({ what, who, from, on }) => `${what} by ${who} from ${from} on ${on}`);
  };
  return { hub, clock, admin, audit };
}

test('a user is created, listed in pages, read by name and id, and the audit has its id alone', async (context) => {
  const { admin, audit } = await open(context);
  const made = await admin('POST', '', { name: carol, password, operator: true });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json;
  assert.deepEqual(made.json, { id, name: carol, operator: true, operatorRead: false, disabled: false });
  assert.ok(made.headers.location?.endsWith(`/admin/users/${id}`));
  for (const user of [id, carol, carol.toUpperCase()])
    assert.deepEqual((await admin('GET', `/${encodeURIComponent(user)}`)).json, {
      ...{ ...made.json, local: true, issuer: null },
      ...{ notifications: 0, subscriptions: 0, changeSubscriptions: 0, sessions: 0, storage: [] },
    });
  const reader = await admin('POST', '', { name: 'rita@contoso.example', password, operatorRead: true });
  assert.deepEqual([reader.json.operator, reader.json.operatorRead], [false, true]);
  assert.equal((await admin('DELETE', `/${reader.json.id}`)).status, 204);
  const first = await admin('GET', '?$top=2');
  const names = ({ value }: { value: { name: string }[] }) => value.map(({ name }) => name);
  assert.deepEqual(names(first.json), [userNames.alice, userNames.bob]);
  const next = new URL(first.json['@odata.nextLink']);
  const second = await admin('GET', next.search);
  assert.deepEqual(names(second.json), [carol]);
  assert.equal(second.json['@odata.nextLink'], undefined);
  const ofCarol = (await audit()).filter((entry) => entry.endsWith(id));
  assert.deepEqual(ofCarol, [`userCreated by operator from 127.0.0.1 on users/${id}`]);
});

test('a name that is taken, a weak password, and a user who is not there are refused with what is wrong', async (context) => {
  const { admin, audit } = await open(context);
  const create = (name: string, chosen?: string) => admin('POST', '', { name, password: chosen });
  assertError(await create(userNames.bob.toUpperCase(), password), { status: 400 });
  for (const weak of ['short', '1234567890', 'password123'])
    assertError(await create(carol, weak), { status: 400, target: 'password' });
  assertError(await create('two words', password), { status: 400, target: 'name' });
  for (const path of ['', '/sessions']) assertError(await admin('GET', `/nobody${path}`), { status: 404 });
  for (const path of ['disable', 'enable'])
    assertError(await admin('POST', `/nobody/${path}`), { status: 404 });
  assertError(await admin('POST', '/nobody/password', { password }), { status: 404 });
  assertError(await admin('POST', `/${userNames.bob}/password`, { password: 'short' }), { status: 400 });
  assert.deepEqual(await audit(), []);
});

test('another password and disabling end tokens and streams at once, and enabling revives none', async (context) => {
  const { hub, clock, admin, audit } = await open(context);
  const { bob: id } = hub.userIds;
  const status = async (token: string) => (await hub.request('GET', feed, { token })).status;
  for (const [path, body] of [
    ['password', { password: 'another good one' }],
    ['disable', undefined],
  ] as const) {
    const token = hub.token({ user: 'bob' });
    const reader = await openSseReader({ baseUrl: hub.baseUrl, token });
    await reader.next('ready');
    const changed = await admin('POST', `/${userNames.bob}/${path}`, body);
    const disabled = path === 'disable';
    assert.deepEqual(changed.json, {
      id,
      name: userNames.bob,
      operator: false,
      operatorRead: false,
      disabled,
    });
    assert.equal(await status(token), 401);
    clock.advance(2000);
    assert.equal((await reader.next('bye')).reason, 'tokenExpired');
    if (!disabled) continue;
    assert.equal((await admin('POST', `/${id}/enable`)).json.disabled, false);
    assert.equal(await status(token), 401);
  }
  const done = ['userEnabled', 'userDisabled', 'passwordChanged'];
  assert.deepEqual(
    await audit(),
    done.map((what) => `${what} by operator from 127.0.0.1 on users/${id}`),
  );
});

test('passwords are hashed two at a time and eight wait: beyond that users and passwords are throttled', async (context) => {
  const { hub, admin } = await open(context);
  const many = Array.from({ length: 16 }, (_, index) => `person-${index}@contoso.example`);
  const made = await Promise.all(many.map((name) => admin('POST', '', { name, password })));
  const created = made.filter(({ status }) => status === 201);
  const refused = made.filter(({ status }) => status !== 201);
  assert.ok(created.length >= 10 && refused.length > 0, `${created.length} of ${made.length}`);
  for (const answer of refused) {
    assertError(answer, { status: 429, code: 'TooManyRequests' });
    assertRetry(answer.headers, 8);
  }
  const { value } = (await admin('GET', '')).json;
  assert.equal(value.length, created.length + Object.keys(hub.userIds).length);
  const path = `/${userNames.bob}/password`;
  const changed = await Promise.all(many.map(() => admin('POST', path, { password })));
  const statuses = new Set(changed.map(({ status }) => status));
  assert.deepEqual(statuses, new Set([200, 429]));
});
