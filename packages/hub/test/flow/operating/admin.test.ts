// The admin operations over a real socket: who reaches them, that secrets go in and never come out, that what is written
// counts on the next use, and that everything written is in the audit.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import {
  apns,
  ecKey,
  fcm,
  foreignCurveKey,
  heartOf,
  rsaKey,
  serviceAccount,
  wns,
} from '@carillon/testing/feed/credentials.ts';
import { assertError, assertErrorShape } from '@carillon/testing/hub/assert-error.ts';
import {
  allScope,
  type HubOverrides,
  post,
  type RequestOptions,
  startHub,
  subscribe,
  type TestHub,
} from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { pino } from 'pino';
import { invalid } from '../../../src/model/errors.ts';
import type { HostVerifier } from '../../../src/operations/admin/hosts/host-verifier.ts';
import type { Operation } from '../../../src/operations/kernel/operation.ts';
import { operationTable } from '../../../src/operations/table.ts';

async function open(context: TestContext, overrides: HubOverrides = {}) {
  const hub = await startHub(overrides);
  context.after(hub.close);
  const token = hub.token({ admin: true });
  const admin = (method: string, path: string, body?: unknown, more: RequestOptions = {}) =>
    hub.request(method, `/admin${path}`, { token, ...(body === undefined ? {} : { body }), ...more });
  return { hub, admin };
}

const app = '/apps/app-a';

suite('who calls', () => {
  const operations = operationTable.filter(({ access }) => access.startsWith('operator'));
  const paths = new Map(operations.map((operation) => [operation, samplePath(operation)]));

  function samplePath({ paths: [path] }: Operation): string {
    const samples = { appId: 'app-a', host: 'new.example', channel: 'wns', user: 'alice%40contoso.example' };
    return path.replace(/\{(\w+)\}/g, (_, name: keyof typeof samples) => samples[name]);
  }

  async function statuses(hub: TestHub, token: string | undefined) {
    const answers = await Promise.all(
      [...paths].map(([{ method }, path]) =>
        hub.request(method, path, { token, body: method === 'GET' ? undefined : {} }),
      ),
    );
    for (const answer of answers) if (answer.status >= 400) assertErrorShape(answer);
    return [...new Set(answers.map(({ status }) => status))];
  }

  test('only an operator reaches any of the operations', async (context) => {
    const { hub } = await open(context);
    assert.deepEqual(await statuses(hub, undefined), [401]);
    assert.deepEqual(await statuses(hub, `${hub.token({ admin: true })}x`), [401]);
    for (const caller of [
      { user: 'alice' },
      { user: 'alice', scopes: [allScope] },
      {},
      { app: 'app-b' },
    ] as const) {
      assert.deepEqual(await statuses(hub, hub.token(caller)), [403]);
    }
    const operators = [hub.token({ admin: true }), hub.token({ admin: true, user: 'bob', app: 'app-b' })];
    for (const token of operators) {
      const reached = await statuses(hub, token);
      assert.ok(!reached.includes(401) && !reached.includes(403), String(reached));
    }
  });

  test('an operator of another issuer than the admin issuer is none', async (context) => {
    const { hub } = await open(context, { settings: { 'admin-issuer': 'https://login.example' } });
    assert.deepEqual(await statuses(hub, hub.token({ admin: true })), [403]);
  });

  test('other methods are 405 with those that are there, other paths 404, and a preflight is answered', async (context) => {
    const { hub, admin } = await open(context);
    for (const path of new Set(paths.values())) {
      const answer = await hub.request('DELETE', path, {});
      if (answer.status === 401) continue; // it has a DELETE
      assertError(answer, { status: 405, code: 'methodNotAllowed' });
      const preflight = await hub.request('OPTIONS', path);
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.allow, `${answer.headers.allow}, OPTIONS`);
    }
    assertError(await admin('GET', '/nothing'), { status: 404, code: 'itemNotFound' });
    assert.equal((await admin('GET', '/apps/')).status, 200);
  });

  test('a failed token counts against its address as on every path', async (context) => {
    const { hub } = await open(context);
    const ask = () => hub.request('GET', '/admin/apps', { token: 'eyJ.x.y' });
    let last = await ask();
    for (let asked = 0; asked < 700 && last.status === 401; asked++) last = await ask();
    assertError(last, { status: 429, code: 'TooManyRequests' });
  });
});

