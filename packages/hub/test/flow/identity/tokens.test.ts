// Which tokens a hub believes, and whom it takes their bearers for. Two issuers beside each other; the first one makes
// operators. The hub's time stands still, so that every `exp` and `nbf` is exact.
import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { after, suite, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { hosts, post, startHub, subscribe } from '@carillon/testing/hub/hub.ts';
import { otherSpelling, startIssuer } from '@carillon/testing/hub/issuer.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { JWTPayload } from 'jose';

const first = await startIssuer();
const second = await startIssuer();
const publicJwk = await first.addKey('rs', 'RS256');
for (const algorithm of ['PS256', 'ES384']) await first.addKey(algorithm, algorithm);
for (const algorithm of ['ES256', 'EdDSA']) await second.addKey(algorithm, algorithm);

const clock = new ManualClock();
const settings = {
  issuer: [first.url, second.url],
  'admin-issuer': first.url,
  audience: ['https://hub.example', 'api://hub'],
};
const hub = await startHub({ clock, settings });
// app-b names no issuer, and so belongs to the first.
const ofBoth = hub.registry.apps.findById('app-a');
assert.ok(ofBoth);
await hub.registry.apps.put({ ...ofBoth, issuers: [first.url, second.url] });
after(async () => {
  await hub.close();
  await Promise.all([first.close(), second.close()]);
});

const feed = '/v1.0/me/notifications';
const seconds = (): number => Math.floor(clock.now() / 1000);
const createdByApp = 'Notifications.ReadWrite.CreatedByApp';

/** A delegated token of Entra ID, version 2, and what the test wants different; undefined leaves a claim out. */
function claims(more: Record<string, unknown> = {}): JWTPayload {
  const all: Record<string, unknown> = {
    iss: first.url,
    aud: 'https://hub.example',
    exp: seconds() + 3600,
    sub: 'pairwise',
    oid: 'alice-id',
    preferred_username: 'alice@contoso.example',
    azp: 'app-a',
    scp: createdByApp,
    ...more,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JWTPayload;
}

const tokenOf = (more?: Record<string, unknown>) => first.sign('rs', claims(more));
const read = (token: string, path = feed) => hub.request('GET', path, { token });
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function believes(token: string): Promise<void> {
  const answer = await read(token);
  assert.equal(answer.status, 200, answer.text);
}

async function refuses(token: string, message?: RegExp): Promise<void> {
  const answer = await read(token);
  assertError(answer, { status: 401, code: 'InvalidAuthenticationToken', ...(message ? { message } : {}) });
  assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
  assert.ok(!answer.text.includes(token));
}

suite('a token that is none is 401', () => {
  const header = encode({ alg: 'RS256', kid: 'rs' });
  const none: Readonly<Record<string, string>> = {
    'a word': 'nonsense',
    'three words': 'a.b.c',
    'two parts': `${header}.${encode(claims())}`,
    'no signature': `${header}.${encode(claims())}.`,
    'claims that are no JSON': `${header}.bm9uZQ.c2ln`,
    'claims that are a list': `${header}.${encode([])}.c2ln`,
    'claims that are null': `${header}.bnVsbA.c2ln`,
    'five parts': 'a.b.c.d.e',
  };
  for (const [name, token] of Object.entries(none)) test(name, () => refuses(token));

  test('one that is longer than 16 KiB, however well it is signed', async () => {
    await refuses(await tokenOf({ groups: 'x'.repeat(16 * 1024) }), /16 KiB/);
  });

  test('an Authorization header without a token', async () => {
    for (const authorization of ['Bearer', 'Bearer ', 'Bearer a b', '', 'Basic YTpi', 'DPoP a']) {
      const answer = await hub.request('GET', feed, { headers: { authorization } });
      assertError(answer, { status: 401, code: 'InvalidAuthenticationToken' });
    }
  });

  test('another spelling of a good one, which a lenient decoder reads alike', async () => {
    const token = await tokenOf();
    await believes(token);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const others = [
      otherSpelling(token),
      `${token}=`,
      `${token}==`,
      `${header}.${payload}.${signature.slice(0, 9)}*${signature.slice(9)}`,
      `${header}..${payload}.${signature}`,
    ];
    for (const other of others) await refuses(other);
    await believes(token);
  });

  test('while the scheme is taken in any case', async () => {
    const token = await tokenOf();
    for (const scheme of ['bearer', 'BEARER', 'Bearer  ']) {
      const answer = await hub.request('GET', feed, { headers: { authorization: `${scheme} ${token}` } });
      assert.equal(answer.status, 200, answer.text);
    }
  });
});

suite('a signature that proves nothing is 401', () => {
  test('alg none, in any case, with and without a signature', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      await refuses(`${encode({ alg })}.${encode(claims())}.`);
      await refuses(`${encode({ alg, kid: 'rs' })}.${encode(claims())}.c2ln`);
    }
  });

  test('an HMAC with the public key as its secret', async () => {
    const pem = createPublicKey({ key: publicJwk as never, format: 'jwk' });
    const secrets = [
      pem.export({ type: 'spki', format: 'pem' }),
      JSON.stringify(publicJwk),
      publicJwk.n ?? '',
    ];
    for (const secret of secrets) {
      const signed = `${encode({ alg: 'HS256', kid: 'rs' })}.${encode(claims())}`;
      await refuses(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`);
    }
  });

  test('claims that were changed after signing', async () => {
    const [header, , signature] = (await tokenOf()).split('.');
    await refuses(`${header}.${encode(claims({ oid: 'bob-id' }))}.${signature}`, /signature/);
  });

  test('a key that the token brings along', async () => {
    const jwk = await first.addKey('own', 'RS256', { hidden: true });
    const token = await first.sign('own', claims());
    await refuses(token, /does not publish/);
    const [, payload, signature] = token.split('.');
    await refuses(`${encode({ alg: 'RS256', jwk })}.${payload}.${signature}`);
  });

  test("a key of the other issuer, which is nobody's word on this one's users", async () => {
    await refuses(await second.sign('ES256', claims({ iss: first.url })));
  });
});

suite('a token that says the wrong thing is 401', () => {
  const wrong: Readonly<Record<string, [more: Record<string, unknown>, message: RegExp]>> = {
    'another audience': [{ aud: 'https://elsewhere.example' }, /another audience/],
    'no audience': [{ aud: undefined }, /claim aud|audience/],
    'the audience as a part': [{ aud: 'https://hub.example.evil' }, /another audience/],
    'an unknown issuer': [{ iss: 'https://login.example' }, /issuer/],
    'no issuer': [{ iss: undefined }, /issuer/],
    'the issuer with a slash more': [{ iss: `${first.url}/` }, /issuer/],
    'an issuer that is not a text': [{ iss: 7 }, /./],
    'no expiry': [{ exp: undefined }, /exp/],
    'an expiry that is a text': [{ exp: 'tomorrow' }, /exp/],
    nobody: [{ sub: undefined, oid: undefined }, /identifies no user/],
    'a subject that is not a text': [{ sub: 7, oid: undefined }, /./],
  };
  for (const [name, [more, message]] of Object.entries(wrong))
    test(name, async () => refuses(await tokenOf(more), message));

  test('a token of the embedded provider, which does not run beside other issuers', async () => {
    await refuses(hub.token({ user: 'alice' }), /issuer/);
    assertError(await hub.request('GET', '/identity/.well-known/openid-configuration'), { status: 404 });
  });

  test('clocks may differ by a minute, in both directions', async () => {
    await believes(await tokenOf({ exp: seconds() - 58 }));
    await refuses(await tokenOf({ exp: seconds() - 61 }), /expired/);
    await believes(await tokenOf({ nbf: seconds() + 58 }));
    await refuses(await tokenOf({ nbf: seconds() + 62 }), /not valid yet/);
  });

  test('a token that was believed ends when its time is over', async () => {
    const token = await tokenOf({ exp: seconds() + 100 });
    await believes(token);
    clock.advance(150_000);
    await believes(token);
    clock.advance(12_000);
    await refuses(token, /expired/);
  });
});

suite('a good token of any configured issuer is believed', () => {
  test('RS256, PS256 and ES384 of the first', async () => {
    for (const kid of ['rs', 'PS256', 'ES384']) await believes(await first.sign(kid, claims()));
  });

  test('ES256 and EdDSA of the second', async () => {
    for (const kid of ['ES256', 'EdDSA']) await believes(await second.sign(kid, claims({ iss: second.url })));
  });

  test('for any of the audiences, alone or among others', async () => {
    for (const aud of ['api://hub', ['https://elsewhere.example', 'https://hub.example']])
      await believes(await tokenOf({ aud }));
  });
});

test('a key that its issuer publishes later is believed from then on, and a flood of others fetches nothing', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  await first.addKey('next', 'RS256', { hidden: true });
  const token = await first.sign('next', claims());
  await refuses(token, /does not publish/);
  const before = first.fetches();
  for (let count = 0; count < 10; count++) await refuses(token);
  assert.ok(first.fetches() - before <= 1);
  first.publish('next');
  context.mock.timers.tick(31_000);
  await believes(token);
});

test('an issuer that can not be reached makes the hub busy, and its tokens are not called wrong', async () => {
  await using late = await startIssuer();
  await late.addKey('k', 'ES256');
  const apart = { issuer: [late.url], audience: ['https://hub.example'] };
  await using other = await startHub({ clock, settings: apart });
  const token = await late.sign('k', claims({ iss: late.url }));
  late.fail(500);
  const busy = await other.request('GET', feed, { token });
  assertError(busy, { status: 503, code: 'serviceNotAvailable' });
  assert.ok(Number(busy.headers['retry-after']) >= 1);
  assertError(await other.request('GET', '/beta/me/notifications', { token }), { status: 406 });
  late.fail(null);
  assert.equal((await other.request('GET', feed, { token })).status, 200);
});

test('keys that can not be fetched make the hub busy, and its tokens are not called wrong', async () => {
  await using broken = await startIssuer();
  await broken.addKey('k', 'ES256');
  const apart = { issuer: [broken.url], audience: ['https://hub.example'] };
  await using other = await startHub({ clock, settings: apart });
  const token = await broken.sign('k', claims({ iss: broken.url }));
  broken.failKeys(500);
  assertError(await other.request('GET', feed, { token }), { status: 503, code: 'serviceNotAvailable' });
  broken.failKeys(null);
  assert.equal((await other.request('GET', feed, { token })).status, 200);
});

suite('who the user is', () => {
  const contextOf = async (token: string) => (await read(token)).json['@odata.context'] as string;
  const postAs = (token: string, headers = {}) =>
    hub.request('POST', feed, { token, body: post({ groupName: 'who' }), headers });

  test('Entra ID version 1 and version 2 name the same user, by upn and by preferred_username', async () => {
    const v1 = await tokenOf({
      azp: undefined,
      appid: 'app-a',
      preferred_username: undefined,
      upn: 'al@x.example',
    });
    assert.match(await contextOf(v1), /#users\('al%40x\.example'\)/);
    const v2 = await tokenOf({ oid: 'alice-id' });
    const made = await postAs(v1);
    assert.equal(made.status, 201, made.text);
    assert.equal((await read(v2, `${feed}/${made.json.id}`)).status, 200);
  });

  test('client_id names the client where there is neither azp nor appid, and scope may stand for scp', async () => {
    await believes(
      await tokenOf({ azp: undefined, client_id: 'app-a', scp: undefined, scope: createdByApp }),
    );
    await believes(await tokenOf({ scp: undefined, scope: ['openid', createdByApp] }));
  });

  test('oid goes before sub, which differs between the clients of one app', async () => {
    const service = await tokenOf({ sub: 'one' });
    const phone = await tokenOf({ sub: 'two', azp: 'app-a-phone' });
    const made = await postAs(service);
    assert.equal((await read(phone, `${feed}/${made.json.id}`)).status, 200);
    const stranger = await tokenOf({ sub: 'one', oid: 'somebody else' });
    assert.equal((await read(stranger, `${feed}/${made.json.id}`)).status, 404);
  });

  test('the same subject of two issuers is two users', async () => {
    const made = await postAs(await tokenOf());
    const other = await second.sign('ES256', claims({ iss: second.url }));
    assert.equal((await read(other, `${feed}/${made.json.id}`)).status, 404);
  });

  test('without a name the subject stands for it', async () => {
    const token = await tokenOf({ oid: undefined, sub: "o'hara", preferred_username: undefined });
    assert.match(await contextOf(token), /#users\('o''hara'\)/);
    assert.equal((await read(token, "/v1.0/users/o'hara/notifications")).status, 200);
  });
});

suite('an app-only token is never a user', () => {
  const styles: Readonly<Record<string, Record<string, unknown>>> = {
    'idtyp is app, even with scopes': { idtyp: 'app' },
    'sub is the client': { sub: 'app-a' },
    'neither scp nor scope, and oid equals sub': { scp: undefined, oid: 'principal', sub: 'principal' },
    'roles alone, and oid equals sub': {
      scp: undefined,
      oid: 'principal',
      sub: 'principal',
      roles: ['Notifications.Send'],
    },
  };
  for (const [name, more] of Object.entries(styles)) {
    test(name, async () => {
      const token = await tokenOf(more);
      assertError(await read(token), { status: 403, message: /app-only/ });
      const unsId = await subscribe(hub, { token: await tokenOf({ oid: name }) });
      const made = await hub.request('POST', feed, { token, body: post(), headers: { 'X-UNS-ID': unsId } });
      assert.equal(made.status, 201, made.text);
      const path = encodeURIComponent(name);
      assert.equal(made.headers.location, `${hub.baseUrl}/v1.0/users/${path}/notifications/${made.json.id}`);
    });
  }

  const nobodys: Readonly<Record<string, Record<string, unknown>>> = {
    'no scope at all': { scp: undefined },
    'no scope, and the subject alone': { scp: undefined, oid: undefined },
    'no scope, with the role of an operator': { scp: undefined, roles: ['Carillon.Admin'] },
    'a nonce': { nonce: 'n' },
    'a nonce and no scope': { nonce: 'n', scp: undefined },
    'the hash of an access token': { at_hash: 'h', idtyp: 'app' },
    'the hash of a code': { c_hash: 'h' },
  };
  for (const [name, more] of Object.entries(nobodys)) {
    test(`nor is one that is nobody's: ${name}`, async () => {
      const token = await tokenOf(more);
      await refuses(token);
      const unsId = await subscribe(hub, { token: await tokenOf({ oid: 'bob-id' }) });
      const headers = { 'X-UNS-ID': unsId };
      const posted = await hub.request('POST', feed, { token, body: post(), headers });
      assertError(posted, { status: 401, code: 'InvalidAuthenticationToken' });
      assertError(await hub.request('GET', '/admin/apps', { token }), { status: 401 });
    });
  }

  test('nor one of another type', async () => {
    for (const typ of ['id+jwt', 'logout+jwt', 'JOSE', ''])
      await refuses(await first.sign('rs', claims(), { typ }), /ID token/);
    for (const typ of ['jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', undefined])
      await believes(await first.sign('rs', claims(), { typ }));
  });

  test('an empty scp is a user without scopes, not an app', async () => {
    assertError(await read(await tokenOf({ scp: '' })), { status: 403, message: /scope/ });
  });
});

suite('what a token may do', () => {
  test('the scopes of the feed are three, and any other is 403', async () => {
    const prefixes = ['graph.microsoft.com', 'activity.microsoft.com', 'activity.windows.com'];
    for (const scope of [createdByApp, 'UserActivity.ReadWrite.CreatedByApp', 'Notifications.ReadWrite']) {
      const forms = [scope, `${hub.baseUrl}/${scope}`, ...prefixes.map((host) => `https://${host}/${scope}`)];
      for (const form of [...forms, ...forms.map((each) => each.toLowerCase())])
        await believes(await tokenOf({ scp: `openid ${form}` }));
    }
    for (const scope of [
      'openid',
      'Notifications.Read',
      `x${createdByApp}`,
      `https://x.example/${createdByApp}`,
    ])
      assertError(await read(await tokenOf({ scp: scope })), { status: 403, code: 'accessDenied' });
  });

  test('Notifications.ReadWrite sees every app of the user, the others their own app', async () => {
    const oid = 'inbox user';
    const ids = new Map<string, string>();
    for (const [azp, targetHostName] of Object.entries(hosts)) {
      const body = post({ targetHostName });
      ids.set(azp, (await hub.request('POST', feed, { token: await tokenOf({ oid, azp }), body })).json.id);
    }
    const seen = async (token: string) =>
      (await read(token)).json.value.map(({ id }: { id: string }) => id).reverse();
    const inbox = await tokenOf({ oid, scp: 'Notifications.ReadWrite' });
    assert.deepEqual(await seen(inbox), [ids.get('app-a'), ids.get('app-b')]);
    assert.deepEqual(await seen(await tokenOf({ oid, azp: 'app-b' })), [ids.get('app-b')]);
    const path = `${feed}/${ids.get('app-b')}`;
    assert.equal(
      (await hub.request('PATCH', path, { token: inbox, body: { readState: 'read' } })).status,
      200,
    );
    const foreign = { targetHostName: hosts['app-b'] };
    assertError(await hub.request('POST', feed, { token: inbox, body: post(foreign) }), { status: 403 });
  });

  test("an operator's token is refused on the feed", async () => {
    for (const more of [{ roles: ['Carillon.Admin'] }, { scp: `Carillon.Admin ${createdByApp}` }]) {
      const token = await tokenOf({ azp: 'console', ...more });
      assertError(await read(token), { status: 403, message: /operator/ });
      assertError(await hub.request('POST', feed, { token, body: post() }), { status: 403 });
    }
  });

  test('the role of an operator counts from the admin issuer only', async () => {
    const other = claims({ iss: second.url, azp: 'console', roles: ['Carillon.Admin'] });
    assertError(await read(await second.sign('ES256', other)), { status: 403, message: /not registered/ });
  });

  test('a client of no app is 403 until it is registered, and works with the next request', async () => {
    const token = await tokenOf({ azp: 'new-client' });
    assertError(await read(token), { status: 403, message: /not registered/ });
    const app = hub.registry.apps.findById('app-a');
    assert.ok(app);
    const client = { clientId: 'new-client', public: true, secretHash: null, redirectUris: [] };
    await hub.registry.apps.put({ ...app, clients: [...app.clients, client] });
    await believes(token);
    await hub.registry.apps.put(app);
    assertError(await read(token), { status: 403, message: /not registered/ });
    assertError(await read(await tokenOf({ azp: undefined })), { status: 403, message: /not registered/ });
  });

  test('an app belongs to its issuers: the token of another issuer is that of a stranger', async () => {
    const place = { token: await tokenOf({ azp: 'app-b' }), targetHostName: hosts['app-b'] };
    const unsId = await subscribe(hub, place);
    const foreign = { iss: second.url, azp: 'app-b' };
    const delegated = await second.sign('ES256', claims(foreign));
    const own = await second.sign('ES256', claims({ ...foreign, idtyp: 'app' }));
    const body = post({ targetHostName: hosts['app-b'] });
    const headers = { 'X-UNS-ID': unsId };
    for (const token of [delegated, own]) {
      assertError(await read(token), { status: 403, message: /not registered/ });
      const posted = await hub.request('POST', feed, { token, body, headers });
      assertError(posted, { status: 403, message: /not registered/ });
    }
    const app = hub.registry.apps.findById('app-b');
    assert.ok(app);
    await hub.registry.apps.put({ ...app, issuers: [second.url] });
    await believes(delegated);
    assertError(await read(await tokenOf({ azp: 'app-b' })), { status: 403, message: /not registered/ });
    await hub.registry.apps.put(app);
  });

  test('a blocked app is 403 with the next request, whichever of its clients asks', async () => {
    const app = hub.registry.apps.findById('app-a');
    assert.ok(app);
    const tokens = [await tokenOf(), await tokenOf({ azp: 'app-a-phone' }), await tokenOf({ idtyp: 'app' })];
    await hub.registry.apps.put({ ...app, blocked: true });
    for (const token of tokens) assertError(await read(token), { status: 403, message: /blocked/ });
    await hub.registry.apps.put(app);
    await believes(tokens[0] as string);
  });
});
