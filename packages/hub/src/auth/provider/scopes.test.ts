import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { originAllowed, redirectAllowed } from './clients.ts';
import { readScopes } from './scopes.ts';

const hub = 'https://hub.example';
const created = 'Notifications.ReadWrite.CreatedByApp';

describe('scopes', () => {
  for (const prefix of ['', `${hub}/`, 'https://graph.microsoft.com/', 'https://graph.microsoft.com//']) {
    test(`'${prefix}' before a scope of the hub means the hub`, () => {
      const asked = readScopes(`openid ${prefix}${created}`, null, hub);
      assert.deepEqual(asked.names, [created]);
      assert.equal(asked.audience, null);
      assert.deepEqual(asked.openId, ['openid']);
      assert.equal(asked.spelling.get(created), prefix + created);
    });
  }

  test('.default stands for what every client is granted, never for more', () => {
    assert.deepEqual(readScopes(`${hub}/.default`, null, hub).names, [
      created,
      'UserActivity.ReadWrite.CreatedByApp',
    ]);
    assert.deepEqual(readScopes('api://service/.default', null, hub).names, ['user_impersonation']);
  });

  test('api://{app}/{any} asks for a token for the app, whatever the scope is called', () => {
    const asked = readScopes('api://service/Things.Do', null, hub);
    assert.equal(asked.audience, 'service');
    assert.deepEqual(asked.names, ['Things.Do']);
  });

  const refused: [scope: string, expected: RegExp][] = [
    ['Mail.Read', /Mail\.Read is not known/],
    [`${created} api://service/x`, /several audiences/],
    ['api://service/Carillon.Admin', /can't be a scope of api/],
    ['https://elsewhere.example/.default', /not known/],
    ['"quoted"', /not allowed/],
  ];
  for (const [scope, expected] of refused) {
    test(`refused: ${scope}`, () => assert.throws(() => readScopes(scope, null, hub), expected));
  }
});

describe('redirect URIs', () => {
  test('a loopback one is allowed on any port, at the same path only', () => {
    const registered = ['http://localhost', 'http://127.0.0.1/in', 'https://page.example/in'];
    assert.ok(redirectAllowed('http://localhost:51234', registered));
    assert.ok(redirectAllowed('http://localhost:51234/', registered));
    assert.ok(redirectAllowed('http://127.0.0.1:8/in', registered));
    assert.ok(redirectAllowed('https://page.example/in', registered));
    assert.ok(!redirectAllowed('http://localhost:51234/in', registered));
    assert.ok(!redirectAllowed('https://page.example:444/in', registered));
    assert.ok(!redirectAllowed('http://localhost@evil.example/', registered));
    assert.ok(!redirectAllowed('http://user@localhost/', registered));
  });

  test('a page may call from where it may be sent back to', () => {
    const registered = ['http://localhost/in', 'https://page.example/in'];
    assert.ok(originAllowed('https://page.example', registered));
    assert.ok(originAllowed('http://localhost:5173', registered));
    assert.ok(!originAllowed('https://evil.example', registered));
    assert.ok(!originAllowed('null', ['com.contoso.phone:/in']));
  });
});
