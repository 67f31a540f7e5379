import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  claimsOf,
  giveScopes,
  openIdentity,
  operator,
  secret,
  type TestIdentity,
  type Tokens,
  tokensBySignIn,
} from '@carillon/testing/hub/identity.ts';
import { otherSpelling } from '@carillon/testing/hub/issuer.ts';
import { type MintOptions, mintToken } from '../../../src/auth/provider/exchange/mint-token.ts';
import { systemClock } from '../../../src/lib/clock.ts';

const created = 'Notifications.ReadWrite.CreatedByApp';
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

function assertion(
  { registry, publicUrl }: TestIdentity,
  options: Partial<MintOptions> = {},
): Promise<string> {
  return mintToken({
    registry,
    publicUrl,
    clock: systemClock,
    appId: 'service',
    clientId: 'phone',
    userName: alice,
    scopes: ['user_impersonation'],
    audience: 'service',
    ...options,
  });
}

async function exchange(identity: TestIdentity, token: string, form: Record<string, string> = {}) {
  const response = await identity.post('/token', {
    grant_type: grantType,
    client_id: 'service',
    client_secret: secret,
    assertion: token,
    requested_token_use: 'on_behalf_of',
    scope: created,
    ...form,
  });
  return { status: response.status, body: (await response.json()) as Tokens };
}

describe('On-Behalf-Of', () => {
  test('a service exchanges what its phone app got by signing in', async () => {
    await using identity = await openIdentity();
    const phone = await tokensBySignIn(identity, { scope: 'openid api://service/user_impersonation' });
    const { status, body } = await exchange(identity, phone.access_token);
    assert.equal(status, 200);
    assert.equal(body.token_type, 'Bearer');
    assert.equal(body.expires_in, 3600);
    assert.equal(body.scope, created);
    assert.equal(body.id_token, undefined);
    const claims = claimsOf(body.access_token);
    assert.equal(claims.sub, (await identity.registry.users.findByName(alice))?.id);
    assert.equal(claims.azp, 'service');
    assert.equal(claims.aud, identity.publicUrl);
    assert.equal(claims.scp, created);
    assert.deepEqual(identity.failures, []);
  });

  test('the refresh token gives the same again', async () => {
    await using identity = await openIdentity();
    const { body } = await exchange(identity, await assertion(identity), {
      scope: `https://graph.microsoft.com/${created}`,
    });
    assert.equal(body.scope, `https://graph.microsoft.com/${created}`);
    const response = await identity.post('/token', {
      grant_type: 'refresh_token',
      client_id: 'service',
      client_secret: secret,
      refresh_token: body.refresh_token ?? '',
      scope: `openid profile offline_access https://graph.microsoft.com/${created}`,
    });
    const again = (await response.json()) as Tokens;
    assert.equal(claimsOf(again.access_token).scp, created);
    assert.equal(again.scope, `https://graph.microsoft.com/${created}`);
  });

  test('with openid there is an ID token', async () => {
    await using identity = await openIdentity();
    const { body } = await exchange(identity, await assertion(identity), {
      scope: `openid profile offline_access ${created}`,
    });
    const claims = claimsOf(body.id_token ?? '');
    assert.equal(claims.aud, 'service');
    assert.equal(claims.preferred_username, alice);
  });

  test('.default gives what every client is granted', async () => {
    await using identity = await openIdentity();
    const { body } = await exchange(identity, await assertion(identity), {
      scope: `${identity.publicUrl}/.default`,
    });
    assert.equal(claimsOf(body.access_token).scp, `${created} UserActivity.ReadWrite.CreatedByApp`);
  });

  test('all notifications of the user only when an operator gave the service that scope', async () => {
    await using identity = await openIdentity();
    const scope = 'Notifications.ReadWrite';
    for (const scopes of [['user_impersonation'], [scope]]) {
      const { body } = await exchange(identity, await assertion(identity, { scopes }), { scope });
      assert.equal(body.error, 'invalid_scope');
    }
    await giveScopes(identity, 'service', [created, scope]);
    const granted = await exchange(identity, await assertion(identity), { scope });
    assert.equal(claimsOf(granted.body.access_token).scp, scope);
  });

  const refusals: [
    what: string,
    token: (identity: TestIdentity) => string | Promise<string>,
    form: Record<string, string>,
    error: string,
  ][] = [
    [
      'an expired assertion',
      (identity) => assertion(identity, { lifetimeSeconds: -61 }),
      {},
      'invalid_grant',
    ],
    ['a foreign audience', (identity) => assertion(identity, { audience: 'other' }), {}, 'invalid_grant'],
    [
      'a token for the hub',
      (identity) => assertion(identity, { audience: identity.publicUrl }),
      {},
      'invalid_grant',
    ],
    ["an app's own token", (identity) => assertion(identity, { userName: undefined }), {}, 'invalid_grant'],
    [
      'another issuer',
      (identity) => assertion(identity, { publicUrl: 'https://x.example' }),
      {},
      'invalid_grant',
    ],
    [
      'a changed assertion',
      async (identity) => `${(await assertion(identity)).slice(0, -4)}AAAA`,
      {},
      'invalid_grant',
    ],
    [
      'another spelling of an assertion',
      async (identity) => otherSpelling(await assertion(identity)),
      {},
      'invalid_grant',
    ],
    ['no assertion', () => '', {}, 'invalid_request'],
    ['another token use', assertion, { requested_token_use: 'x' }, 'invalid_request'],
    ['a wrong secret', assertion, { client_secret: 'wrong' }, 'invalid_client'],
    ['a public client', assertion, { client_id: 'phone', client_secret: '' }, 'invalid_request'],
    ['another app’s client', assertion, { client_id: 'other' }, 'invalid_grant'],
    ['an unknown scope', assertion, { scope: 'Mail.Read' }, 'invalid_scope'],
    [
      'Carillon.Admin, even of an operator whose assertion has it',
      (identity) => assertion(identity, { userName: operator, admin: true }),
      { scope: 'Carillon.Admin' },
      'invalid_scope',
    ],
  ];
  for (const [what, token, form, error] of refusals) {
    test(`refuses ${what}`, async () => {
      await using identity = await openIdentity();
      const { status, body } = await exchange(identity, await token(identity), form);
      assert.equal(body.error, error);
      assert.equal(status, error === 'invalid_client' ? 401 : 400);
      assert.ok(body.error_description);
      assert.deepEqual(identity.failures, []);
    });
  }

  test('an assertion that ended within the tolerance still counts', async () => {
    await using identity = await openIdentity();
    assert.equal((await exchange(identity, await assertion(identity, { lifetimeSeconds: -30 }))).status, 200);
  });
});