const usual = ['Notifications.ReadWrite.CreatedByApp', 'UserActivity.ReadWrite.CreatedByApp'];

suite('apps', () => {
  test('are listed in pages, with what is registered', async (context) => {
    const { hub, admin } = await open(context);
    const first = await admin('GET', '/apps?$top=1');
    assert.deepEqual(first.json.value, [
      {
        appId: 'app-a',
        blocked: false,
        issuers: [],
        hosts: [{ host: 'a.example', verified: true }],
        clients: [
          { clientId: 'app-a', public: false, redirectUris: [], scopes: usual },
          { clientId: 'app-a-phone', public: true, redirectUris: ['http://localhost/in'], scopes: usual },
        ],
        channels: [],
      },
    ]);
    const next = first.json['@odata.nextLink'].slice(`${hub.baseUrl}/admin`.length);
    const second = await admin('GET', next);
    assert.deepEqual(
      second.json.value.map((each: { appId: string }) => each.appId),
      ['app-b'],
    );
    assert.equal(second.json['@odata.nextLink'], undefined);
    assertError(await admin('GET', '/apps?$skiptoken=x'), { status: 400, target: '$skiptoken' });
    assertError(await admin('GET', '/apps?$filter=x'), { status: 400, target: '$filter' });
  });

  test('are made by PUT, which answers each new secret once; a second PUT keeps them', async (context) => {
    const { hub, admin } = await open(context, { hostVerifier: anywhere });
    const body = {
      hosts: ['Shop.Example'],
      clients: [
        {
          clientId: 'shop-page',
          public: true,
          redirectUris: ['https://shop.example/in'],
          scopes: ['Notifications.ReadWrite'],
        },
      ],
      issuers: ['https://login.contoso.example'],
    };
    const made = await admin('PUT', '/apps/shop', body);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.headers.location, `${hub.baseUrl}/admin/apps/shop`);
    assert.equal(made.headers['cache-control'], 'no-store');
    const [own, page] = made.json.clients;
    assert.equal(own.clientId, 'shop');
    assert.match(own.clientSecret, /^[\w-]{43}$/);
    assert.equal(page.clientSecret, undefined);
    assert.deepEqual(page.scopes, [...usual, 'Notifications.ReadWrite']);
    assert.deepEqual(own.scopes, usual);
    assert.deepEqual(made.json.issuers, ['https://login.contoso.example']);
    await admin('PATCH', '/apps/shop', { issuers: [] });
    assert.equal(made.json.hosts[0].verified, false);
    assert.deepEqual(hub.registry.apps.findById('shop')?.hosts, []);
    const { json: shown } = await admin('GET', '/apps/shop');
    assert.ok(!JSON.stringify(shown).includes(own.clientSecret));
    const again = await admin('PUT', '/apps/shop', shown);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.json, shown);
    const form = { grant_type: 'client_credentials', client_id: 'shop', client_secret: own.clientSecret };
    const issued = await fetch(`${hub.baseUrl}/identity/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    assert.equal(issued.status, 200, await issued.text());
    const renewed = await admin('PATCH', '/apps/shop', { newSecrets: true });
    assert.notEqual(renewed.json.clients[0].clientSecret, own.clientSecret);
  });

  test('get new secrets while those before stay good for a day, or as long as the body says', async (context) => {
    const clock = new ManualClock();
    const { admin, hub } = await open(context, { hostVerifier: anywhere, clock });
    const secretOf = ({ json }: { readonly json: { clients: { clientSecret: string }[] } }): string =>
      json.clients[0]?.clientSecret ?? '';
    const issues = async (client_secret: string): Promise<number> => {
      const form = { grant_type: 'client_credentials', client_id: 'shop', client_secret };
      const body = new URLSearchParams(form);
      return (await fetch(`${hub.baseUrl}/identity/token`, { method: 'POST', body })).status;
    };
    const first = secretOf(await admin('PUT', '/apps/shop', {}));
    const renewed = await admin('PATCH', '/apps/shop', { newSecrets: true });
    const second = secretOf(renewed);
    const until = Date.parse(renewed.json.clients[0].oldSecretUntilDateTime);
    assert.ok(Math.abs(until - (clock.now() + 24 * 3600_000)) <= 1000, String(until));
    assert.deepEqual([await issues(first), await issues(second)], [200, 200]);
    const shown = await admin('GET', '/apps/shop');
    assert.equal((await admin('PUT', '/apps/shop', shown.json)).status, 200);
    assert.equal(await issues(first), 200);
    const third = secretOf(
      await admin('PATCH', '/apps/shop', { newSecrets: true, secretOverlapSeconds: 60 }),
    );
    assert.deepEqual(await Promise.all([first, second, third].map(issues)), [200, 200, 200]);
    clock.advance(60_000);
    assert.deepEqual(await Promise.all([first, second, third].map(issues)), [401, 401, 200]);
    const fourth = secretOf(
      await admin('PATCH', '/apps/shop', { newSecrets: true, secretOverlapSeconds: 3600 }),
    );
    assert.deepEqual(await Promise.all([third, fourth].map(issues)), [200, 200]);
    await admin('PATCH', '/apps/shop', { secretOverlapSeconds: 0 });
    assert.deepEqual(await Promise.all([third, fourth].map(issues)), [401, 200]);
    const log = await admin('GET', '/audit?$top=20');
    const entries = log.json.value.filter(({ on }: { on: string }) => on === 'apps/shop/secrets');
    assert.equal(entries.length, 3);
    assertError(await admin('PATCH', '/apps/shop', { secretOverlapSeconds: -1 }), { status: 400 });
  });

  test('that are blocked are refused on their next request, and served again on the one after', async (context) => {
    const { hub, admin } = await open(context);
    const list = () => hub.request('GET', '/v1.0/me/notifications', { token: hub.token({ user: 'alice' }) });
    assert.equal((await list()).status, 200);
    assert.equal((await admin('PATCH', app, { blocked: true })).json.blocked, true);
    assertError(await list(), { status: 403, message: /blocked list/ });
    await admin('PATCH', app, { blocked: false });
    assert.equal((await list()).status, 200);
  });

  test('say where their notifications lead in a browser, and what a push without content shows', async (context) => {
    const { admin } = await open(context, { hostVerifier: anywhere });
    const pages = { openUrl: 'https://a.example/mine', tapTitle: 'Something new 🎁' };
    const pagesOf = ({ json }: Awaited<ReturnType<typeof admin>>) => ({
      openUrl: json.openUrl,
      tapTitle: json.tapTitle,
    });
    const hosts = ['a.example'];
    assert.deepEqual(pagesOf(await admin('PUT', app, { ...pages, hosts })), pages);
    assert.deepEqual(pagesOf(await admin('PATCH', app, { blocked: false })), pages);
    assert.deepEqual(pagesOf(await admin('GET', app)), pages);
    assert.deepEqual(pagesOf(await admin('PATCH', app, { tapTitle: null })), {
      ...pages,
      tapTitle: undefined,
    });
    assert.deepEqual(pagesOf(await admin('PUT', app, { hosts })), {
      openUrl: undefined,
      tapTitle: undefined,
    });
  });

  test('say how people know them, and which links lead into them', async (context) => {
    const { admin } = await open(context, { hostVerifier: anywhere });
    const shown = {
      displayName: 'Shop \u2067متجر\u2069',
      iconUrl: 'https://a.example/icon.png',
      urlSchemes: ['myapp', 'web+shop'],
      clickAction: 'com.contoso.shop.OPEN',
    };
    const shownOf = ({ json }: Awaited<ReturnType<typeof admin>>) => {
      const { displayName, iconUrl, urlSchemes, clickAction } = json;
      return { displayName, iconUrl, urlSchemes, clickAction };
    };
    const none = {
      displayName: undefined,
      iconUrl: undefined,
      urlSchemes: undefined,
      clickAction: undefined,
    };
    const hosts = ['a.example'];
    const given = { ...shown, urlSchemes: ['MyApp://', 'web+shop', 'myapp'] };
    assert.deepEqual(shownOf(await admin('PUT', app, { ...given, hosts })), shown);
    assert.deepEqual(shownOf(await admin('PATCH', app, { blocked: false })), shown);
    assert.deepEqual(shownOf(await admin('GET', app)), shown);
    for (const absent of [null, []])
      assert.deepEqual(shownOf(await admin('PATCH', app, { urlSchemes: absent })), {
        ...shown,
        urlSchemes: undefined,
      });
    assert.deepEqual(shownOf(await admin('PUT', app, { hosts })), none);
  });

  test('can not take what belongs to another, nor be made of nonsense', async (context) => {
    const { admin } = await open(context, { hostVerifier: anywhere });
    assertError(await admin('GET', '/apps/none'), { status: 404 });
    assertError(await admin('PATCH', '/apps/none', {}), { status: 404 });
    const cases: [unknown, string | undefined, RegExp][] = [
      [{ clients: [{ clientId: 'app-b' }] }, undefined, /app-b already belongs to the app app-b/],
      [{ clients: [{ clientId: 'a b' }] }, 'clients', /the id a b must be/],
      [{ hosts: ['https://x.example'] }, 'host', /no host name/],
      [{ clients: [{ clientId: 'x', redirectUris: ['javascript:1'] }] }, 'redirectUris', /no redirect URI/],
      [{ clients: [{ clientId: 'x', scopes: ['Carillon.Admin'] }] }, 'scopes', /console's alone/],
      [{ clients: [{ clientId: 'x', scopes: ['Mail.Read'] }] }, 'scopes', /can't be given/],
      [{ issuers: ['login'] }, 'issuers', /no issuer/],
      [{ openUrl: 'javascript:1' }, 'openUrl', /give an https URL/],
      [{ openUrl: 'http://shop.example/' }, 'openUrl', /https/],
      [{ openUrl: `https://shop.example/${'x'.repeat(2048)}` }, 'openUrl', /2048/],
      [{ tapTitle: ' ' }, 'tapTitle', /1 to 128/],
      [{ tapTitle: 'x'.repeat(129) }, 'tapTitle', /128/],
      [{ displayName: ' ' }, 'displayName', /1 to 128/],
      [{ displayName: 'x'.repeat(129) }, 'displayName', /128/],
      [{ iconUrl: 'http://shop.example/a.png' }, 'iconUrl', /https/],
      [{ iconUrl: `https://shop.example/${'é'.repeat(1020)}` }, 'iconUrl', /2048/],
      [{ clickAction: 'open it' }, 'clickAction', /intent filter/],
      [{ clickAction: 'x'.repeat(257) }, 'clickAction', /256/],
      ...['javascript', 'JavaScript:', 'data', 'https', 'file://', '7up', 'my app', 'x'.repeat(65)].map(
        (scheme): [unknown, string, RegExp] => [{ urlSchemes: [scheme] }, 'urlSchemes', /myapp/],
      ),
      [{ urlSchemes: Array.from({ length: 21 }, (_, at) => `a${at}`) }, 'urlSchemes', /20/],
      [{ urlSchemes: 'myapp' }, 'urlSchemes', /array/],
      [{ colour: 'red' }, 'colour', /known are hosts/],
      [[], undefined, /array/],
      [{ blocked: 'yes' }, 'blocked', /boolean/],
    ];
    for (const [body, target, message] of cases)
      assertError(await admin('PUT', app, body), { status: 400, message, ...(target ? { target } : {}) });
    assertError(await admin('PUT', app, 'x', { headers: { 'content-type': 'text/plain' } }), { status: 415 });
    assertError(await admin('PUT', app, 'x'.repeat(70_000)), { status: 413 });
    assert.deepEqual((await admin('GET', app)).json.hosts, [{ host: 'a.example', verified: true }]);
  });
});

