import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { toastsShown } from '../src/wns/action-center.ts';
import { entraApp, storeApp, wnsProvider } from '../src/wns/provider.ts';
import type { WnsApp } from '../src/wns/token-endpoint.ts';
import { type Got, openTlsSimulator, type TlsSimulator } from './support/tls-simulator.ts';

const toast =
  '<?xml version="1.0" encoding="utf-8"?><toast launch="id=1"><visual><binding template="ToastGeneric">' +
  '<text>Fish &amp; chips</text><text><![CDATA[at <noon>]]></text></binding></visual></toast>';

describe('WNS', () => {
  const service = wnsProvider();
  let opened: TlsSimulator;
  let storeToken: string;
  let entraToken: string;
  let channelUri: string;

  before(async () => {
    opened = await openTlsSimulator(service);
    storeToken = tokenOf(await askToken(storeApp));
    entraToken = tokenOf(await askToken(entraApp));
  });
  after(() => opened.close());
  beforeEach(async () => {
    opened.shiftMs = 0;
    await opened.script('[]');
    channelUri = service.makeChannel({ origin: opened.simulator.url });
  });

  function askToken({ clientId, clientSecret, tenant }: WnsApp, changes: Record<string, string> = {}) {
    const path = tenant === null ? '/accesstoken.srf' : `/${tenant}/oauth2/v2.0/token`;
    const scope = tenant === null ? 'notify.windows.com' : 'https://wns.windows.com/.default';
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
      ...changes,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return opened.send(opened.simulator.url + path, { headers, body: form.toString() });
  }

  /** A toast, with some headers changed or left out (null). */
  function notify(changes: Record<string, string | null> = {}, body: Buffer | string = toast): Promise<Got> {
    return opened.send(channelUri, { headers: headersOf(changes, body), body });
  }

  function headersOf(changes: Record<string, string | null>, body: Buffer | string): Record<string, string> {
    const headers = {
      authorization: `Bearer ${storeToken}`,
      'content-type': 'text/xml',
      'content-length': String(Buffer.byteLength(body)),
      'x-wns-type': 'wns/toast',
      ...changes,
    };
    return Object.fromEntries(Object.entries(headers).filter((entry) => entry[1] !== null)) as Record<
      string,
      string
    >;
  }

  function raw(body: string, changes: Record<string, string | null> = {}): Promise<Got> {
    return notify({ 'x-wns-type': 'wns/raw', 'content-type': 'application/octet-stream', ...changes }, body);
  }

  function remove(match: string | null): Promise<Got> {
    const headers = {
      authorization: `Bearer ${storeToken}`,
      ...(match === null ? {} : { 'x-wns-match': match }),
    };
    return opened.send(channelUri, { method: 'DELETE', headers });
  }

  function deliveredHere() {
    return opened.simulator.delivered.filter(({ address }) => address === channelUri);
  }

  test('gives a token to a Store app and to an Entra app', async () => {
    const store = await askToken(storeApp);
    assert.equal(store.status, 200);
    assert.equal(store.headers['cache-control'], 'no-store');
    const { access_token: token, ...rest } = JSON.parse(store.body);
    assert.match(token, /^Eg/);
    assert.deepEqual(rest, { token_type: 'bearer', expires_in: 86_400 });
    const entra = JSON.parse((await askToken(entraApp)).body);
    assert.equal(entra.token_type, 'Bearer');
    assert.equal(entra.expires_in, 86_399);
  });

  const refusedForms: readonly (readonly [string, WnsApp, Record<string, string>, number, string])[] = [
    ['a wrong grant', storeApp, { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a wrong scope', storeApp, { scope: 'https://wns.windows.com/.default' }, 400, 'invalid_scope'],
    ['a client id that is no package SID', storeApp, { client_id: 'app' }, 400, 'invalid_client'],
    ['an unknown package SID', storeApp, { client_id: 'ms-app://s-1-15-2-1' }, 400, 'invalid_client'],
    ['a wrong secret', storeApp, { client_secret: 'no' }, 400, 'invalid_client'],
    ["Entra's wrong grant", entraApp, { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ["Entra's wrong scope", entraApp, { scope: 'notify.windows.com' }, 400, 'invalid_scope'],
    ["Entra's unknown tenant", { ...entraApp, tenant: 'nowhere' }, {}, 400, 'invalid_request'],
    ["Entra's unknown app", entraApp, { client_id: 'app' }, 400, 'unauthorized_client'],
    ["Entra's wrong secret", entraApp, { client_secret: 'no' }, 401, 'invalid_client'],
  ];
  for (const [what, app, changes, status, error] of refusedForms) {
    test(`refuses a token for ${what}`, async () => {
      const answer = await askToken(app, changes);
      assert.equal(answer.status, status);
      assert.equal(JSON.parse(answer.body).error, error);
    });
  }

  test('takes a toast and tells its status', async () => {
    const answer = await notify({
      'x-wns-requestforstatus': 'true',
      'x-wns-tag': 'abcdef0123456789',
      'x-wns-group': 'group1',
      'x-wns-ttl': '300',
      'content-type': 'text/xml; charset=utf-8',
      'ms-cv': 'SJnuur1cvE21MhLn56+qyA.0',
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-wns-status'], 'received');
    assert.equal(answer.headers['x-wns-deviceconnectionstatus'], 'connected');
    assert.match(answer.headers['x-wns-msg-id'] ?? '', /^[0-9A-F]{16}$/);
    assert.equal(answer.headers['ms-cv'], 'SJnuur1cvE21MhLn56+qyA.0');
    const [push] = deliveredHere();
    assert.deepEqual(push?.payload, {
      xml: toast,
      texts: ['Fish & chips', 'at <noon>'],
      attributes: { launch: 'id=1' },
    });
    assert.equal(push?.headers['x-wns-tag'], 'abcdef0123456789');
    assert.equal(push?.headers.authorization, undefined);
  });

  test('takes raw notifications over HTTP/2, and gives JSON as JSON', async () => {
    const body = '{"v":1}';
    const headers = headersOf({ 'x-wns-type': 'wns/raw', 'content-type': 'application/octet-stream' }, body);
    assert.equal((await opened.sendHttp2(channelUri, { headers, body })).status, 200);
    assert.equal((await raw('plain')).status, 200);
    assert.deepEqual(
      deliveredHere().map(({ payload, protocol }) => [payload, protocol]),
      [
        [{ v: 1 }, 'HTTP/2'],
        ['plain', 'HTTP/1.1'],
      ],
    );
  });

  test('takes tiles and badges, and no device status unasked', async () => {
    const tile = '<tile><visual><binding template="TileMedium"><text>1</text></binding></visual></tile>';
    assert.equal((await notify({ 'x-wns-type': 'wns/tile' }, tile)).status, 200);
    const badge = await notify({ 'x-wns-type': 'wns/badge' }, '<badge value="3"/>');
    assert.equal(badge.status, 200);
    assert.equal(badge.headers['x-wns-deviceconnectionstatus'], undefined);
  });

  const badHeads: readonly (readonly [string, Record<string, string | null>])[] = [
    ['a missing type', { 'x-wns-type': null }],
    ['an unknown type', { 'x-wns-type': 'toast' }],
    ['a toast that is not text/xml', { 'content-type': 'application/xml' }],
    ['a missing content type', { 'content-type': null }],
    ['a raw notification as text/xml', { 'x-wns-type': 'wns/raw' }],
    ['a tag of 17 characters', { 'x-wns-tag': 'a'.repeat(17) }],
    ['a group that is not alphanumeric', { 'x-wns-group': 'a-b' }],
    ['a TTL that is no number', { 'x-wns-ttl': 'soon' }],
    ['an unknown cache policy', { 'x-wns-cache-policy': 'none' }],
    ['a wish for status that is neither true nor false', { 'x-wns-requestforstatus': '1' }],
    ['a priority of 5', { 'x-wns-priority': '5' }],
    ['a popup that is suppressed by neither true nor false', { 'x-wns-suppresspopup': 'yes' }],
  ];
  for (const [what, changes] of badHeads) {
    test(`refuses ${what} with 400`, async () => {
      const { status, headers } = await notify(changes);
      assert.equal(status, 400);
      assert.equal(headers['x-wns-status'], 'dropped');
      assert.ok(headers['x-wns-error-description']);
      assert.deepEqual(deliveredHere(), []);
    });
  }

  test('takes a toast without a popup for Windows Phone alone', async () => {
    const quiet = { 'x-wns-suppresspopup': 'true' };
    assert.equal((await notify(quiet)).status, 200);
    const desktop = service.makeChannel({ origin: opened.simulator.url, removable: false });
    const refused = await opened.send(desktop, { headers: headersOf(quiet, toast), body: toast });
    assert.equal(refused.status, 400);
    assert.match(refused.headers['x-wns-error-description'] ?? '', /Windows Phone/);
  });

  test('refuses chunks, since the length must be known', async () => {
    const headers = headersOf({ 'content-length': null, 'transfer-encoding': 'chunked' }, toast);
    const answer = await opened.send(channelUri, { headers, body: toast });
    assert.equal(answer.status, 400);
    assert.match(answer.headers['x-wns-error-description'] ?? '', /Content-Length/);
  });

  const withPart = (xml: string) => toast.replace('</binding>', `${xml}</binding>`);
  const withAfter = (xml: string) => toast.replace('</visual>', `</visual>${xml}`);
  const withActions = (xml: string) => withAfter(`<actions>${xml}</actions>`);

  test('takes what the schema of a toast has', async () => {
    const parts = [
      '<image placement="hero" src="https://a.example/a"/>',
      '<image placement="appLogoOverride" hint-crop="circle" src="ms-appx:///a.png"/>',
      '<progress value="0.3" status=""/>',
    ];
    const after = [
      '<actions><input id="why" type="text" placeHolderContent="Why?"/>',
      '<action content="No" arguments="no" activationType="background" hint-inputId="why" hint-buttonStyle="Critical"/>',
      '</actions><audio silent="true"/><header id="a" title="A" arguments=""/>',
    ];
    const xml = withPart(parts.join('')).replace('</visual>', `</visual>${after.join('')}`);
    const styled = xml.replace('<toast', '<toast useButtonStyle="true" scenario="urgent"');
    assert.equal((await notify({}, styled)).status, 200);
  });

  test('refuses a badge that is neither number nor glyph', async () => {
    for (const value of ['-1', 'three', ''])
      assert.equal((await notify({ 'x-wns-type': 'wns/badge' }, `<badge value="${value}"/>`)).status, 400);
  });

  const badToasts: readonly (readonly [string, string, RegExp])[] = [
    ['an unescaped ampersand', toast.replace('&amp;', '&'), /not well-formed/],
    ['an element that is not closed', toast.replace('</text>', ''), /not well-formed/],
    ['a control character', toast.replace('Fish', '\u0001'), /not well-formed/],
    ['nothing to show', '<toast><visual/></toast>', /toast\/visual\/binding/],
    ['an unknown element', toast.replace('</visual>', '</visual><video/>'), /no element video/],
    ['an unknown attribute', toast.replace('<visual>', '<visual hue="red">'), /no attribute hue/],
    ['an unknown scenario', toast.replace('<toast', '<toast scenario="critical"'), /@scenario/],
    ['a picture that is none', withPart('<image src="javascript:1"/>'), /@src/],
    [
      'a placement that is none',
      withPart('<image placement="top" src="https://a.example/a"/>'),
      /@placement/,
    ],
    ['progress beyond its end', withPart('<progress value="1.5" status=""/>'), /@value/],
    ['progress without a status', withPart('<progress value="0.5"/>'), /needs the attribute status/],
    ['six buttons', withActions('<action content="a" arguments="a"/>'.repeat(6)), /more than 5 of action/],
    ['a button without arguments', withActions('<action content="a"/>'), /needs the attribute arguments/],
    [
      'a button beside no input',
      withActions('<action content="a" arguments="a" hint-inputId="x"/>'),
      /no input x/,
    ],
    [
      'a style that it does not switch on',
      withActions('<action content="a" arguments="a" hint-buttonStyle="Critical"/>'),
      /useButtonStyle/,
    ],
    ['a sound from the web', withAfter('<audio src="https://a.example/a.mp3"/>'), /@src/],
    ['a header without a title', withAfter('<header id="a" arguments=""/>'), /needs the attribute title/],
    ['the root of a tile', toast.replaceAll('toast', 'tile'), /toast\/visual\/binding/],
  ];
  for (const [what, xml, says] of badToasts) {
    test(`refuses a toast with ${what}`, async () => {
      const { status, headers } = await notify({}, xml);
      assert.equal(status, 400);
      assert.match(headers['x-wns-error-description'] ?? '', says);
    });
  }

  test('takes 5000 bytes and refuses more with 413', async () => {
    assert.equal((await raw('a'.repeat(5000))).status, 200);
    assert.equal((await raw('a'.repeat(5001))).status, 413);
  });

  test('refuses a missing, an unknown, an expired and a revoked token with 401', async () => {
    for (const authorization of [null, 'Bearer unknown', 'Basic abc']) {
      const { status, headers } = await notify({ authorization });
      assert.equal(status, 401);
      assert.match(headers['www-authenticate'] ?? '', /^Bearer /);
    }
    opened.shiftMs = 86_400_000;
    const expired = await notify();
    assert.equal(expired.status, 401);
    assert.equal(expired.headers['x-wns-error-description'], 'Token expired');
    opened.shiftMs = 0;
    assert.equal((await notify()).status, 200);
    service.revokeTokens();
    assert.equal((await notify()).status, 401);
    storeToken = tokenOf(await askToken(storeApp));
    entraToken = tokenOf(await askToken(entraApp));
    assert.equal((await notify()).status, 200);
  });

  test('refuses the channel of another app with 403', async () => {
    assert.equal((await notify({ authorization: `Bearer ${entraToken}` })).status, 403);
    channelUri = service.makeChannel({ origin: opened.simulator.url, app: entraApp.clientId });
    assert.equal((await notify({ authorization: `Bearer ${entraToken}` })).status, 200);
    assert.equal((await notify()).status, 403);
  });

  test('answers 404 for an unknown channel, 410 for an expired one, 405 for a GET', async () => {
    const known = channelUri;
    channelUri = `${opened.simulator.url}/wns/unknown?token=abc`;
    assert.equal((await notify()).status, 404);
    channelUri = known.replace(/token=.*/, 'token=abc');
    assert.equal((await notify()).status, 404);
    channelUri = known;
    assert.equal((await opened.send(channelUri, { method: 'GET' })).status, 405);
    service.expire(channelUri);
    assert.equal((await notify()).status, 410);
    assert.deepEqual(deliveredHere(), []);
  });

  test('drops for a device that is away what is not cached', async () => {
    service.connect(channelUri, 'disconnected');
    const tap = await raw('{"v":1}', { 'x-wns-requestforstatus': 'true' });
    assert.equal(tap.status, 200);
    assert.equal(tap.headers['x-wns-status'], 'dropped');
    assert.equal(tap.headers['x-wns-deviceconnectionstatus'], 'disconnected');
    assert.deepEqual(deliveredHere(), []);
    const cached = await raw('{"v":1}', { 'x-wns-cache-policy': 'cache' });
    assert.equal(cached.headers['x-wns-status'], 'received');
    assert.equal((await notify()).headers['x-wns-status'], 'received');
    assert.equal(deliveredHere().length, 2);
  });

  test('puts a script into its own words', async () => {
    await opened.script('[{"then":"gone","times":1},{"then":{"retryAfterSeconds":7},"times":1}]');
    const gone = await notify();
    assert.equal(gone.status, 410);
    assert.equal(gone.headers['x-wns-status'], 'dropped');
    const throttled = await notify();
    assert.equal(throttled.status, 406);
    assert.equal(throttled.headers['x-wns-status'], 'channelthrottled');
    assert.equal(throttled.headers['retry-after'], '7');
    assert.deepEqual(deliveredHere(), []);
  });

  describe('removes toasts', () => {
    const shown = (now = Date.now()) =>
      toastsShown(opened.simulator.delivered, { channelUri, now }).map(
        ({ headers }) => `${headers['x-wns-group'] ?? ''}/${headers['x-wns-tag'] ?? ''}`,
      );
    const show = (group: string, tag: string, more: Record<string, string> = {}) =>
      notify({ 'x-wns-group': group, 'x-wns-tag': tag, ...more });

    beforeEach(async () => {
      await notify();
      for (const [group, tag] of ['g1t1', 'g1t2', 'g2t1'].map((name) => [name.slice(0, 2), name.slice(2)])) {
        await show(group as string, tag as string);
      }
      assert.deepEqual(shown(), ['/', 'g1/t1', 'g1/t2', 'g2/t1']);
    });

    const matches: readonly (readonly [string, readonly string[]])[] = [
      ['type:wns/toast;group=g1;tag=t1', ['/', 'g1/t2', 'g2/t1']],
      ['type:wns/toast;group=g1', ['/', 'g2/t1']],
      ['type:wns/toast;tag=t1', ['/', 'g1/t2']],
      ['type:wns/toast;all', []],
    ];
    for (const [match, left] of matches) {
      test(`by ${match}`, async () => {
        const { status, headers } = await remove(match);
        assert.equal(status, 200);
        assert.equal(headers['x-wns-status'], 'received');
        assert.deepEqual(shown(), left);
      });
    }

    test('never by a DELETE that does not say which', async () => {
      for (const match of [null, 'type:wns/tile;all', 'type:wns/toast', 'type:wns/toast;tag=']) {
        assert.equal((await remove(match)).status, 400);
      }
      assert.equal(shown().length, 4);
    });

    test('when a newer one of the same tag and group comes, or their time has come', async () => {
      await show('g1', 't1', { 'x-wns-ttl': '60' });
      assert.deepEqual(shown(), ['/', 'g1/t2', 'g2/t1', 'g1/t1']);
      assert.deepEqual(shown(Date.now() + 61_000), ['/', 'g1/t2', 'g2/t1']);
    });

    test('not of a channel that takes no DELETE', async () => {
      channelUri = service.makeChannel({ origin: opened.simulator.url, removable: false });
      assert.equal((await remove('type:wns/toast;all')).status, 405);
    });
  });

  test('makes channels over HTTP, and says what operator and device would enter', async () => {
    const made = await opened.send(`${opened.simulator.url}/wns/channels`, { body: '{"removable":false}' });
    assert.equal(made.status, 201);
    channelUri = JSON.parse(made.body).channelUri;
    assert.equal((await notify()).status, 200);
    const bad = await opened.send(`${opened.simulator.url}/wns/channels`, { body: '{"app":"nobody"}' });
    assert.equal(bad.status, 400);
    const { credentials, channel } = service.about(opened.simulator.url);
    assert.deepEqual(credentials, {
      clientId: storeApp.clientId,
      clientSecret: storeApp.clientSecret,
      tokenUrl: `${opened.simulator.url}/accesstoken.srf`,
    });
    assert.match(String(channel.channelUri), /\/wns\/[0-9a-f]{24}\?token=AwYAAA/);
  });
});

function tokenOf({ status, body }: Got): string {
  assert.equal(status, 200, body);
  return JSON.parse(body).access_token;
}
