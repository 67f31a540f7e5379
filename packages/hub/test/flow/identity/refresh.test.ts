// Refresh tokens: one chain for each sign-in, whoever spends what how often, and what ends it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  alice,
  claimsOf,
  giveScopes,
  openIdentity,
  secret,
  signIn,
  type TestIdentity,
  type Tokens,
  tokensBySignIn,
} from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { mintToken } from '../../../src/auth/provider/exchange/mint-token.ts';
import { userSubject } from '../../../src/auth/revoked-tokens.ts';

const created = 'Notifications.ReadWrite.CreatedByApp';
const scope = `openid offline_access ${created}`;
const service = { client_id: 'service', client_secret: secret };

async function refresh(
  identity: TestIdentity,
  token: string | undefined,
  client: Record<string, string> = { client_id: 'phone' },
): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', refresh_token: token ?? '', ...client };
  return (await (await identity.post('/token', form)).json()) as Tokens;
}

async function exchange(identity: TestIdentity, clock: ManualClock): Promise<Tokens> {
  const { registry, publicUrl } = identity;
  const asked = { appId: 'service', clientId: 'phone', userName: alice, audience: 'service' };
  const assertion = await mintToken({ registry, publicUrl, clock, ...asked, scopes: ['user_impersonation'] });
  const response = await identity.post('/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    requested_token_use: 'on_behalf_of',
    scope: `${created} offline_access`,
    assertion,
    ...service,
  });
  return (await response.json()) as Tokens;
}

const clients = [
  {
    kind: 'public',
    client: { client_id: 'phone' },
    first: (identity: TestIdentity) => tokensBySignIn(identity, { scope }),
  },
  { kind: 'confidential', client: service, first: exchange },
] as const;

for (const { kind, client, first } of clients) {
  describe(`a refresh token of a ${kind} client`, () => {
    test('spent five times at once gives one successor, which works', async () => {
      const clock = new ManualClock();
      await using identity = await openIdentity({ clock });
      const { refresh_token: token } = await first(identity, clock);
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => refresh(identity, token, client)));
      const successors = new Set(answers.map((each) => each.refresh_token));
      assert.equal(successors.size, 1);
      const [successor] = successors;
      assert.notEqual(successor, token);
      const next = await refresh(identity, successor, client);
      assert.equal(claimsOf(next.access_token).scp, created);
      assert.deepEqual(identity.failures, []);
    });

    test('spent again within ten seconds gives the same successor; later it ends the family', async () => {
      const clock = new ManualClock();
      await using identity = await openIdentity({ clock });
      const { refresh_token: token } = await first(identity, clock);
      const once = await refresh(identity, token, client);
      clock.advance(8000);
      const again = await refresh(identity, token, client);
      assert.equal(again.refresh_token, once.refresh_token);
      clock.advance(3000);
      assert.equal((await refresh(identity, token, client)).error, 'invalid_grant');
      assert.equal((await refresh(identity, once.refresh_token, client)).error, 'invalid_grant');
    });

    test('spent again beside a used successor ends the family, also within ten seconds', async () => {
      const clock = new ManualClock();
      await using identity = await openIdentity({ clock });
      const { refresh_token: token } = await first(identity, clock);
      const second = await refresh(identity, token, client);
      const third = await refresh(identity, second.refresh_token, client);
      assert.ok(third.refresh_token);
      assert.equal((await refresh(identity, token, client)).error, 'invalid_grant');
      assert.equal((await refresh(identity, third.refresh_token, client)).error, 'invalid_grant');
    });

    test('lives among the ten newest of its user and client', async () => {
      const clock = new ManualClock();
      await using identity = await openIdentity({ clock });
      const families: Tokens[] = [];
      for (let i = 0; i < 11; i++) {
        families.push(await first(identity, clock));
        clock.advance(1);
      }
      const [oldest, next] = families;
      assert.equal((await refresh(identity, oldest?.refresh_token, client)).error, 'invalid_grant');
      assert.ok((await refresh(identity, next?.refresh_token, client)).access_token);
    });
  });
}