const nothing = { by: null, dns: 'no TXT record', wellKnown: 'answered 404' } as const;
const anywhere: HostVerifier = { check: async () => {}, verify: async () => nothing };

suite('host names', () => {
  test('are claimed, and belong to the app only once they are verified', async (context) => {
    const records = new Map<string, string>();
    const verifier: HostVerifier = {
      check: async () => {},
      verify: async (host, value) =>
        records.get(host) === value ? { by: 'dns', dns: 'found', wellKnown: 'not looked at' } : nothing,
    };
    const { hub, admin } = await open(context, { hostVerifier: verifier });
    const send = () =>
      hub.request('POST', '/v1.0/me/notifications', {
        token: hub.token({ user: 'alice' }),
        body: post({ targetHostName: 'new.example' }),
      });
    const claimed = await admin('POST', `${app}/hosts`, { host: 'NEW.example' });
    assert.equal(claimed.status, 201, claimed.text);
    const { value } = claimed.json.challenge;
    assert.deepEqual(claimed.json, {
      host: 'new.example',
      verified: false,
      challenge: {
        dns: `carillon-verification=${value}`,
        wellKnown: 'https://new.example/.well-known/carillon-verification',
        value,
      },
    });
    assert.equal(claimed.headers.location, `${hub.baseUrl}/admin${app}/hosts/new.example`);
    const again = await admin('POST', `${app}/hosts`, { host: 'new.example' });
    assert.deepEqual([again.status, again.json], [200, claimed.json]);
    assert.equal((await send()).status, 403);
    const early = await admin('POST', `${app}/hosts/new.example/verify`);
    assert.deepEqual(early.json, { ...claimed.json, dns: 'no TXT record', wellKnown: 'answered 404' });
    records.set('new.example', value);
    const verified = await admin('POST', `${app}/hosts/new.example/verify`);
    assert.deepEqual(verified.json, { host: 'new.example', verified: true, verifiedBy: 'dns' });
    assert.equal((await send()).status, 201);
    assert.deepEqual((await admin('GET', app)).json.hosts, [
      { host: 'a.example', verified: true },
      { host: 'new.example', verified: true },
    ]);
    assert.equal((await admin('DELETE', `${app}/hosts/new.example`)).status, 204);
    assert.equal((await send()).status, 403);
    assertError(await admin('DELETE', `${app}/hosts/new.example`), { status: 404 });
    assertError(await admin('POST', `${app}/hosts/new.example/verify`), { status: 404 });
  });

  test('that were claimed at once are all kept', async (context) => {
    const { admin } = await open(context, { hostVerifier: anywhere });
    const hosts = Array.from({ length: 12 }, (_, index) => `host-${String(index).padStart(2, '0')}.example`);
    const answers = await Promise.all(hosts.map((host) => admin('POST', `${app}/hosts`, { host })));
    const claimed = hosts.filter((_, index) => answers[index]?.status === 201);
    const { json } = await admin('GET', app);
    const kept = new Set(json.hosts.map(({ host }: { host: string }) => host));
    assert.deepEqual(
      claimed.filter((host) => !kept.has(host)),
      [],
    );
    // A busy registry refuses some.
    assert.ok(claimed.length > 1 && answers.every(({ status }) => status === 201 || status === 503));
  });

  test('of another app stay with it, whatever is proven', async (context) => {
    const proven: HostVerifier = {
      check: async () => {},
      verify: async () => ({ by: 'wellKnown', dns: '', wellKnown: 'found' }),
    };
    const { hub, admin } = await open(context, { hostVerifier: proven });
    await admin('POST', `${app}/hosts`, { host: 'b.example' });
    assertError(await admin('POST', `${app}/hosts/b.example/verify`), { status: 400, message: /app-b/ });
    assert.deepEqual(hub.registry.apps.findById('app-b')?.hosts, ['b.example']);
    assert.equal((await admin('GET', `${app}/hosts/b.example`)).json.verified, false);
  });

  test('inside a private network are refused when they are claimed', async (context) => {
    const { admin } = await open(context);
    for (const host of ['localhost', '127.0.0.1', '10.1.2.3', '169.254.169.254', '100.64.0.1'])
      assertError(await admin('POST', `${app}/hosts`, { host }), { status: 400, message: /private network/ });
    const inside: HostVerifier = {
      check: async () => {},
      verify: async () => {
        throw invalid('inside a private network');
      },
    };
    const other = await open(context, { hostVerifier: inside });
    await other.admin('POST', `${app}/hosts`, { host: 'rebound.example' });
    assertError(await other.admin('POST', `${app}/hosts/rebound.example/verify`), { status: 400 });
  });
});

