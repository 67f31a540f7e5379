// Two hubs over one PostgreSQL, without a bus: what ends a user's tokens on one node ends them on the other, with refresh
// tokens and streams, and enabling the user again revives none.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { freePort, startHub, type TestHub, until, userNames } from '@carillon/testing/hub/hub.ts';
import { type Tokens, tokensBySignIn } from '@carillon/testing/hub/identity.ts';
import { postgresAt } from '@carillon/testing/hub/store-place.ts';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';

const feed = '/v1.0/me/notifications';
const scope = 'openid offline_access Notifications.ReadWrite.CreatedByApp';
const client = { clientId: 'app-a-phone', redirectUri: 'http://localhost/in' };

const port = String(await freePort());
const publicUrl = `http://127.0.0.1:${port}`;
const { settings, environment } = postgresAt(await (await sharedPostgres()).createDatabase());
const start = (more: object): Promise<TestHub> =>
  startHub({ settings: { ...settings, 'public-url': publicUrl, ...more }, environment });
const one = await start({ port });
const other = await start({});
after(() => Promise.all([one.close(), other.close()]));

function postForm({ baseUrl }: TestHub, path: string, form: Record<string, string>): Promise<Response> {
  return fetch(`${baseUrl}/identity${path}`, { method: 'POST', body: new URLSearchParams(form) });
}

function signIn(user: string, more: { readonly password?: string } = {}): Promise<Tokens> {
  const post = (path: string, form: Record<string, string>) => postForm(one, path, form);
  return tokensBySignIn({ publicUrl, post }, { scope, user, ...client, ...more });
}

async function refresh(hub: TestHub, refreshToken = ''): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', client_id: client.clientId, refresh_token: refreshToken };
  return (await (await postForm(hub, '/token', form)).json()) as Tokens;
}

async function admin(method: string, path: string, body?: unknown): Promise<void> {
  const token = one.token({ admin: true });
  const answer = await one.request(method, `/admin/users/${path}`, { token, ...(body ? { body } : {}) });
  assert.ok(answer.status < 300, answer.text);
}

const { alice, bob } = userNames;
const changed = 'another good one';
const ways: readonly (readonly [name: string, user: string, end: () => Promise<void>])[] = [
  ['another password', alice, () => admin('POST', `${alice}/password`, { password: changed })],
  ['disabling', bob, () => admin('POST', `${bob}/disable`)],
  ['erasing', alice, () => admin('DELETE', alice)],
];

for (const [name, user, end] of ways) {
  test(`${name} ends tokens and streams on the other node too`, async () => {
    const tokens = await signIn(user, name === 'erasing' ? { password: changed } : {});
    const { access_token: token } = tokens;
    const status = async (hub: TestHub) => (await hub.request('GET', feed, { token })).status;
    assert.deepEqual([await status(one), await status(other)], [200, 200]);
    const readers = await Promise.all([one, other].map(({ baseUrl }) => openSseReader({ baseUrl, token })));
    for (const reader of readers) await reader.next('ready');
    await end();
    assert.equal(await status(one), 401);
    for (const reader of readers) assert.equal((await reader.next('bye')).reason, 'tokenExpired');
    await until(async () => (await status(other)) === 401, 'the refusal of the other node');
    for (const hub of [one, other])
      assert.equal((await refresh(hub, tokens.refresh_token)).error, 'invalid_grant');
    if (name !== 'disabling') return;
    await admin('POST', `${user}/enable`);
    for (const hub of [one, other]) {
      assert.equal(await status(hub), 401);
      assert.equal((await refresh(hub, tokens.refresh_token)).error, 'invalid_grant');
    }
    const anew = await signIn(user);
    await until(
      async () => (await other.request('GET', feed, { token: anew.access_token })).status === 200,
      'the new sign-in',
    );
  });
}
