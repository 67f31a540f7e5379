// Paths and URLs: whose feed a path names, what is at it, and that every URL that is answered is of the public URL,
// whatever the request says of itself.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { hosts, post, sendRaw, startHub, subscribe } from '@carillon/testing/hub/hub.ts';

const publicUrl = 'https://hub.example/base';
const hub = await startHub({ settings: { 'public-url': publicUrl } });
after(hub.close);
const token = hub.token({ user: 'alice' });
const feed = '/v1.0/me/notifications';
const misleading = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'ftp',
  forwarded: 'host=evil.example;proto=ftp',
};
const ask = (method: string, path: string, body?: unknown) =>
  hub.request(method, path, { token, headers: misleading, ...(body === undefined ? {} : { body }) });

suite('every URL that is answered is of the public URL', () => {
  test('Location and context of a notification', async () => {
    for (const version of ['beta', 'v1.0']) {
      const { json, headers } = await ask('POST', `/${version}/me/notifications/$ref`, post());
      assert.equal(headers.location, `${publicUrl}/${version}/me/notifications/${json.id}`);
      const context = `${publicUrl}/${version}/$metadata#users('alice%40contoso.example')/notifications/$entity`;
      assert.equal(json['@odata.context'], context);
    }
  });

  test('Location and context of a subscription', async () => {
    const body = { targetHostName: hosts['app-a'], installationId: 'urls', platformType: 'windows' };
    const { json, headers } = await ask('POST', '/v1.0/me/notificationSubscriptions', body);
    assert.equal(headers.location, `${publicUrl}/v1.0/me/notificationSubscriptions/${json.id}`);
  });

  test('Location for the app itself, which names the user', async () => {
    const headers = { ...misleading, 'X-UNS-ID': await subscribe(hub) };
    const answer = await hub.request('POST', '/beta/me/activities', {
      token: hub.token(),
      headers,
      body: post(),
    });
    const at = `${publicUrl}/beta/users/${hub.userIds.alice}/notifications/${answer.json.id}`;
    assert.equal(answer.headers.location, at);
  });

  test('the links of a list and of a delta, which keep their path', async () => {
    await ask('POST', feed, post());
    await ask('POST', feed, post());
    const list = await ask('GET', '/v1.0/users/alice%40contoso.example/notifications/?%24top=1&$select=id');
    const start = `${publicUrl}/v1.0/users/alice%40contoso.example/notifications?$skiptoken=`;
    assert.ok(list.json['@odata.nextLink'].startsWith(start), list.json['@odata.nextLink']);
    const page = await ask('GET', `/beta/me/notifications/delta?$top=1`);
    assert.ok(
      page.json['@odata.nextLink'].startsWith(`${publicUrl}/beta/me/notifications/delta?$skiptoken=`),
    );
    const end = await ask('GET', '/beta/me/notifications/delta');
    assert.ok(
      end.json['@odata.deltaLink'].startsWith(`${publicUrl}/beta/me/notifications/delta?$deltatoken=`),
    );
  });

  test('Location of a 410, where a reader starts over', async () => {
    for (const option of ['$deltatoken=none', '$skiptoken=none&$top=7']) {
      const answer = await ask('GET', `${feed}/delta/?${option}`);
      assertError(answer, { status: 410, code: 'resyncRequired' });
      assert.equal(answer.headers.location, `${publicUrl}${feed}/delta`);
    }
  });

  test('discovery of the embedded provider', async () => {
    const { json } = await ask('GET', '/identity/.well-known/openid-configuration');
    assert.equal(json.issuer, `${publicUrl}/identity`);
    for (const [name, value] of Object.entries(json))
      if (name.endsWith('_endpoint') || name.endsWith('_uri'))
        assert.ok(String(value).startsWith(publicUrl), name);
  });

  test('and HEAD of what is discovered, with the headers of GET', async () => {
    const paths = [
      ...['/identity/.well-known/openid-configuration', '/identity/v2.0/.well-known/openid-configuration'],
      ...['/.well-known/oauth-authorization-server/identity', '/identity/keys'],
    ];
    for (const path of paths) {
      const [whole, head] = [await ask('GET', path), await ask('HEAD', path)];
      assert.deepEqual([head.status, head.text], [200, ''], path);
      for (const name of ['content-type', 'content-length', 'cache-control'])
        assert.equal(head.headers[name], whole.headers[name], `${name} of ${path}`);
    }
    assert.equal((await ask('HEAD', '/identity/authorize')).status, 405);
  });

  test('also when the request names its target in the absolute form', async () => {
    const lines = [
      `GET http://evil.example/beta/me/notifications/?$top=1 HTTP/1.1`,
      'Host: evil.example',
      `Authorization: Bearer ${token}`,
      'Connection: close',
    ];
    const answer = await sendRaw(hub.baseUrl, `${lines.join('\r\n')}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.match(
      answer,
      /"@odata\.nextLink":"https:\/\/hub\.example\/base\/beta\/me\/notifications\?\$skiptoken=/,
    );
    assert.doesNotMatch(answer, /evil/);
  });
});

suite('a path names its user', () => {
  const { alice } = hub.userIds;
  const own = [
    'me',
    `users/${alice}`,
    'users/alice@contoso.example',
    'users/alice%40contoso.example',
    'users/ALICE@Contoso.Example',
    "users('alice@contoso.example')",
    "USERS('alice%40contoso.example')",
    'users%28%27alice@contoso.example%27%29',
    'Me',
  ];
  for (const user of own) {
    test(`${user} is the caller`, async () => {
      for (const end of ['', '/'])
        assert.equal((await ask('GET', `/v1.0/${user}/notifications${end}`)).status, 200);
    });
  }
  const foreign = [
    `users/${hub.userIds.bob}`,
    'users/bob@contoso.example',
    'users/me',
    'users/alice',
    'users/%20',
    'users/',
    "users('bob@contoso.example')",
    "users('o''neil@contoso.example')",
  ];
  for (const user of foreign) {
    test(`${user} is not`, async () => {
      assertError(await ask('GET', `/v1.0/${user}/notifications`), { status: 403, code: 'accessDenied' });
    });
  }
});

suite('a path may be written', () => {
  const forms = {
    'in any case, beside the operations': ['/v1.0/$METADATA', '/Beta/%24Metadata', '/v1.0/NOTIFICATIONKEYS/'],
    'in any case': ['/V1.0/ME/Notifications', '/v1.0/me/NOTIFICATIONS/', '/Beta/Users/{alice}/notifications'],
    'as a function': [
      '/v1.0/me/notifications/delta()',
      '/v1.0/me/notifications/microsoft.graph.delta()',
      '/v1.0/me/notifications/Microsoft.Graph.Delta',
      '/v1.0/me/notifications/DELTA',
      '/v1.0/me/notifications/delta%28%29/?$top=1',
    ],
    'with a key in brackets': [
      "/v1.0/me/notifications('{id}')",
      "/v1.0/users('alice%40contoso.example')/Notifications('{id}')/Deliveries",
      "/v1.0/users('{alice}')/notifications(%27{id}%27)?$select=id",
    ],
    'with a name of its own': ['/v1.0/me/notifications/$COUNT', '/v1.0/me/notifications/%24count'],
  };
  for (const [how, paths] of Object.entries(forms)) {
    for (const path of paths) {
      test(`${how}: ${path}`, async () => {
        const { json } = await ask('POST', feed, post());
        const named = path.replace('{id}', json.id).replace('{alice}', hub.userIds.alice);
        const answer = await ask('GET', named);
        assert.equal(answer.status, 200, answer.text);
        if (named.includes(`('${json.id}')`) && !named.endsWith('Deliveries'))
          assert.equal(answer.json.id, json.id);
      });
    }
  }

  test('and its links have the plain form', async () => {
    await ask('POST', feed, post());
    const { json } = await ask('GET', "/v1.0/Users('alice@contoso.example')/NOTIFICATIONS?$top=1");
    const start = `${publicUrl}/v1.0/users/alice%40contoso.example/notifications?$skiptoken=`;
    assert.ok(json['@odata.nextLink'].startsWith(start), json['@odata.nextLink']);
  });

  const nothing = [
    '/me/notifications',
    '/v1.0/me/notifications()',
    '/v1.0/me/microsoft.graph.notifications',
    "/v1.0/me/notifications('delta')",
    "/v1.0/me/notifications('a'b')",
    '/v1.0/me/notifications/delta(x)',
    "/v1.0/me('a')/notifications",
  ];
  for (const path of nothing) {
    test(`not as ${path}`, async () => {
      assertError(await ask('GET', path), { status: 404, code: 'itemNotFound' });
    });
  }

  test('a method that the plain path lacks is 405 in any form', async () => {
    for (const path of ['delta()', 'microsoft.graph.DELTA()', "('0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa')"]) {
      const at = path.startsWith('(') ? `${feed}${path}` : `${feed}/${path}`;
      assertError(await ask('PUT', at), { status: 405, code: 'methodNotAllowed' });
    }
  });
});

test('GET /me says who the caller is', async () => {
  const { alice } = hub.userIds;
  const name = 'alice@contoso.example';
  for (const path of ['/v1.0/me', '/v1.0/Me/', `/v1.0/users/${alice}`, `/v1.0/users('${name}')`]) {
    const answer = await ask('GET', path);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, {
      '@odata.context': `${publicUrl}/v1.0/$metadata#users/$entity`,
      id: alice,
      userPrincipalName: name,
      displayName: name,
    });
  }
  const { json } = await ask('GET', '/beta/me?$select=displayName');
  assert.deepEqual([json.id, json.displayName, json.userPrincipalName], [alice, name, undefined]);
  assertError(await ask('GET', `/v1.0/users/${hub.userIds.bob}`), { status: 403, code: 'accessDenied' });
  assertError(await ask('GET', '/v1.0/me?$expand=manager'), { status: 400, target: '$expand' });
});