suite('push credentials', () => {
  const secrets = [wns.clientSecret, heartOf(ecKey), heartOf(rsaKey)];

  test('go in, and only what proves nothing comes out', async (context) => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const { hub, admin } = await open(context, { log });
    const answers = [
      await admin('PUT', `${app}/channels/wns`, wns),
      await admin('PUT', `${app}/channels/apns`, apns),
      await admin('PUT', `${app}/channels/FCM`, fcm),
      await admin('PUT', `${app}/channels/wns`, wns),
      await admin('GET', `${app}/channels/wns`),
      await admin('GET', `${app}/channels/apns`),
      await admin('GET', `${app}/channels/fcm`),
      await admin('GET', `${app}/channels`),
      await admin('GET', app),
      await admin('GET', '/audit'),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201, 201, 200, 200, 200, 200, 200, 200, 200],
    );
    const { setDateTime, ...shown } = answers[4]?.json ?? {};
    assert.match(setDateTime, /^\d{4}-.*Z$/);
    const known = { clientId: wns.clientId, tokenUrl: wns.tokenUrl };
    assert.deepEqual(shown, { channel: 'wns', ...known, waitingCount: 0 });
    const { private_key_id, project_id, client_email, token_uri } = serviceAccount;
    assert.deepEqual(answers[6]?.json.serviceAccount, {
      project_id,
      client_email,
      private_key_id,
      token_uri,
    });
    assert.deepEqual(
      answers[7]?.json.value.map((each: { channel: string }) => each.channel),
      ['apns', 'fcm', 'wns'],
    );
    assert.deepEqual(hub.registry.credentials.find('app-a', 'wns'), wns);
    assert.deepEqual(hub.registry.credentials.find('app-a', 'fcm'), fcm);
    const files = readdirSync(hub.dataDir, { withFileTypes: true }).filter((each) => each.isFile());
    const isThere = (file: string) => files.some(({ name }) => name === file);
    assert.equal(isThere('registry.db-wal'), isThere('registry.db'), 'the log is looked at too');
    for (const secret of secrets) {
      for (const { text } of answers) assert.ok(!text.includes(secret));
      for (const { name } of files) assert.ok(!readFileSync(join(hub.dataDir, name)).includes(secret), name);
      assert.ok(!lines.join('').includes(secret));
    }
    assert.ok(
      lines.some((line) => line.includes('/channels/:channel')),
      'the requests were logged',
    );
    assert.equal((await admin('DELETE', `${app}/channels/wns`)).status, 204);
    assert.equal(hub.registry.credentials.find('app-a', 'wns'), null);
    assertError(await admin('GET', `${app}/channels/wns`), { status: 404 });
    assertError(await admin('DELETE', `${app}/channels/wns`), { status: 404 });
  });

  test('that can not work are refused with what would be right, and nothing of them is told', async (context) => {
    const { admin } = await open(context);
    const account = (more: object) => ({ serviceAccount: { ...serviceAccount, ...more } });
    const cases: [channel: string, body: unknown, target: string, message?: RegExp][] = [
      ['wns', { clientId: 'x' }, 'clientSecret', /required/],
      ['wns', { ...wns, clientSecret: 'two words' }, 'clientSecret', /without spaces/],
      ['wns', { ...wns, tokenUrl: 'ftp://x' }, 'tokenUrl', /http or https URL/],
      ['wns', { ...wns, tokenUrl: 'https://u:p@x' }, 'tokenUrl', /without user/],
      ['wns', { ...wns, colour: 'red' }, 'colour', /known are/],
      ['apns', { ...apns, teamId: 'short' }, 'teamId', /10 letters and digits/],
      ['apns', { ...apns, keyId: '' }, 'keyId'],
      ['apns', { ...apns, privateKey: 'no key at all' }, 'privateKey', /PKCS #8/],
      ['apns', { ...apns, privateKey: ecKey.replaceAll('\n', '\\n') }, 'privateKey', /line breaks/],
      ['apns', { ...apns, privateKey: rsaKey }, 'privateKey', /P-256/],
      ['apns', { ...apns, privateKey: foreignCurveKey }, 'privateKey', /P-256/],
      ['fcm', {}, 'serviceAccount', /required/],
      ['fcm', { serviceAccount: JSON.stringify(serviceAccount) }, 'serviceAccount', /object/],
      ['fcm', account({ private_key: undefined }), 'serviceAccount.private_key', /required/],
      ['fcm', account({ private_key: ecKey }), 'serviceAccount.private_key', /RSA key/],
      ['fcm', account({ project_id: 'a/b' }), 'serviceAccount.project_id'],
      ['fcm', account({ client_email: 'nobody' }), 'serviceAccount.client_email'],
      ['fcm', account({ token_uri: 'here' }), 'serviceAccount.token_uri', /URL/],
      ['fcm', account({ type: 'authorized_user' }), 'serviceAccount.type', /service_account/],
    ];
    for (const [channel, body, target, message] of cases) {
      const answer = await admin('PUT', `${app}/channels/${channel}`, body);
      assertError(answer, { status: 400, target, ...(message ? { message } : {}) });
      for (const secret of [...secrets, 'two words', heartOf(foreignCurveKey), 'u:p'])
        assert.ok(!answer.text.includes(secret), answer.text);
    }
    assert.deepEqual((await admin('GET', `${app}/channels`)).json.value, []);
    assertError(await admin('PUT', `${app}/channels/webPush`, {}), { status: 404, message: /needs none/ });
    assertError(await admin('PUT', '/apps/none/channels/wns', wns), { status: 404 });
  });

  test('are encrypted under CARILLON_SECRET_KEY when it is given, and told of when it is another one', async (context) => {
    const key = (byte: number) => ({ CARILLON_SECRET_KEY: Buffer.alloc(32, byte).toString('base64') });
    const first = await open(context, { environment: key(1) });
    await first.admin('PUT', `${app}/channels/wns`, wns);
    assert.ok(!readdirSync(first.hub.dataDir).includes('secret.key'));
    const { dataDir } = first.hub;
    await using copy = await reopen(first.hub, dataDir, key(2));
    assert.throws(() => copy.registry.credentials.find('app-a', 'wns'), /set CARILLON_SECRET_KEY/);
    const token = copy.token({ admin: true });
    const refused = await copy.request('PUT', '/admin/apps/app-b/channels/wns', { token, body: wns });
    assertError(refused, { status: 403, message: /set CARILLON_SECRET_KEY to the one/ });
    const shown = await copy.request('GET', '/admin/apps/app-a/channels', { token });
    assert.equal(shown.json.value.length, 1);
  });
});

