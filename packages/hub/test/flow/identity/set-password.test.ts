// One-time links to set a password: what they are good for, and for how long. And hashes of an older cost, which a sign-in
// replaces.
import assert from 'node:assert/strict';
import { randomBytes, scryptSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { send, startHub, until, userNames } from '@carillon/testing/hub/hub.ts';
import { alice, openIdentity, password, signIn } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { verifyPassword } from '../../../src/auth/provider/sign-in/passwords.ts';

const carol = 'carol@contoso.example';
const chosen = 'four words and a bit';
const dayMs = 24 * 3600_000;

async function open(context: TestContext) {
  const clock = new ManualClock();
  const hub = await startHub({ clock });
  context.after(hub.close);
  const admin = (method: string, path: string, body?: unknown) =>
    hub.request(method, `/admin${path}`, { token: hub.token({ admin: true }), body });
  const post = (url: string, fields: Record<string, string>) =>
    send(url, 'POST', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const set = (url: string, to = chosen, again = to) => post(url, { password: to, again });
  const change = (fields: Record<string, string>) =>
    post(`${hub.baseUrl}/identity/change-password`, {
      ...{ name: alice, current: password, password: chosen, again: chosen },
      ...fields,
    });
  const hashOf = async (name: string) => (await hub.registry.users.findByName(name))?.passwordHash ?? null;
  return { hub, clock, admin, set, change, hashOf };
}

test('a user without a password sets one by a link, once, and reading the page spends nothing', async (context) => {
  const { hub, admin, set, hashOf } = await open(context);
  const made = await admin('POST', '/users', { name: carol });
  assert.equal(made.status, 201, made.text);
  const { id, passwordLink } = made.json;
  const { url } = passwordLink;
  assert.ok(url.startsWith(`${hub.baseUrl}/identity/set-password?link=`));
  for (let read = 0; read < 2; read++) {
    const page = await send(url, 'GET');
    assert.equal(page.status, 200);
    assert.equal(page.headers['cache-control'], 'no-store');
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
    assert.match(page.text, /carol@contoso\.example/);
  }
  for (const [to, again, words] of [
    [chosen, 'another one', /differ/],
    ['short', 'short', /fewer than 10/],
    ['1234567890', '1234567890', /most common/],
  ] as const) {
    const refused = await set(url, to, again);
    assert.equal(refused.status, 400);
    assert.match(refused.text, words);
    assert.ok(!refused.text.includes(`value="${to}"`));
  }
  const [one, two] = await Promise.all([set(url), set(url, 'four other words too')]);
  assert.deepEqual([one.status, two.status].sort(), [200, 400]);
  const kept = one.status === 200 ? chosen : 'four other words too';
  assert.ok(await verifyPassword(kept, await hashOf(carol)));
  const late = await set(url, 'a third password');
  assert.equal(late.status, 400);
  assert.match(late.text, /This link is over/);
  assert.equal((await send(url, 'GET')).status, 400);
  const entries = (await admin('GET', '/audit')).json.value as Record<string, string>[];
  assert.deepEqual(
    entries.map(({ what, who, on }) => [what, who, on]),
    [
      ['passwordChanged', id, `users/${id}`],
      ['userCreated', 'operator', `users/${id}`],
    ],
  );
});

test('a link to reset a password changes nothing until it is used, and then ends the tokens of before', async (context) => {
  const { hub, clock, admin, set, hashOf } = await open(context);
  const token = hub.token({ user: 'alice' });
  const status = async () => (await hub.request('GET', '/v1.0/me/notifications', { token })).status;
  const { json } = await admin('POST', `/users/${userNames.alice}/password`, {});
  const { url, expirationDateTime } = json.passwordLink;
  assert.equal(Date.parse(expirationDateTime) - clock.now(), dayMs);
  assert.equal(await status(), 200);
  assert.equal((await set(url)).status, 200);
  assert.equal(await status(), 401);
  assert.ok(await verifyPassword(chosen, await hashOf(userNames.alice)));
});

test('a user who knows the password changes it, and all tokens of before end', async (context) => {
  const { hub, clock, admin, change, hashOf } = await open(context);
  const token = hub.token({ user: 'alice' });
  const status = async () => (await hub.request('GET', '/v1.0/me/notifications', { token })).status;
  const page = await send(`${hub.baseUrl}/identity/change-password?lang=de`, 'GET');
  assert.deepEqual([page.status, page.headers['cache-control']], [200, 'no-store']);
  assert.match(page.text, /<html lang="de"[\s\S]*Jetziges Passwort/);
  const before = await hashOf(userNames.alice);
  for (const [fields, refusal, words] of [
    [{ again: 'another one' }, 400, /differ/],
    [{ password: 'short', again: 'short' }, 400, /fewer than 10/],
    [{ current: 'a guess of it' }, 401, /belong together/],
    [{ name: 'nobody@contoso.example' }, 401, /belong together/],
    [{ name: '"><script>' }, 401, /belong together/],
  ] as const) {
    const refused = await change(fields);
    assert.equal(refused.status, refusal);
    assert.match(refused.text, words);
    assert.ok(!refused.text.includes('<script>') && !refused.text.includes(password));
  }
  assert.deepEqual([await hashOf(userNames.alice), await status()], [before, 200]);
  assert.equal((await change({})).status, 200);
  clock.advance(1000);
  assert.equal(await status(), 401);
  assert.ok(await verifyPassword(chosen, await hashOf(userNames.alice)));
  assert.equal((await change({})).status, 401, 'the password of before is over');
  const { json } = await admin('GET', '/audit?what=passwordChanged');
  const { alice: id } = hub.userIds;
  assert.deepEqual(
    json.value.map(({ who, on }: Record<string, string>) => [who, on]),
    [[id, `users/${id}`]],
  );
});

test('a disabled user changes no password, and guesses count with those at the sign-in', async (context) => {
  const { clock, admin, change, hashOf } = await open(context);
  const before = await hashOf(userNames.alice);
  assert.equal((await admin('POST', `/users/${userNames.alice}/disable`)).status, 200);
  assert.equal((await change({})).status, 401);
  assert.equal((await admin('POST', `/users/${userNames.alice}/enable`)).status, 200);
  for (let guess = 0; guess < 9; guess++)
    assert.equal((await change({ current: `guess ${guess} of it` })).status, 401);
  const eleventh = await change({});
  assert.equal(eleventh.status, 429);
  assert.ok(Number(eleventh.headers['retry-after']) >= 1);
  assert.equal(await hashOf(userNames.alice), before);
  clock.advance(5000);
  assert.equal((await change({})).status, 200);
});

test('a link ends after a day, by another password, by disabling the user, and is not made up', async (context) => {
  const { clock, admin, set, hashOf } = await open(context);
  const bob = `/users/${userNames.bob}`;
  const link = async (): Promise<string> =>
    (await admin('POST', `${bob}/password`, {})).json.passwordLink.url;
  const before = await hashOf(userNames.bob);
  const old = await link();
  clock.advance(dayMs);
  const changed = await link();
  const disabled = await link();
  const forged = `${(await link()).slice(0, -2)}AA`;
  assert.equal((await set(old)).status, 400);
  assert.equal((await set(forged)).status, 400);
  assert.equal(await hashOf(userNames.bob), before);
  clock.advance(1000);
  assert.equal((await admin('POST', `${bob}/disable`)).status, 200);
  assert.equal((await set(disabled)).status, 400);
  assert.equal((await admin('POST', `${bob}/enable`)).status, 200);
  assert.equal((await set(disabled)).status, 400, 'enabling revives no link');
  const fresh = await link();
  assert.equal((await admin('POST', `${bob}/password`, { password: 'of the operator' })).status, 200);
  for (const url of [changed, fresh]) assert.equal((await set(url)).status, 400);
  assert.ok(await verifyPassword('of the operator', await hashOf(userNames.bob)));
});

test('a hash of an older cost is replaced at the sign-in, and the password stays', async () => {
  await using identity = await openIdentity();
  const { users } = identity.registry;
  const user = await users.findByName(alice);
  assert.ok(user);
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  const dated = `scrypt$${2 ** 14}$8$1$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  await users.put({ ...user, passwordHash: dated });
  const scope = 'openid';
  assert.match((await signIn(identity, { scope })).location, /[?&]code=/);
  const now = async () => (await users.findByName(alice))?.passwordHash ?? '';
  await until(async () => (await now()) !== dated, 'another hash');
  assert.match(await now(), /^scrypt\$131072\$8\$1\$/);
  const kept = await now();
  assert.match((await signIn(identity, { scope })).location, /[?&]code=/);
  assert.equal(await now(), kept);
});
