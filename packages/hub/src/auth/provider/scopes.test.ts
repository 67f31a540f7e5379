import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { originAllowed, redirectAllowed } from './clients.ts';
import { readScopes } from './scopes.ts';

const hub = 'https://hub.example';
const created = 'Notifications.ReadWrite.CreatedByApp';
const activity = 'UserActivity.ReadWrite.CreatedByApp';
const phone = { publicUrl: hub, granted: [created, activity] };
const inbox = { publicUrl: hub, granted: [created, activity, 'Notifications.ReadWrite'] };
const microsoft = ['graph.microsoft.com', 'activity.microsoft.com', 'activity.windows.com'];
const prefixes = [
  '',
  `${hub}/`,
  ...microsoft.map((host) => `https://${host}/`),
  'https://graph.microsoft.com//',
];

describe('scopes', () => {
  for (const prefix of prefixes) {
    for (const word of [`${prefix}${created}`, `${prefix}${created}`.toLowerCase()]) {
      test(`${word} is the hub's, and is answered as it was written`, () => {
        const asked = readScopes(`openid ${word}`, null, phone);
        assert.deepEqual(asked.names, [created]);
        assert.equal(asked.audience, null);
        assert.deepEqual(asked.openId, ['openid']);
        assert.equal(asked.spelling.get(created), word);
      });
    }
  }

  test('.default stands for what the client was granted, never for more', () => {
    assert.deepEqual(readScopes(`${hub}/.default`, null, phone).names, phone.granted);
    assert.deepEqual(readScopes(`${hub}/.default`, null, inbox).names, inbox.granted);
    assert.deepEqual(readScopes('api://service/.default', null, inbox).names, ['user_impersonation']);
  });

  test('what the hub does not serve of Microsoft Graph is left out beside what it serves', () => {
    const beside = `https://graph.microsoft.com/User.Read Mail.Read ${created}`;
    assert.deepEqual(readScopes(beside, null, phone).names, [created]);
    assert.deepEqual(readScopes('User.Read api://service/x', null, phone).names, ['x']);
    assert.deepEqual(readScopes('openid email profile', null, phone).openId, ['openid', 'profile']);
    const signIn = readScopes('https://graph.microsoft.com/User.Read openid profile', null, phone);
    assert.deepEqual([signIn.openId, signIn.names], [['openid', 'profile'], []]);
  });

  test('api://{app}/{any} asks for a token for the app, whatever the scope is called', () => {
    const asked = readScopes('api://service/Things.Do', null, phone);
    assert.equal(asked.audience, 'service');
    assert.deepEqual(asked.names, ['Things.Do']);
  });

  const refused: [scope: string, expected: RegExp][] = [
    ['Mail.Read', /Mail\.Read is not known/],
    [`${hub}/User.Read ${created}`, /not known/],
    ['Notifications.ReadWrite', /was not granted/],
    ['https://GRAPH.microsoft.com/notifications.readwrite', /was not granted/],
    [`Carillon.Admin ${created}`, /was not granted/],
    ['api://service/notifications.readwrite', /was not granted/],
    ['api://service/offline', /can't be a scope of api/],
    [`${created} api://service/x`, /several audiences/],
    ['api://service/Carillon.Admin', /can't be a scope of api/],
    ['https://elsewhere.example/.default', /not known/],
    ['"quoted"', /not allowed/],
  ];
  for (const [scope, expected] of refused) {
    test(`refused: ${scope}`, () => assert.throws(() => readScopes(scope, null, phone), expected));
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
