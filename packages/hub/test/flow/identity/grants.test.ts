// What a client may ask for is registered: which scopes of the hub each client gets, and by which way.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  claimsOf,
  giveScopes,
  openBrowser,
  openIdentity,
  operator,
  passwordHash,
  type SignIn,
  secret,
  signIn,
  type TestIdentity,
  type Tokens,
  tokensBySignIn,
} from '@carillon/testing/hub/identity.ts';

const created = 'Notifications.ReadWrite.CreatedByApp';
const all = 'Notifications.ReadWrite';
const admin = 'Carillon.Admin';
const read = 'Carillon.Read';

/** The error that the sign-in led back with, or null. */
async function errorOf(identity: TestIdentity, options: SignIn): Promise<string | null> {
  const { location } = await signIn(identity, options);
  return new URL(location).searchParams.get('error');
}

function atConsole({ publicUrl }: TestIdentity, more: Partial<SignIn> = {}): SignIn {
  return {
    scope: admin,
    user: operator,
    clientId: 'carillon-console',
    redirectUri: `${publicUrl}/console`,
    ...more,
  };
}

async function refresh(identity: TestIdentity, token = '', scope?: string): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', client_id: 'phone', refresh_token: token };
  const response = await identity.post('/token', scope === undefined ? form : { ...form, scope });
  return (await response.json()) as Tokens;
}

describe('all notifications of a user', () => {
  test('are refused to a client that no operator gave them, however it writes the scope', async () => {
    await using identity = await openIdentity();
    const ways = [
      all,
      all.toLowerCase(),
      `${created} ${all}`,
      `${identity.publicUrl}/${all}`,
      `https://graph.microsoft.com/${all}`,
      `api://service/${all}`,
      `api://service/https://graph.microsoft.com/${all}`,
    ];
    for (const scope of ways) assert.equal(await errorOf(identity, { scope }), 'invalid_scope', scope);
    const bare = { scope: all, more: { resource: 'api://service' } };
    assert.equal(await errorOf(identity, bare), 'invalid_scope');
    const { access_token } = await tokensBySignIn(identity, { scope: `${identity.publicUrl}/.default` });
    assert.ok(!String(claimsOf(access_token).scp).split(' ').includes(all));
    const form = {
      grant_type: 'client_credentials',
      client_id: 'service',
      client_secret: secret,
      scope: all,
    };
    const response = await identity.post('/token', form);
    assert.equal(((await response.json()) as Tokens).error, 'invalid_scope');
  });

  test('are for a client that an operator gave them, until they are taken away', async () => {
    await using identity = await openIdentity();
    await giveScopes(identity, 'phone', [created, all]);
    const first = await tokensBySignIn(identity, { scope: `offline_access ${all}` });
    assert.equal(claimsOf(first.access_token).scp, all);
    const byDefault = await tokensBySignIn(identity, { scope: '.default' });
    assert.equal(claimsOf(byDefault.access_token).scp, `${created} ${all}`);
    await giveScopes(identity, 'phone', undefined);
    assert.equal(await errorOf(identity, { scope: all }), 'invalid_scope');
    const second = await refresh(identity, first.refresh_token);
    assert.ok(!String(claimsOf(second.access_token).scp).includes(all));
    const named = await refresh(identity, second.refresh_token, all);
    assert.ok(named.error ?? !String(claimsOf(named.access_token).scp).includes(all));
  });
});

describe('what the token answer says was granted', () => {
  test('leaves out what the hub does not serve, and names offline_access', async () => {
    await using identity = await openIdentity();
    const prefix = 'https://graph.microsoft.com';
    const scope = `openid offline_access ${prefix}/User.Read ${created.toLowerCase()}`;
    const tokens = await tokensBySignIn(identity, { scope });
    assert.equal(claimsOf(tokens.access_token).scp, created);
    assert.equal(tokens.scope, `openid offline_access ${created.toLowerCase()}`);
    const again = await refresh(identity, tokens.refresh_token, scope);
    assert.equal(again.scope, tokens.scope);
  });

  test('also for a token for the app’s own service, which holds no scope of the provider', async () => {
    await using identity = await openIdentity();
    const tokens = await tokensBySignIn(identity, { scope: 'openid offline_access api://service/Things.Do' });
    assert.equal(claimsOf(tokens.access_token).scp, 'Things.Do');
    assert.equal(tokens.scope, 'openid offline_access api://service/Things.Do');
  });
});

