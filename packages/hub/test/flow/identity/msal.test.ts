import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ConfidentialClientApplication, ProtocolMode, PublicClientApplication } from '@azure/msal-node';
import {
  alice,
  claimsOf,
  openBrowser,
  password,
  secret,
  seed,
  tempFolder,
} from '@carillon/testing/hub/identity.ts';
import { otherSpelling } from '@carillon/testing/hub/issuer.ts';
import { fastify } from 'fastify';
import { openAccessAudit } from '../../../src/auth/access-audit.ts';
import { type MintOptions, mintToken } from '../../../src/auth/provider/exchange/mint-token.ts';
import { type IdentityProvider, openProvider } from '../../../src/auth/provider/open-provider.ts';
import { openPasswordTurns } from '../../../src/auth/provider/sign-in/password-turns.ts';
import { userSubject } from '../../../src/auth/revoked-tokens.ts';
import { makeDevCertificate } from '../../../src/edge/http/dev-certificate.ts';
import { mountIdentity } from '../../../src/edge/pages/identity.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { Registry } from '../../../src/store/registry.ts';
import { openRegistry } from '../../../src/store/sqlite/registry/registry.ts';

const created = 'Notifications.ReadWrite.CreatedByApp';
const graphScope = `https://graph.microsoft.com/${created}`;
const folder = tempFolder();
let registry: Registry;
let publicUrl: string;
let close: () => Promise<unknown>;

before(async () => {
  const { key, cert, caPath } = await makeDevCertificate(join(folder.path, 'tls'), systemClock);
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(caPath, 'utf8')]);
  registry = await openRegistry(join(folder.path, 'registry.db'));
  await seed(registry);
  const app = fastify({ http2: true, https: { key, cert, allowHTTP1: true }, forceCloseConnections: true });
  // The port is part of the public URL, so the provider is opened once it is known.
  const opened = Promise.withResolvers<IdentityProvider>();
  mountIdentity(app, {
    handle: async (...call) => (await opened.promise).handle(...call),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  publicUrl = `https://localhost:${(app.server.address() as AddressInfo).port}`;
  const { audit } = registry;
  const access = openAccessAudit({ audit, clock: systemClock, onFailure: () => {} });
  opened.resolve(
    await openProvider({ registry, publicUrl, clock: systemClock, access, turns: openPasswordTurns() }),
  );
  close = () => app.close();
});

after(async () => {
  await close();
  await registry.close();
  folder.remove();
});

function authOptions(clientId: string) {
  return {
    auth: { clientId, authority: `${publicUrl}/identity`, knownAuthorities: [new URL(publicUrl).host] },
    system: { protocolMode: ProtocolMode.OIDC },
  };
}

function serviceClient(): ConfidentialClientApplication {
  const options = authOptions('service');
  return new ConfidentialClientApplication({ ...options, auth: { ...options.auth, clientSecret: secret } });
}

function assertion(options: Partial<MintOptions> = {}): Promise<string> {
  const base = {
    registry,
    publicUrl,
    clock: systemClock,
    appId: 'service',
    clientId: 'phone',
    userName: alice,
  };
  return mintToken({ ...base, scopes: ['user_impersonation'], audience: 'service', ...options });
}

test('MSAL: client credentials', async () => {
  const client = serviceClient();
  const result = await client.acquireTokenByClientCredential({ scopes: [`${publicUrl}/.default`] });
  assert.equal(claimsOf(result?.accessToken ?? '').idtyp, 'app');
  const again = await client.acquireTokenByClientCredential({ scopes: [`${publicUrl}/.default`] });
  assert.equal(again?.fromCache, true);
});

