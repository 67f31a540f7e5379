// Access tokens and streams end with the user or session that they were issued for, not an hour later.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { edges } from '@carillon/testing/feed/readers.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { password, startHub, type TestHub, until, userNames } from '@carillon/testing/hub/hub.ts';
import { openBrowser, type Tokens } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { sessionSubject, userSubject } from '../../../src/auth/revoked-tokens.ts';
import { openRegistry } from '../../../src/store/sqlite/registry/registry.ts';

const feed = '/v1.0/me/notifications';

/** As another process does, beside the hub. */
async function revoke(hub: TestHub, subject: string): Promise<void> {
  const registry = await openRegistry(join(hub.dataDir, 'registry.db'));
  await registry.revocations.add({ subject, at: hub.clock.now(), until: null });
  await registry.close();
}

for (const [name, openReader] of edges) {
  test(`a revoked user's tokens are refused and the streams end: ${name}`, async () => {
    const clock = new ManualClock();
    await using hub = await startHub({ clock, store: 'sqlite' });
    const token = hub.token({ user: 'alice' });
    const bobs = hub.token({ user: 'bob' });
    const reader = await openReader({ baseUrl: hub.baseUrl, token });
    const other = await openReader({ baseUrl: hub.baseUrl, token: bobs });
    await reader.next('ready');
    await other.next('ready');
    await revoke(hub, userSubject(hub.userIds.alice));
    assertError(await hub.request('GET', feed, { token }), {
      status: 401,
      code: 'InvalidAuthenticationToken',
    });
    assert.equal((await hub.request('GET', feed, { token: bobs })).status, 200);
    const unseen = hub.token({ user: 'alice', app: 'app-b' });
    assert.equal((await hub.request('GET', feed, { token: unseen })).status, 401);
    clock.advance(1000);
    assert.equal((await reader.next('bye')).reason, 'tokenExpired');
    await until(() => reader.closed(), 'the end of the stream');
    assert.equal(other.closed(), false);
    const later = hub.token({ user: 'alice' });
    assert.equal((await hub.request('GET', feed, { token: later })).status, 200);
  });
}

test('signing out of a browser ends the access tokens of that session, and no others', async () => {
  await using hub = await startHub({ store: 'sqlite' });
  const browse = openBrowser();
  const query = new URLSearchParams({
    ...{ client_id: 'app-a-phone', response_type: 'code', redirect_uri: 'http://localhost/in' },
    scope: 'openid Notifications.ReadWrite.CreatedByApp',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const identity = `${hub.baseUrl}/identity`;
  const page = (await browse(`${identity}/authorize?${query}`)).headers.get('location') ?? '';
  const form = new URLSearchParams({ name: userNames.alice, password });
  const resumed = await browse(page, { method: 'POST', body: form });
  const led = await browse(resumed.headers.get('location') ?? '');
  const code = new URL(led.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const redeemed = await fetch(`${identity}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', client_id: 'app-a-phone', code },
      redirect_uri: 'http://localhost/in',
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    }),
  });
  const { access_token: token } = (await redeemed.json()) as Tokens;
  const elsewhere = hub.token({ user: 'alice' });
  assert.equal((await hub.request('GET', feed, { token })).status, 200);
  const html = await (await browse(`${identity}/sign-out?client_id=app-a-phone`)).text();
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const body = new URLSearchParams({ xsrf, logout: 'yes' });
  await browse(`${identity}/sign-out/confirm`, { method: 'POST', body });
  assert.equal((await hub.request('GET', feed, { token })).status, 401);
  assert.equal((await hub.request('GET', feed, { token: elsewhere })).status, 200);
});

test('a ticket of a revoked token opens no stream', async () => {
  const clock = new ManualClock();
  await using hub = await startHub({ clock, store: 'sqlite' });
  const token = hub.token({ user: 'alice' });
  const { ticket } = (await hub.request('POST', `${feed}/streamTicket`, { token })).json;
  await revoke(hub, userSubject(hub.userIds.alice));
  const answer = await hub.request('GET', `${feed}/stream?ticket=${ticket}`, {
    headers: { accept: 'text/event-stream' },
  });
  assert.equal(answer.status, 401);
});

test('a session of another issuer has no meaning here', async () => {
  await using hub = await startHub({ store: 'sqlite' });
  await revoke(hub, sessionSubject('nobody'));
  assert.equal((await hub.request('GET', feed, { token: hub.token({ user: 'bob' }) })).status, 200);
});
