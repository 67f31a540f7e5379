import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { assertRetry } from '@carillon/testing/hub/assert-error.ts';
import {
  alice,
  claimsOf,
  openBrowser,
  openIdentity,
  operator,
  password,
  secret,
  signIn,
  type Tokens,
  tokensBySignIn,
} from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { mintToken } from '../../../src/auth/provider/exchange/mint-token.ts';
import { systemClock } from '../../../src/lib/clock.ts';

const created = 'Notifications.ReadWrite.CreatedByApp';
const service = { client_id: 'service', client_secret: secret };

/** fetch sets Host by itself, so this one asks below it. */
function getWithHeaders(url: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve(text + (response.headers.location ?? ''));
    })
      .on('error', reject)
      .end();
  });
}

describe('sign-in', () => {
  test('a public client gets tokens for the user by code and PKCE', async () => {
    await using identity = await openIdentity();
    const scope = `openid profile offline_access ${identity.publicUrl}/${created}`;
    const tokens = await tokensBySignIn(identity, { scope });
    const keys = createLocalJWKSet({
      keys: identity.provider.publicKeys.keys.map((key) => ({ ...key, kty: 'RSA' })),
    });
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
      issuer: identity.provider.issuer,
      audience: identity.publicUrl,
      typ: 'at+jwt',
    });
    const user = await identity.registry.users.findByName(alice);
    assert.equal(protectedHeader.alg, 'RS256');
    assert.equal(payload.sub, user?.id);
    assert.equal(payload.oid, user?.id);
    assert.equal(payload.preferred_username, alice);
    assert.equal(payload.azp, 'phone');
    assert.equal(payload.scp, created);
    assert.equal(payload.roles, undefined);
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3600);
    assert.equal(tokens.scope, `openid profile offline_access ${identity.publicUrl}/${created}`);
    assert.equal(claimsOf(tokens.id_token ?? '').preferred_username, alice);
    assert.deepEqual(identity.failures, []);
  });

  test('without PKCE a public client is sent back with an error', async () => {
    await using identity = await openIdentity();
    const more = { code_challenge: '', code_challenge_method: '' };
    const { location } = await signIn(identity, { scope: created, more });
    assert.equal(new URL(location).searchParams.get('error'), 'invalid_request');
  });

  test('an unknown scope is sent back as invalid_scope that names it', async () => {
    await using identity = await openIdentity();
    const { location } = await signIn(identity, { scope: 'Mail.Read' });
    const { searchParams } = new URL(location);
    assert.equal(searchParams.get('error'), 'invalid_scope');
    assert.match(searchParams.get('error_description') ?? '', /Mail\.Read is not known/);
  });

  test('an unregistered redirect URI is never followed', async () => {
    await using identity = await openIdentity();
    const { response, location } = await signIn(identity, {
      scope: created,
      redirectUri: 'https://evil.example/',
    });
    assert.equal(location, '');
    assert.equal(response.status, 400);
    assert.match(await response.text(), /<h1>Something is wrong/);
  });

  test('a wrong password shows the form again, and the eleventh attempt is refused', async () => {
    await using identity = await openIdentity({ clock: new ManualClock() });
    const browse = openBrowser();
    const query = new URLSearchParams({
      client_id: 'phone',
      response_type: 'code',
      redirect_uri: 'http://localhost:9999/signed-in',
      scope: created,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      login_hint: alice,
    });
    const begun = await browse(`${identity.publicUrl}/identity/authorize?${query}`);
    const page = begun.headers.get('location') ?? '';
    const form = await browse(page);
    const html = await form.text();
    assert.match(html, /<label for="password">/);
    assert.match(html, /value="alice@contoso\.example"/);
    assert.doesNotMatch(html, /<script/);
    assert.match(
      form.headers.get('content-security-policy') ?? '',
      /form-action 'self' http:\/\/localhost:9999;/,
    );
    const attempt = (guess: string) =>
      browse(page, { method: 'POST', body: new URLSearchParams({ name: alice, password: guess }) });
    for (let i = 0; i < 10; i++) {
      const response = await attempt('wrong');
      assert.equal(response.status, 401);
      assert.match(await response.text(), /role="alert"/);
    }
    const refused = await attempt(password);
    assert.equal(refused.status, 429);
    assert.match(await refused.text(), /Too many failed attempts/);
    assertRetry(Object.fromEntries(refused.headers), 10);
    assert.ok(Number(refused.headers.get('retry-after')) <= 5);
    const { location } = await signIn(identity, { scope: created, user: operator });
    assert.match(location, /code=/, 'others behind the same address sign in');
  });

  test('who has signed in with a browser before is not kept out of it by what others try', async () => {
    await using identity = await openIdentity({ clock: new ManualClock() });
    const { browse } = await signIn(identity, { scope: created });
    const open = async (ask: typeof browse) => {
      const query = new URLSearchParams({
        ...{ client_id: 'phone', response_type: 'code', scope: created, prompt: 'login' },
        redirect_uri: 'http://localhost/signed-in',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      });
      const begun = await ask(`${identity.publicUrl}/identity/authorize?${query}`);
      return begun.headers.get('location') ?? '';
    };
    const attempt = (ask: typeof browse, page: string, guess: string) =>
      ask(page, { method: 'POST', body: new URLSearchParams({ name: alice, password: guess }) });
    const stranger = openBrowser();
    const strangersPage = await open(stranger);
    for (let i = 0; i < 10; i++) assert.equal((await attempt(stranger, strangersPage, 'wrong')).status, 401);
    assert.equal((await attempt(stranger, strangersPage, password)).status, 429);
    const page = await open(browse);
    assert.equal((await attempt(browse, page, password)).status, 303);
  });

  test('the sign-in page of another browser is refused', async () => {
    await using identity = await openIdentity();
    const response = await openBrowser()(`${identity.publicUrl}/identity/sign-in/somebody-elses`);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /Sign-in ended/);
  });

  test('a client gets tokens for its own app’s service, not for another’s', async () => {
    await using identity = await openIdentity();
    const own = await tokensBySignIn(identity, { scope: 'openid api://service/Things.Do' });
    assert.equal(claimsOf(own.access_token).aud, 'service');
    assert.equal(claimsOf(own.access_token).scp, 'Things.Do');
    const { location } = await signIn(identity, { scope: 'api://other/Things.Do' });
    assert.equal(new URL(location).searchParams.get('error'), 'invalid_target');
  });

  test('signing in alone gives a token that is not an app’s own', async () => {
    await using identity = await openIdentity();
    const claims = claimsOf((await tokensBySignIn(identity, { scope: 'openid profile' })).access_token);
    assert.equal(claims.scp, 'openid');
    assert.equal(claims.idtyp, undefined);
  });

  test('signing out ends the session and leads back', async () => {
    await using identity = await openIdentity();
    const { browse } = await signIn(identity, { scope: created });
    const leadsTo = 'https://page.contoso.example/in';
    const query = new URLSearchParams({ client_id: 'phone', post_logout_redirect_uri: leadsTo });
    const page = await browse(`${identity.publicUrl}/identity/sign-out?${query}`);
    const html = await page.text();
    assert.match(html, /<h1>Sign out/);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const confirmed = await browse(`${identity.publicUrl}/identity/sign-out/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf, logout: 'yes' }),
    });
    assert.equal(confirmed.headers.get('location'), leadsTo);
  });
});

describe('tokens', () => {
  test('a refresh without scope, or with .default, gives all of it again', async () => {
    await using identity = await openIdentity();
    for (const scope of [undefined, `${identity.publicUrl}/.default`]) {
      const first = await tokensBySignIn(identity, {
        scope: `offline_access ${identity.publicUrl}/.default`,
      });
      const form = {
        grant_type: 'refresh_token',
        client_id: 'phone',
        refresh_token: first.refresh_token ?? '',
      };
      const response = await identity.post('/token', scope === undefined ? form : { ...form, scope });
      const { scp } = claimsOf(((await response.json()) as Tokens).access_token);
      assert.equal(scp, `${created} UserActivity.ReadWrite.CreatedByApp`);
    }
  });

  test('a refresh never gives more than was granted', async () => {
    await using identity = await openIdentity();
    const first = await tokensBySignIn(identity, { scope: `offline_access ${created}` });
    const form = {
      grant_type: 'refresh_token',
      client_id: 'phone',
      refresh_token: first.refresh_token ?? '',
    };
    const response = await identity.post('/token', { ...form, scope: 'Notifications.ReadWrite' });
    assert.equal(((await response.json()) as Tokens).error, 'invalid_scope');
  });

  test('without offline_access there is no refresh token', async () => {
    await using identity = await openIdentity();
    assert.equal((await tokensBySignIn(identity, { scope: `openid ${created}` })).refresh_token, undefined);
  });

  for (const way of ['post', 'basic'] as const) {
    test(`client credentials by client_secret_${way} give the app’s own token`, async () => {
      await using identity = await openIdentity();
      const form = { grant_type: 'client_credentials', scope: `${identity.publicUrl}/.default` };
      const basic = {
        authorization: `Basic ${Buffer.from(`service:${encodeURIComponent(secret)}`).toString('base64')}`,
      };
      const response = await (way === 'post'
        ? identity.post('/token', { ...form, ...service })
        : identity.post('/token', form, basic));
      const claims = claimsOf(((await response.json()) as Tokens).access_token);
      assert.deepEqual(
        { sub: claims.sub, idtyp: claims.idtyp, scp: claims.scp, roles: claims.roles, aud: claims.aud },
        { sub: 'service', idtyp: 'app', scp: undefined, roles: undefined, aud: identity.publicUrl },
      );
    });
  }

  const refused: [what: string, form: Record<string, string>, status: number, error: string][] = [
    ['a wrong secret', { ...service, client_secret: 'wrong', scope: '.default' }, 401, 'invalid_client'],
    [
      'an unknown client',
      { client_id: 'nobody', client_secret: secret, scope: '.default' },
      401,
      'invalid_client',
    ],
    ['a public client', { client_id: 'phone', scope: '.default' }, 400, 'invalid_request'],
    ['Carillon.Admin', { ...service, scope: 'Carillon.Admin' }, 400, 'invalid_scope'],
    ['an unknown scope', { ...service, scope: 'Mail.Read' }, 400, 'invalid_scope'],
    ['another app’s audience', { ...service, scope: 'api://other/.default' }, 400, 'invalid_target'],
  ];
  for (const [what, form, status, error] of refused) {
    test(`client credentials refuse ${what}`, async () => {
      await using identity = await openIdentity();
      const response = await identity.post('/token', { grant_type: 'client_credentials', ...form });
      const body = (await response.json()) as Tokens;
      assert.deepEqual({ status: response.status, error: body.error }, { status, error });
      assert.ok(body.error_description);
    });
  }

  test('a form beyond 64 KiB is refused', async () => {
    await using identity = await openIdentity();
    for (const size of [70_000, 5_000_000]) {
      const response = await identity.post('/token', { scope: 'x'.repeat(size) });
      assert.equal(response.status, 413);
    }
  });

  test('pages of a public client may call the token endpoint, others may not', async () => {
    await using identity = await openIdentity();
    const from = async (origin: string) => {
      const form = { grant_type: 'refresh_token', client_id: 'phone', refresh_token: 'x' };
      const response = await identity.post('/token', form, { origin });
      return response.headers.get('access-control-allow-origin');
    };
    assert.equal(await from('https://page.contoso.example'), 'https://page.contoso.example');
    assert.equal(await from('https://evil.example'), null);
  });

  test('an app that a command makes or changes counts at the next request', async () => {
    await using identity = await openIdentity();
    const form = { grant_type: 'client_credentials', ...service };
    assert.equal((await identity.post('/token', form)).status, 200);
    const app = identity.registry.apps.findById('service');
    assert.ok(app);
    await identity.registry.apps.put({
      ...app,
      clients: app.clients.map((each) => ({ ...each, secretHash: 'another' })),
    });
    assert.equal((await identity.post('/token', form)).status, 401);
    await identity.registry.apps.put({ ...app, clients: [] });
    assert.equal((await identity.post('/token', form)).status, 401);
  });
});

test('every URL is built from the public URL, whatever the request says', async () => {
  await using identity = await openIdentity();
  const hostile = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.example',
  };
  const base = `${identity.publicUrl}/identity`;
  const discovery = await getWithHeaders(`${base}/.well-known/openid-configuration`, hostile);
  assert.equal(JSON.parse(discovery).token_endpoint, `${base}/token`);
  const query = new URLSearchParams({
    client_id: 'phone',
    response_type: 'code',
    redirect_uri: 'http://localhost/signed-in',
    scope: created,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const authorize = await getWithHeaders(`${base}/authorize?${query}`, hostile);
  assert.match(authorize, new RegExp(`${base}/sign-in/`));
  assert.doesNotMatch(discovery + authorize, /evil/);
});

test('behind a proxy with TLS and a path, URLs and cookies follow the public URL', async () => {
  await using identity = await openIdentity({ publicUrl: 'https://hub.example/bells' });
  const response = await identity.post('/token', { grant_type: 'client_credentials', ...service });
  const claims = claimsOf(((await response.json()) as Tokens).access_token);
  assert.equal(claims.iss, 'https://hub.example/bells/identity');
  assert.equal(claims.aud, 'https://hub.example/bells');
  const query =
    'client_id=phone&response_type=code&redirect_uri=http://localhost/signed-in&code_challenge_method=S256';
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  const begun = await identity.get(`/authorize?${query}&code_challenge=${challenge}`);
  assert.match(begun.headers.get('location') ?? '', /^https:\/\/hub\.example\/bells\/identity\/sign-in\//);
  const [cookie = ''] = begun.headers.getSetCookie();
  assert.match(cookie, /path=\/bells\/identity\/sign-in\/[^;]+;.*secure; httponly/i);
});

test('a minted token is one the provider would issue', async () => {
  await using identity = await openIdentity();
  const { registry, publicUrl, provider } = identity;
  const options = { registry, publicUrl, clock: systemClock, appId: 'service' };
  const keys = createLocalJWKSet({ keys: provider.publicKeys.keys.map((key) => ({ ...key, kty: 'RSA' })) });
  const claims = async (token: string) => (await jwtVerify(token, keys, { issuer: provider.issuer })).payload;
  const delegated = await claims(await mintToken({ ...options, userName: alice, clientId: 'phone' }));
  assert.equal(delegated.scp, created);
  assert.equal(delegated.azp, 'phone');
  assert.equal(delegated.aud, publicUrl);
  const own = await claims(await mintToken(options));
  assert.equal(own.idtyp, 'app');
  assert.equal(own.sub, 'service');
  const admin = await claims(await mintToken({ ...options, appId: undefined, admin: true }));
  assert.deepEqual(admin.roles, ['Carillon.Admin']);
  assert.equal(admin.idtyp, undefined);
  await assert.rejects(mintToken({ ...options, appId: 'x' }), /no app named x; there are: other, service/);
  await assert.rejects(
    mintToken({ ...options, clientId: 'x' }),
    /no client of the app service named x; there are: service, phone/,
  );
  await assert.rejects(mintToken({ ...options, userName: 'x' }), /no user named x; there are: alice@/);
});
