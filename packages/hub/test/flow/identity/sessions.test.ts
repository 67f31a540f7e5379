// A person's own sessions: which there are, and that signing one out ends it and no other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { allScope, startHub, userNames } from '@carillon/testing/hub/hub.ts';
import { openBrowser, tokensBySignIn } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

test('a person sees where they are signed in, and signs another browser out: its tokens, its stream, its cookie', async (context) => {
  const clock = new ManualClock();
  const hub = await startHub({ clock });
  context.after(hub.close);
  const { baseUrl } = hub;
  const client = { clientId: 'carillon-inbox', redirectUri: `${baseUrl}/inbox` };
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${baseUrl}/identity${path}`, { method: 'POST', body: new URLSearchParams(form) });
  const signIn = (browse = openBrowser(), scope = `openid offline_access ${allScope}`) =>
    tokensBySignIn({ publicUrl: baseUrl, post }, { user: userNames.alice, scope, browse, ...client });
  const lost = openBrowser();
  const here = await signIn();
  clock.advance(60_000);
  const there = await signIn(lost);
  const sessions = (token: string) => hub.request('GET', '/v1.0/me/sessions', { token });
  const { json } = await sessions(here.access_token);
  assert.deepEqual(
    json.value.map(({ clients, current }: Record<string, unknown>) => [clients, current]),
    [
      [['carillon-inbox'], false],
      [['carillon-inbox'], true],
    ],
  );
  assert.deepEqual(
    (await sessions(there.access_token)).json.value.map(({ current }: { current: boolean }) => current),
    [true, false],
  );
  const reader = await openSseReader({ baseUrl, token: there.access_token });
  await reader.next('ready');
  const path = `/v1.0/me/sessions/${json.value[0].id}`;
  assertError(await hub.request('DELETE', path, { token: hub.token({ user: 'bob', scopes: [allScope] }) }), {
    status: 404,
  });
  assert.equal((await hub.request('DELETE', path, { token: here.access_token })).status, 204);
  assertError(await hub.request('DELETE', path, { token: here.access_token }), { status: 404 });
  assert.equal((await sessions(there.access_token)).status, 401);
  clock.advance(1000);
  await reader.next('bye');
  const refreshed = await post('/token', {
    ...{ grant_type: 'refresh_token', client_id: client.clientId },
    refresh_token: there.refresh_token ?? '',
  });
  assert.equal(refreshed.status, 400);
  const query = new URLSearchParams({
    ...{ client_id: client.clientId, redirect_uri: client.redirectUri, response_type: 'code' },
    ...{ scope: 'openid', prompt: 'none', code_challenge_method: 'S256' },
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  });
  const silent = await lost(`${baseUrl}/identity/authorize?${query}`);
  assert.match(silent.headers.get('location') ?? '', /error=login_required/);
  assert.equal((await sessions(here.access_token)).json.value.length, 1);
  const audit = await hub.request('GET', '/admin/audit', { token: hub.token({ admin: true }) });
  const out = audit.json.value.find(({ what }: { what: string }) => what === 'signedOut');
  const { alice } = hub.userIds;
  assert.deepEqual([out.who, out.from, out.on], [alice, '127.0.0.1', `users/${alice}`]);
});

test('a browser that has no refresh token is a session too, and a token of one app lists none', async (context) => {
  const hub = await startHub();
  context.after(hub.close);
  const { baseUrl } = hub;
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${baseUrl}/identity${path}`, { method: 'POST', body: new URLSearchParams(form) });
  const client = { clientId: 'app-a-phone', redirectUri: 'http://localhost/in' };
  const scope = 'openid Notifications.ReadWrite.CreatedByApp';
  const phone = await tokensBySignIn({ publicUrl: baseUrl, post }, { user: userNames.bob, scope, ...client });
  const token = hub.token({ user: 'bob', scopes: [allScope] });
  const { json } = await hub.request('GET', '/v1.0/me/sessions', { token });
  assert.deepEqual(
    json.value.map(({ clients, current }: Record<string, unknown>) => [clients, current]),
    [[['app-a-phone'], false]],
  );
  for (const method of ['GET', 'DELETE']) {
    const path = `/v1.0/me/sessions${method === 'GET' ? '' : `/${json.value[0].id}`}`;
    assertError(await hub.request(method, path, { token: phone.access_token }), { status: 403 });
  }
});