suite('what is outside of the versions', () => {
  test('answers 405 with Allow to a method that it lacks', async () => {
    const allowed = {
      '/': 'GET',
      '/healthz': 'GET',
      '/readyz': 'GET',
      '/inbox': 'GET',
      '/identity/token': 'POST',
    };
    for (const [path, method] of Object.entries(allowed)) {
      const answer = await ask('DELETE', path);
      assertError(answer, { status: 405, code: 'methodNotAllowed' });
      assert.ok((answer.headers.allow ?? '').split(', ').includes(method), path);
    }
  });

  test('says that it is alive and ready without a token', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await hub.request('GET', path);
      assert.deepEqual([answer.status, answer.json], [200, { status: 'ok' }]);
    }
  });
});

test('a preflight is answered on every path without a token, and exposes what a client reads', async () => {
  for (const path of [feed, `${feed}/0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa`, '/beta/me/activities/']) {
    const headers = { origin: 'https://page.example', 'access-control-request-method': 'PATCH' };
    const { status, headers: answered } = await hub.request('OPTIONS', path, { headers });
    assert.equal(status, 204);
    assert.equal(answered['access-control-allow-origin'], '*');
    assert.equal(answered['access-control-allow-credentials'], undefined);
    assert.equal(answered['access-control-allow-methods'], answered.allow);
    assert.match(String(answered['access-control-allow-headers']), /X-UNS-ID/);
  }
});