/** The same data again, under other settings, once the first hub has let go of it. */
async function reopen(hub: TestHub, dataDir: string, environment: Record<string, string>): Promise<TestHub> {
  await hub.hub.close();
  return startHub({ dataDir, environment });
}

suite('what operators see of users', () => {
  test('are their subscriptions, without UNS-IDs and without addresses', async (context) => {
    const { hub, admin } = await open(context, { settings: { 'allow-private-push': true } });
    const endpoint = 'https://push.example/a-capability-0123456789abcd';
    const channel = { type: 'webPush', endpoint, keys: vapidless };
    const unsId = await subscribe(hub, { channel, displayName: 'Laptop' });
    for (const name of ['alice%40contoso.example', hub.userIds.alice]) {
      const { status, json, text } = await admin('GET', `/users/${name}/subscriptions`);
      assert.equal(status, 200, text);
      assert.deepEqual(json.user, { id: hub.userIds.alice, name: 'alice@contoso.example' });
      assert.equal(json.value.length, 1);
      assert.equal(json.value[0].displayName, 'Laptop');
      assert.deepEqual(json.value[0].channel, { type: 'webPush', host: 'push.example', addressEnd: 'abcd' });
      for (const hidden of [unsId, endpoint, 'a-capability', vapidless.auth])
        assert.ok(!text.includes(hidden));
    }
    assertError(await admin('GET', '/users/nobody/subscriptions'), { status: 404 });
  });

  test('are the failed deliveries, none at first, and a redrive of them is asked precisely', async (context) => {
    const { admin } = await open(context);
    assert.deepEqual((await admin('GET', '/deliveries?status=failed&app=app-a')).json, { value: [] });
    assertError(await admin('GET', '/deliveries?status=sent'), { status: 400, target: 'status' });
    for (const body of [{}, { all: false }, { ids: ['x'], all: true }])
      assertError(await admin('POST', '/deliveries/redrive', body), { status: 400 });
    assertError(await admin('POST', '/deliveries/redrive', { ids: ['x'] }), { status: 400, target: 'ids' });
    const { json } = await admin('POST', '/deliveries/redrive', { all: true });
    assert.deepEqual(json, { redrivenCount: 0, more: false });
  });
});

