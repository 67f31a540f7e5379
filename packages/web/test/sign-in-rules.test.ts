// What the page believes of an ID token, and how it calls a browser: the rules that need no browser.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { challengeOf, encodeBase64url } from '../src/sign-in/base64url.ts';
import { readUser } from '../src/sign-in/id-token.ts';
import { describeBrowser } from '../src/this-device.ts';

const now = Date.UTC(2026, 0, 1);
const expected = { issuer: 'https://login.example', clientId: 'page', nonce: 'once', now };
const good = {
  iss: 'https://login.example',
  aud: 'page',
  nonce: 'once',
  exp: now / 1000 + 60,
  sub: 'a',
  preferred_username: 'älice',
};

function tokenOf(claims: object): string {
  return `e30.${encodeBase64url(new TextEncoder().encode(JSON.stringify(claims)))}.signature`;
}

suite('an ID token', () => {
  test('names the user', () => {
    assert.deepEqual(readUser(tokenOf(good), expected), { subject: 'a', name: 'älice' });
    assert.deepEqual(
      readUser(tokenOf({ ...good, aud: ['page', 'api'], azp: 'page' }), expected).subject,
      'a',
    );
  });

  const wrong: Readonly<Record<string, object>> = {
    'another issuer': { iss: 'https://evil.example' },
    'another app': { aud: 'other' },
    'another app among its audiences': { aud: ['page', 'other'], azp: 'other' },
    'another sign-in': { nonce: 'twice' },
    'no nonce': { nonce: undefined },
    'its end': { exp: now / 1000 - 61 },
    'no end': { exp: undefined },
    'a text for its end': { exp: 'never' },
    nobody: { sub: undefined },
  };
  for (const [what, claims] of Object.entries(wrong)) {
    test(`is refused with ${what}`, () => {
      assert.throws(() => readUser(tokenOf({ ...good, ...claims }), expected), /ID ?token/i);
    });
  }

  test('is refused when it is none', () => {
    for (const text of [undefined, '', 'x', 'a.!!.c'])
      assert.throws(() => readUser(text, expected), /not readable/);
  });
});

test('the code challenge is that of the example in RFC 7636, appendix B', async () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  assert.equal(await challengeOf(verifier), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
});

test('a browser is called as its user would call it', () => {
  const agents = {
    'Chrome on Android':
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
    'Edge on Windows':
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
    'Safari on iPhone': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1',
    'Firefox on Linux': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    Browser: 'something else',
  };
  for (const [name, agent] of Object.entries(agents)) assert.equal(describeBrowser(agent), name);
});