test('MSAL: On-Behalf-Of, whose second call is served from its cache', async () => {
  const client = serviceClient();
  const request = { oboAssertion: await assertion(), scopes: [graphScope] };
  const result = await client.acquireTokenOnBehalfOf(request);
  const claims = claimsOf(result?.accessToken ?? '');
  assert.equal(claims.scp, created);
  assert.equal(claims.aud, publicUrl);
  assert.equal(result?.account?.username, alice);
  assert.equal((await client.acquireTokenOnBehalfOf(request))?.fromCache, true);
});

test('MSAL: On-Behalf-Of is refused for an app’s own token, with the reason', async () => {
  const oboAssertion = await assertion({ userName: undefined });
  await assert.rejects(
    serviceClient().acquireTokenOnBehalfOf({ oboAssertion, scopes: [graphScope] }),
    /invalid_grant.*signed-in user/,
  );
});

test('MSAL: sign-in by code with PKCE, then refresh and silent renewal', async () => {
  const client = new PublicClientApplication(authOptions('phone'));
  const redirectUri = 'http://localhost:53211/signed-in';
  const { verifier, challenge } = pkce();
  const url = await client.getAuthCodeUrl({
    scopes: [graphScope],
    redirectUri,
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    prompt: 'select_account',
  });
  const code = await signInAt(url);
  const result = await client.acquireTokenByCode({
    code,
    codeVerifier: verifier,
    scopes: [graphScope],
    redirectUri,
  });
  assert.equal(claimsOf(result.accessToken).scp, created);
  assert.equal(result.account?.username, alice);
  const silent = await client.acquireTokenSilent({
    account: result.account ?? raise(),
    scopes: [graphScope],
  });
  assert.equal(silent.fromCache, true);
  const renewed = await client.acquireTokenSilent({
    account: result.account ?? raise(),
    scopes: [graphScope],
    forceRefresh: true,
  });
  assert.equal(renewed.fromCache, false);
  assert.equal(claimsOf(renewed.accessToken).scp, created);
});

test('MSAL: a refresh token that the service kept itself', async () => {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    client_id: 'service',
    client_secret: secret,
    assertion: await assertion(),
    requested_token_use: 'on_behalf_of',
    scope: created,
  });
  const response = await fetch(`${publicUrl}/identity/token`, { method: 'POST', body: form });
  const { refresh_token: refreshToken } = (await response.json()) as { refresh_token: string };
  const result = await serviceClient().acquireTokenByRefreshToken({ refreshToken, scopes: [graphScope] });
  assert.equal(claimsOf(result?.accessToken ?? '').scp, created);
});

test('the provider is served over HTTP/2 too, form and all', async () => {
  const session = connect(publicUrl);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/identity/token',
    'content-type': 'application/x-www-form-urlencoded',
  });
  stream.end(
    new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'service',
      client_secret: secret,
    }).toString(),
  );
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  session.close();
  assert.equal(claimsOf((JSON.parse(text) as { access_token: string }).access_token).sub, 'service');
});

test('MSAL with an authority of Entra ID: discovery, client credentials, On-Behalf-Of as the samples ask', async () => {
  const { auth } = authOptions('service');
  const client = new ConfidentialClientApplication({
    auth: { ...auth, clientSecret: secret },
    system: { protocolMode: ProtocolMode.AAD },
  });
  const own = await client.acquireTokenByClientCredential({ scopes: [`${publicUrl}/.default`] });
  assert.equal(claimsOf(own?.accessToken ?? '').idtyp, 'app');
  const scopes = ['https://graph.microsoft.com/User.Read', graphScope];
  const request = { oboAssertion: await assertion(), scopes };
  const result = await client.acquireTokenOnBehalfOf(request);
  assert.equal(claimsOf(result?.accessToken ?? '').scp, created);
  assert.deepEqual(result?.scopes.includes(graphScope), true);
});

