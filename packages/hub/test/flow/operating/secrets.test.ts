// No secret stands in the log or the audit, in whatever spelling. A hub goes through sign-in, tokens, On-Behalf-Of, streams,
// pushes, admin operations and commands, and is sent secrets where they don't belong; every secret of the run is collected,
// and searched for as it is, URL-encoded, and in base64 at each of its three alignments.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { rule } from '@carillon/simulators';
import { apns, heartOf, serviceAccount, wns } from '@carillon/testing/feed/credentials.ts';
import { startPush } from '@carillon/testing/feed/push.ts';
import { openSseReader } from '@carillon/testing/feed/readers.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { password, post, until, userNames } from '@carillon/testing/hub/hub.ts';
import type { Tokens } from '@carillon/testing/hub/identity.ts';
import { pino } from 'pino';

const secretBytesMin = 12;

/** Every text that would reveal it. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // Without the characters that its neighbours take part in.
    const own = text.slice(shift === 0 ? 0 : 4, -4);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encoded].filter(
    ({ length }) => length >= secretBytesMin,
  );
}

class Secrets {
  readonly #found = new Map<string, string>();

  add<T extends string | undefined>(name: string, secret: T): T {
    assert.ok(secret !== undefined && secret.length >= secretBytesMin, `no secret: ${name}`);
    this.#found.set(name, secret);
    return secret;
  }

  /** The names of those that stand in the text. */
  in(text: string): string[] {
    return [...this.#found]
      .filter(([, secret]) => spellings(secret).some((each) => text.includes(each)))
      .map(([name]) => name);
  }
}

test('a secret is found in each of its spellings', () => {
  const secrets = new Secrets();
  const secret = secrets.add('it', 'a secret/with all+kinds of "signs"?');
  for (const text of [
    secret,
    encodeURIComponent(secret),
    JSON.stringify({ secret }),
    Buffer.from(`id:${secret}`).toString('base64'),
    Buffer.from(`client:${secret}!`).toString('base64url'),
  ])
    assert.deepEqual(secrets.in(text), ['it'], text);
  assert.deepEqual(secrets.in('nothing'), []);
});