test('a misuse ends no other family of the same user and client', async () => {
  const clock = new ManualClock();
  await using identity = await openIdentity({ clock });
  const [one, other] = [await exchange(identity, clock), await exchange(identity, clock)];
  await refresh(identity, one.refresh_token, service);
  clock.advance(11_000);
  assert.equal((await refresh(identity, one.refresh_token, service)).error, 'invalid_grant');
  assert.ok((await refresh(identity, other.refresh_token, service)).access_token);
});

test('a made-up successor is no token, and a stolen token of another client ends nothing', async () => {
  const clock = new ManualClock();
  await using identity = await openIdentity({ clock });
  const first = await exchange(identity, clock);
  const second = await refresh(identity, first.refresh_token, service);
  const [family, , mac] = (second.refresh_token ?? '').split('.');
  for (const forged of [`${family}.2.${mac}`, `${family}.1`, `${family}.1.x`, `${family}.01.${mac}`])
    assert.equal((await refresh(identity, forged, service)).error, 'invalid_grant');
  clock.advance(11_000);
  assert.equal((await refresh(identity, first.refresh_token)).error, 'invalid_grant');
  assert.ok((await refresh(identity, second.refresh_token, service)).access_token);
});

test('signing out ends the refresh tokens of the session', async () => {
  const clock = new ManualClock();
  await using identity = await openIdentity({ clock });
  const elsewhere = await tokensBySignIn(identity, { scope });
  const { browse, location, verifier, redirectUri } = await signIn(identity, { scope });
  const response = await identity.post('/token', {
    ...{ grant_type: 'authorization_code', client_id: 'phone', code_verifier: verifier },
    code: new URL(location).searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
  });
  const tokens = (await response.json()) as Tokens;
  const html = await (await browse(`${identity.publicUrl}/identity/sign-out?client_id=phone`)).text();
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const body = new URLSearchParams({ xsrf, logout: 'yes' });
  await browse(`${identity.publicUrl}/identity/sign-out/confirm`, { method: 'POST', body });
  assert.equal((await refresh(identity, tokens.refresh_token)).error, 'invalid_grant');
  assert.ok((await refresh(identity, elsewhere.refresh_token)).access_token, 'another session goes on');
  assert.deepEqual(identity.failures, []);
});

test('a revoked user’s refresh tokens and browser sessions end, and the next sign-in counts at once', async () => {
  const clock = new ManualClock();
  await using identity = await openIdentity({ clock });
  const { browse } = await signIn(identity, { scope });
  const before = await tokensBySignIn(identity, { scope });
  const user = await identity.registry.users.findByName(alice);
  const subject = userSubject(user?.id ?? '');
  await identity.registry.revocations.add({ subject, at: clock.now(), until: null });
  assert.equal((await refresh(identity, before.refresh_token)).error, 'invalid_grant');
  const query = new URLSearchParams({
    ...{ client_id: 'phone', response_type: 'code', scope: created, prompt: 'none' },
    redirect_uri: 'http://localhost/signed-in',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const silent = await browse(`${identity.publicUrl}/identity/authorize?${query}`);
  assert.match(silent.headers.get('location') ?? '', /error=login_required/);
  clock.advance(1);
  const after = await tokensBySignIn(identity, { scope });
  assert.ok(after.access_token);
  assert.ok((await refresh(identity, after.refresh_token)).access_token);
});

test('a narrower scope is what the access token has, also of a token that is spent again', async () => {
  const clock = new ManualClock();
  await using identity = await openIdentity({ clock });
  const both = `${created} Notifications.ReadWrite`;
  await giveScopes(identity, 'phone', both.split(' '));
  const { refresh_token: token } = await tokensBySignIn(identity, { scope: `openid offline_access ${both}` });
  const narrower = { client_id: 'phone', scope: created };
  const answers = [
    await refresh(identity, token, narrower),
    await refresh(identity, token, narrower),
    await refresh(identity, token),
    await refresh(identity, token, narrower),
  ];
  const scopes = answers.map(({ access_token }) => claimsOf(access_token).scp);
  assert.deepEqual(scopes, [created, created, both, created]);
  assert.deepEqual(
    answers.map((each) => each.scope),
    [created, created, `openid offline_access ${both}`, created],
  );
});
