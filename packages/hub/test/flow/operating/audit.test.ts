// What the audit holds of access: each sign-in, sign-out and token, and what was refused, with who, from where and on what;
// and that no flood fills it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test } from 'node:test';
import { startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import {
  alice,
  openBrowser,
  openIdentity,
  secret,
  type TestIdentity,
  type Tokens,
  tokensBySignIn,
} from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Registry } from '../../../src/store/registry.ts';

async function entries(registry: Registry) {
  const all = await registry.audit.list({ before: null, limit: 1000 });
  return all.map(({ who, from, what, on, count }) => ({ who, from, what, on, count })).reverse();
}

async function aliceId({ registry }: TestIdentity): Promise<string> {
  return (await registry.users.findByName(alice))?.id ?? '';
}

const local = { from: '127.0.0.1', count: 1 };

suite('the embedded provider', () => {
  test('has a sign-in, its token, a refresh and a sign-out in the audit', async () => {
    await using identity = await openIdentity();
    const browse = openBrowser();
    const tokens = await tokensBySignIn(identity, { scope: 'openid offline_access', browse });
    const form = { grant_type: 'refresh_token', client_id: 'phone' };
    await identity.post('/token', { ...form, refresh_token: tokens.refresh_token ?? '' });
    const html = await (await browse(`${identity.publicUrl}/identity/sign-out?client_id=phone`)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const body = new URLSearchParams({ xsrf, logout: 'yes' });
    await browse(`${identity.publicUrl}/identity/sign-out/confirm`, { method: 'POST', body });
    const who = await aliceId(identity);
    assert.deepEqual(await entries(identity.registry), [
      { ...local, who, what: 'signedIn', on: `users/${who}` },
      // The refresh is the second within the minute: it is counted.
      { ...local, who, what: 'tokenIssued', on: 'clients/phone' },
      { ...local, who, what: 'signedOut', on: `users/${who}` },
    ]);
  });

  test('has a wrong password in the audit, of a user by id, and of a made-up name nothing', async () => {
    await using identity = await openIdentity();
    const typed = 'a password in the wrong field';
    for (const name of [typed, alice]) {
      const { browse, page } = await openSignInPage(identity);
      const body = new URLSearchParams({ name, password: 'not the password' });
      assert.equal((await browse(page, { method: 'POST', body })).status, 401);
    }
    const failed = { ...local, who: 'unknown', what: 'signInFailed' };
    const found = await entries(identity.registry);
    assert.deepEqual(found, [
      { ...failed, on: 'users' },
      { ...failed, on: `users/${await aliceId(identity)}` },
    ]);
    assert.ok(!JSON.stringify(found).includes(typed));
  });

  test("has an app's own token, On-Behalf-Of and every refusal in the audit", async () => {
    await using identity = await openIdentity();
    const { post, registry } = identity;
    const phone = await tokensBySignIn(identity, { scope: 'openid api://service/user_impersonation' });
    const own = { client_id: 'service', client_secret: secret };
    const onBehalf = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', ...own };
    const asked = { requested_token_use: 'on_behalf_of', assertion: phone.access_token };
    await post('/token', { grant_type: 'client_credentials', ...own });
    await post('/token', { ...onBehalf, ...asked, scope: 'Notifications.ReadWrite.CreatedByApp' });
    await post('/token', { ...onBehalf, ...asked, scope: 'Notifications.ReadWrite' });
    await post('/token', { grant_type: 'client_credentials', ...own, client_secret: 'wrong' });
    await post('/token', { grant_type: 'client_credentials', client_id: 'made up', client_secret: 'x' });
    await fetch(`${identity.publicUrl}/identity/userinfo`, { headers: { authorization: 'Bearer a.b.c' } });
    await until(async () => (await entries(registry)).length === 8, 'the refusals');
    const who = await aliceId(identity);
    const refused = { ...local, what: 'tokenRefused' };
    assert.deepEqual((await entries(registry)).slice(2), [
      { ...local, who: 'service', what: 'tokenIssued', on: 'clients/service' },
      { ...local, who, what: 'tokenIssued', on: 'clients/service' },
      { ...refused, who: 'service', on: 'clients/service' },
      { ...refused, who: 'unknown', on: 'clients/service' },
      { ...refused, who: 'unknown', on: 'clients' },
      { ...refused, who: 'unknown', on: 'bearer' },
    ]);
  });

  test('issues no token whose entry can not be written', async () => {
    await using hub = await startHub({ store: 'sqlite' });
    const ask = async () => {
      const form = { grant_type: 'client_credentials', client_id: 'app-a', client_secret: 'secret of app-a' };
      const body = new URLSearchParams(form);
      const answer = await fetch(`${hub.baseUrl}/identity/token`, { method: 'POST', body });
      return { status: answer.status, ...((await answer.json()) as Tokens) };
    };
    const other = new DatabaseSync(join(hub.dataDir, 'registry.db'));
    other.exec('BEGIN IMMEDIATE');
    const { status, error, access_token: none } = await ask();
    assert.deepEqual([status, error, none], [503, 'temporarily_unavailable', undefined]);
    other.close();
    assert.equal((await ask()).status, 200);
    assert.deepEqual(
      (await entries(hub.registry)).map(({ what, count }) => ({ what, count })),
      [{ what: 'tokenIssued', count: 1 }],
    );
  });
});

async function openSignInPage({ publicUrl }: TestIdentity) {
  const browse = openBrowser();
  const query = new URLSearchParams({
    ...{
      client_id: 'phone',
      response_type: 'code',
      redirect_uri: 'http://localhost/signed-in',
      scope: 'openid',
    },
    ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
  });
  const { headers } = await browse(`${publicUrl}/identity/authorize?${query}`);
  return { browse, page: headers.get('location') ?? '' };
}

suite('a flood of refused tokens', () => {
  const refuse = (hub: TestHub, headers = {}) =>
    hub.request('GET', '/v1.0/me/notifications', { token: 'a.b.c', headers });
  const refused = { who: 'unknown', what: 'tokenRefused', on: 'bearer' };

  test('is two entries a minute, the second with the count', async () => {
    const clock = new ManualClock();
    await using hub = await startHub({ clock });
    for (let sent = 0; sent < 500; sent++) await refuse(hub);
    assert.deepEqual(await entries(hub.registry), [{ ...local, ...refused }]);
    clock.advance(60_000);
    await until(async () => (await entries(hub.registry)).length === 2, 'the count');
    const token = hub.token({ admin: true });
    const { json } = await hub.request('GET', '/admin/audit?$top=1', { token });
    const [{ dateTime, ...newest }] = json.value;
    assert.deepEqual(newest, { ...refused, from: '127.0.0.1', count: 499 });
    assert.ok(!Number.isNaN(Date.parse(dateTime)));
    await refuse(hub);
    await until(async () => (await entries(hub.registry)).length === 3, 'the next minute');
  });

  test('from ever new addresses is bounded too', async () => {
    const clock = new ManualClock();
    await using hub = await startHub({ clock, settings: { 'trusted-proxy': ['127.0.0.1'] } });
    for (let sent = 0; sent < 600; sent++)
      await refuse(hub, { 'x-forwarded-for': `10.0.${sent >> 8}.${sent & 255}` });
    clock.advance(60_000);
    await until(async () => (await entries(hub.registry)).length >= 258, 'the count');
    const found = await entries(hub.registry);
    assert.equal(found.length, 258);
    assert.deepEqual(found.at(-1), {
      who: 'others',
      from: 'others',
      what: 'tokenRefused',
      on: 'others',
      count: 343,
    });
  });
});