test('neither the log nor the audit holds a secret of the run', async (context) => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  await using push = await startPush({ log, store: 'sqlite' });
  const { hub, simulator } = push;
  const secrets = new Secrets();
  const identity = `${hub.baseUrl}/identity`;
  const ask = async (path: string, form: Record<string, string>, headers = {}): Promise<Partial<Tokens>> => {
    const body = new URLSearchParams(form);
    return (await (await fetch(`${identity}${path}`, { method: 'POST', body, headers })).json()) as Tokens;
  };

  // Sign-in with a wrong and the right password, code, refresh, userinfo, sign-out.
  const cookies = new Map<string, string>();
  const browse = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', ...init, headers: { ...init.headers, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value !== '')
        cookies.set(
          name,
          secrets.add(`cookie ${name} ${value.slice(0, 4)}`, value.padEnd(12, '.')).replace(/\.+$/, ''),
        );
    }
    return answer;
  };
  const verifier = secrets.add('code verifier', randomBytes(32).toString('base64url'));
  const client = { client_id: 'app-a-phone', redirect_uri: 'http://localhost/in' };
  const query = new URLSearchParams({
    ...client,
    response_type: 'code',
    scope: 'openid offline_access api://app-a/user_impersonation',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: secrets.add('state', randomBytes(12).toString('hex')),
    nonce: secrets.add('nonce', randomBytes(12).toString('hex')),
  });
  const page = (await browse(`${identity}/authorize?${query}`)).headers.get('location') ?? '';
  const submit = (name: string, typed: string) =>
    browse(page, { method: 'POST', body: new URLSearchParams({ name, password: typed }) });
  await submit(secrets.add('password in the wrong field', 'my own p4ssword'), 'x');
  await submit(userNames.alice, secrets.add('wrong password', 'battery staple'));
  const resumed = await submit(userNames.alice, secrets.add('password', password));
  const led = (await browse(resumed.headers.get('location') ?? '')).headers.get('location') ?? '';
  const code = secrets.add('code', new URL(led).searchParams.get('code') ?? '');
  const redeem = { grant_type: 'authorization_code', ...client, code, code_verifier: verifier };
  const phone = await ask('/token', redeem);
  secrets.add('access token', phone.access_token);
  secrets.add('ID token', phone.id_token);
  const refresh = { grant_type: 'refresh_token', client_id: 'app-a-phone' };
  const again = await ask('/token', {
    ...refresh,
    refresh_token: secrets.add('refresh token', phone.refresh_token) ?? '',
  });
  secrets.add('second refresh token', again.refresh_token);
  await ask('/token', redeem); // a spent code
  await ask('/token', {
    ...refresh,
    refresh_token: secrets.add('made-up refresh token', randomBytes(32).toString('base64url')),
  });

  // The service: its own token, On-Behalf-Of, a wrong secret in either place.
  const clientSecret = secrets.add('client secret', 'secret of app-a');
  const own = { client_id: 'app-a', client_secret: clientSecret };
  const service = secrets.add(
    'token of the app',
    (await ask('/token', { grant_type: 'client_credentials', ...own })).access_token,
  );
  const onBehalf = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    requested_token_use: 'on_behalf_of',
    assertion: phone.access_token ?? '',
    scope: 'Notifications.ReadWrite.CreatedByApp offline_access',
  };
  const exchanged = await ask('/token', { ...onBehalf, ...own });
  const token = secrets.add('On-Behalf-Of token', exchanged.access_token) ?? '';
  if (exchanged.refresh_token) secrets.add('On-Behalf-Of refresh token', exchanged.refresh_token);
  const wrong = secrets.add('wrong client secret', 'another secret entirely');
  await ask('/token', { grant_type: 'client_credentials', ...own, client_secret: wrong });
  const basic = Buffer.from(`app-a:${wrong}`).toString('base64');
  await ask('/token', { grant_type: 'client_credentials' }, { authorization: `Basic ${basic}` });

  // Devices, notifications, pushes that are taken and pushes that fail.
  const devices = await push.fourDevices();
  const { address: phones } = devices.android;
  simulator.script([rule({ status: 500 }, { times: 1, match: { address: phones } })]);
  for (const [platform, { unsId, address }] of Object.entries(devices)) {
    secrets.add(`UNS-ID of ${platform}`, unsId);
    secrets.add(`push address of ${platform}`, address);
  }
  const feed = '/v1.0/me/notifications';
  const text = secrets.add('text of a notification', 'the soup is poisoned');
  const made = await hub.request('POST', feed, { token, body: post({ groupName: text }) });
  assert.equal(made.status, 201, made.text);
  await until(() => Object.values(devices).every((device) => push.to(device).length > 0), 'the pushes');
  const acting = { token: service ?? '', headers: { 'X-UNS-ID': devices.ios.unsId } };
  assert.equal((await hub.request('POST', feed, { ...acting, body: post() })).status, 201);

  // A stream by ticket, and the ticket spent again.
  const { json: spare } = await hub.request('POST', `${feed}/streamTicket`, { token });
  const ticket = secrets.add('ticket', spare.ticket as string);
  const streamQuery = `?ticket=${encodeURIComponent(ticket)}`;
  const reader = await openSseReader({ baseUrl: hub.baseUrl, query: streamQuery });
  await reader.next('ready');
  reader.leave();
  const stream = { headers: { accept: 'text/event-stream' } };
  assert.equal((await hub.request('GET', `${feed}/stream${streamQuery}`, stream)).status, 401);

  // Secrets where they don't belong.
  const bad = secrets.add('refused bearer token', `${token.slice(0, -6)}AAAAAA`);
  assert.equal((await hub.request('GET', feed, { token: bad })).status, 401);
  for (const path of [
    `${feed}?access_token=${bad}`,
    `/${bad}`,
    `${feed}/${bad}`,
    `/v1.0/users/${bad}/notifications`,
  ])
    await hub.request('GET', path, { token });
  await hub.request('POST', feed, { token, body: { [bad]: bad } });
  await fetch(`${identity}/userinfo?access_token=${bad}`, { headers: { authorization: `Bearer ${bad}` } });

  // Operators and commands.
  const operator = secrets.add("operator's token", hub.token({ admin: true }));
  const admin = (method: string, path: string, body?: unknown) =>
    hub.request(method, `/admin${path}`, { token: operator, body });
  const shop = await admin('PUT', '/apps/shop', { hosts: [] });
  secrets.add('secret of a new app', shop.json.clients[0].clientSecret);
  const renewed = await admin('PATCH', '/apps/shop', { newSecrets: true });
  secrets.add('new secret', renewed.json.clients[0].clientSecret);
  secrets.add('WNS secret', wns.clientSecret);
  secrets.add('APNs key', heartOf(apns.privateKey));
  secrets.add('FCM key', heartOf(serviceAccount.private_key));
  await admin('PUT', '/apps/shop/channels/wns', wns);
  await admin('PUT', '/apps/shop/channels/apns', { ...apns, keyId: wns.clientSecret });
  await admin('PUT', '/apps/shop/channels/apns', apns);
  await admin('PUT', '/apps/shop/channels/fcm', { serviceAccount });
  await admin('PUT', `/apps/${bad}/channels/wns`, wns);
  const { runBeside } = commandLine(context, hub.dataDir);
  const minted = await runBeside(['token', '--app', 'app-a', '--user', userNames.alice]);
  secrets.add('token of a command', minted.stdout.trim());
  const created = await runBeside(['app', 'create', '--id', 'kiosk', '--host', 'kiosk.example', '--json']);
  secrets.add('secret of a command', JSON.parse(created.stdout).clientSecret);

  const audit = await hub.registry.audit.list({ before: null, limit: 1000 });
  const written = new Set(audit.map(({ what }) => what));
  for (const what of ['signedIn', 'signInFailed', 'tokenIssued', 'tokenRefused', 'putApp', 'putChannel'])
    assert.ok(written.has(what), what);
  const logged = lines.join('');
  assert.ok(lines.length > 30, logged);
  assert.deepEqual(secrets.in(logged), [], 'in the log');
  assert.deepEqual(secrets.in(JSON.stringify(audit)), [], 'in the audit');
  assert.deepEqual(secrets.in(minted.stderr + created.stderr), []);
  assertCallers(lines);
});

/** App, key of the user, and address; names never. */
function assertCallers(lines: readonly string[]): void {
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  for (const each of requests) assert.equal(each.address, '127.0.0.1', JSON.stringify(each));
  const posts = requests.filter(
    ({ method, route, status }) => status === 201 && method === 'POST' && route.endsWith('/me/notifications'),
  );
  assert.ok(posts.length > 0 && posts.every(({ app, user }) => app === 'app-a' && /^[\w-]{22}$/.test(user)));
  assert.ok(requests.some(({ route }) => route === '/identity/token'));
  assert.ok(!lines.some((line) => line.includes(userNames.alice)));
}