const vapidless = {
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
};

test('everything written is in the audit, with who did it, and what failed is not', async (context) => {
  const { hub, admin } = await open(context, { hostVerifier: anywhere });
  const bob = hub.token({ admin: true, user: 'bob', app: 'app-b' });
  await admin('PUT', '/apps/shop', { hosts: ['shop.example'] });
  await hub.request('PATCH', '/admin/apps/shop', { token: bob, body: { blocked: true } });
  await admin('POST', `${app}/hosts`, { host: 'new.example' });
  await admin('DELETE', `${app}/hosts/new.example`);
  await admin('PUT', `${app}/channels/wns`, wns);
  await admin('PUT', `${app}/channels/wns`, {});
  await admin('DELETE', `${app}/channels/wns`);
  await admin('DELETE', `${app}/channels/wns`);
  const { json } = await admin('GET', '/audit?$top=4');
  for (const { from } of json.value) assert.equal(from, '127.0.0.1');
  const told = json.value.map(({ who, what, on }: Record<string, string>) => `${who} ${what} ${on}`);
  assert.deepEqual(told, [
    'operator deleteChannel apps/app-a/channels/wns',
    'operator putChannel apps/app-a/channels/wns',
    'operator removeHost apps/app-a/hosts/new.example',
    'operator addHost apps/app-a/hosts/new.example',
  ]);
  const next = json['@odata.nextLink'].slice(`${hub.baseUrl}/admin`.length);
  const rest = await admin('GET', next);
  assert.deepEqual(
    rest.json.value.map(({ who, what, on }: Record<string, string>) => `${who} ${what} ${on}`),
    [`${hub.userIds.bob} updateApp apps/shop`, 'operator putApp apps/shop'],
  );
  assert.equal(rest.json['@odata.nextLink'], undefined);
});