test('the request of the app-service samples, to the path that they know', async () => {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    client_id: 'service',
    client_secret: secret,
    assertion: await assertion(),
    requested_token_use: 'on_behalf_of',
    scope: 'https://graph.microsoft.com/User.Read Notifications.ReadWrite.CreatedByApp',
  };
  const body = new URLSearchParams(form);
  const response = await fetch(`${publicUrl}/identity/oauth2/v2.0/token`, { method: 'POST', body });
  assert.equal(response.status, 200);
  const answer = (await response.json()) as { access_token: string; scope: string };
  assert.equal(answer.scope, created);
  assert.equal(claimsOf(answer.access_token).scp, created);
});

test('the metadata stand at all their paths, and say the same', async () => {
  const paths = [
    '/identity/.well-known/openid-configuration',
    '/identity/v2.0/.well-known/openid-configuration',
    '/.well-known/openid-configuration/identity',
    '/identity/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/identity',
  ];
  for (const path of paths) {
    const response = await fetch(publicUrl + path);
    assert.equal(response.status, 200, path);
    const metadata = (await response.json()) as Record<string, string>;
    assert.equal(metadata.issuer, `${publicUrl}/identity`);
    assert.equal(metadata.token_endpoint, `${publicUrl}/identity/token`);
    assert.equal(metadata.userinfo_endpoint, `${publicUrl}/identity/userinfo`);
  }
});

test('Entra ID’s paths to sign in and out lead where ours do', async () => {
  const client = new PublicClientApplication(authOptions('phone'));
  const { challenge } = pkce();
  const url = await client.getAuthCodeUrl({
    scopes: [graphScope],
    redirectUri: 'http://localhost:53211/signed-in',
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
  });
  const { search } = new URL(url);
  assert.notEqual(await signInAt(`${publicUrl}/identity/oauth2/v2.0/authorize${search}`), '');
  const out = await fetch(`${publicUrl}/identity/oauth2/v2.0/logout`);
  assert.match(await out.text(), /\/identity\/sign-out\/confirm/);
});

test('userinfo says who a user’s token for the hub belongs to, and nothing of any other token', async () => {
  const userinfo = (token: string) =>
    fetch(`${publicUrl}/identity/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  const mint = (options: Partial<MintOptions>) =>
    mintToken({ registry, publicUrl, clock: systemClock, appId: 'service', ...options });
  const answered = await userinfo(await mint({ userName: alice }));
  assert.equal(answered.status, 200);
  const user = await registry.users.findByName(alice);
  assert.deepEqual(await answered.json(), {
    sub: user?.id,
    oid: user?.id,
    name: alice,
    preferred_username: alice,
  });
  const others = [
    'nonsense',
    await mint({}),
    await mint({ userName: alice, audience: 'service' }),
    await mint({ userName: alice, lifetimeSeconds: -100 }),
    otherSpelling(await mint({ userName: alice })),
  ];
  for (const token of others) {
    const refused = await userinfo(token);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer .*invalid_token/);
  }
  const at = Date.now();
  const token = await mint({ userName: alice });
  const subject = userSubject(user?.id ?? '');
  await registry.revocations.add({ subject, at: at + 1000, until: at + 3_600_000 });
  assert.equal((await userinfo(token)).status, 401, 'one that was revoked');
});

test('other paths and methods below /identity are not the provider’s', async () => {
  assert.equal((await fetch(`${publicUrl}/identity/elsewhere`)).status, 404);
  assert.equal((await fetch(`${publicUrl}/identity/token`)).status, 404);
});

function pkce() {
  return {
    verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', // the example of RFC 7636, appendix B
    challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  };
}

async function signInAt(url: string): Promise<string> {
  const browse = openBrowser();
  const follow = async (to: string, init?: RequestInit) =>
    (await browse(to, init)).headers.get('location') ?? '';
  const page = await follow(url);
  const resumed = await follow(page, {
    method: 'POST',
    body: new URLSearchParams({ name: alice, password }),
  });
  return new URL(await follow(resumed)).searchParams.get('code') ?? '';
}

function raise(): never {
  throw new Error('MSAL made no account');
}