describe('Carillon.Admin', () => {
  test('is refused to every client but the console, also where an operator has signed in', async () => {
    await using identity = await openIdentity();
    await giveScopes(identity, 'phone', [created, all]);
    const { browse } = await signIn(identity, { scope: created, user: operator });
    const none = { prompt: 'none' };
    assert.equal(
      await errorOf(identity, { scope: created, browse, more: none }),
      null,
      'the session is there',
    );
    for (const scope of [admin, admin.toLowerCase(), `${created} ${admin}`, `api://service/${admin}`]) {
      assert.equal(await errorOf(identity, { scope, browse }), 'invalid_scope', scope);
      assert.equal(await errorOf(identity, { scope, browse, more: none }), 'invalid_scope', scope);
      assert.equal(await errorOf(identity, { scope, user: operator }), 'invalid_scope', scope);
    }
  });

  test('is for an operator at the console, for an hour and without a refresh token', async () => {
    await using identity = await openIdentity();
    const scope = `openid profile offline_access ${admin}`;
    const tokens = await tokensBySignIn(identity, atConsole(identity, { scope }));
    const { roles, iat, exp } = claimsOf(tokens.access_token);
    assert.deepEqual(roles, [admin]);
    assert.equal(Number(exp) - Number(iat), 3600);
    assert.equal(tokens.refresh_token, undefined);
    assert.equal(tokens.scope, `openid profile ${admin}`);
    const ofAlice = await tokensBySignIn(
      identity,
      atConsole(identity, { scope, user: 'alice@contoso.example' }),
    );
    assert.equal(claimsOf(ofAlice.access_token).roles, undefined);
  });

  test('is not for a user who only reads, who gets Carillon.Read by the same rules', async () => {
    await using identity = await openIdentity();
    const reader = 'rita@contoso.example';
    const user = { id: randomUUID(), name: reader, passwordHash, operator: false, operatorRead: true };
    await identity.registry.users.put(user);
    const scope = `offline_access ${admin} ${read}`;
    const tokens = await tokensBySignIn(identity, atConsole(identity, { scope, user: reader }));
    assert.deepEqual(claimsOf(tokens.access_token).roles, [read]);
    assert.equal(claimsOf(tokens.access_token).scp, read);
    assert.equal(tokens.refresh_token, undefined);
    const ofAdmin = await tokensBySignIn(identity, atConsole(identity, { scope: read }));
    assert.deepEqual(claimsOf(ofAdmin.access_token).roles, [read], 'who may change may also just look');
    const ofAlice = atConsole(identity, { scope, user: 'alice@contoso.example' });
    assert.equal(claimsOf((await tokensBySignIn(identity, ofAlice)).access_token).roles, undefined);
    for (const each of [read, read.toLowerCase(), `${created} ${read}`, `api://service/${read}`])
      assert.equal(await errorOf(identity, { scope: each, user: reader }), 'invalid_scope', each);
    const silent = atConsole(identity, { scope: read, user: reader, more: { prompt: 'none' } });
    assert.equal(await errorOf(identity, silent), 'login_required');
  });

  test('is never given silently, not even a moment after the password', async () => {
    await using identity = await openIdentity();
    const { browse } = await signIn(identity, atConsole(identity));
    const silent = atConsole(identity, { browse, more: { prompt: 'none' } });
    assert.equal(await errorOf(identity, silent), 'login_required');
    assert.equal(await errorOf(identity, { ...silent, scope: '.default' }), 'login_required');
  });

  test('needs the password again when it was typed more than five minutes ago', async (context) => {
    await using identity = await openIdentity();
    const browse = openBrowser();
    await signIn(identity, { scope: created, user: operator, browse });
    const query = new URLSearchParams({
      client_id: 'carillon-console',
      response_type: 'code',
      redirect_uri: `${identity.publicUrl}/console`,
      scope: admin,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    const leadsTo = async (): Promise<string> => {
      const response = await browse(`${identity.publicUrl}/identity/authorize?${query}`);
      return new URL(response.headers.get('location') ?? '').pathname;
    };
    assert.equal(await leadsTo(), '/console');
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    context.mock.timers.tick(290_000);
    assert.equal(await leadsTo(), '/console');
    context.mock.timers.tick(12_000);
    assert.match(await leadsTo(), /^\/identity\/sign-in\//);
  });

  test('is not kept by a refresh token of before, nor for a client of that name', async () => {
    await using identity = await openIdentity();
    const first = await tokensBySignIn(identity, { scope: `offline_access ${created}`, user: operator });
    const { refreshFamilies } = identity.registry;
    const stored = await refreshFamilies.find(first.refresh_token ?? '');
    assert.ok(stored);
    const payload = { ...stored.payload, scope: `offline ${created} ${admin}` };
    await refreshFamilies.renew(stored.id, payload, stored.expiresAt);
    const second = await refresh(identity, first.refresh_token);
    assert.equal(claimsOf(second.access_token).scp, created);
    assert.equal(claimsOf(second.access_token).roles, undefined);
    const taken = identity.registry.apps.put({
      id: 'carillon-console',
      hosts: [],
      clients: [],
      blocked: false,
    });
    await assert.rejects(taken, /the hub's own/);
  });
});
