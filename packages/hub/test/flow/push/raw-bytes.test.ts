// The bytes and headers that each provider gets, read on servers that are none of our simulators: APNs over HTTP/2, FCM v1,
// WNS and Web Push (opened with http_ece), with every member that a notification can show. The names are held against what
// the vendors document (test/fixtures/vendor).
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Delivery } from '@carillon/protocol';
import { apns, fcm, given, serviceAccount, wns } from '@carillon/testing/feed/credentials.ts';
import {
  openRawPush,
  type RawRequest,
  readWebPush,
  webPushChannel,
} from '@carillon/testing/feed/raw-push.ts';
import { post, startHub, subscribe, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { schemaFaults } from '@carillon/testing/machine/xml/xmllint.ts';
import { decodeJwt, importJWK, jwtVerify } from 'jose';

const vendor = join(import.meta.dirname, '..', '..', 'fixtures', 'vendor');
const clock = new ManualClock(Date.UTC(2030, 0, 1));
const nowSeconds = clock.now() / 1000;
const weekSeconds = 7 * 86_400;

const [http1, http2] = [await openRawPush(), await openRawPush('http2')];
after(async () => {
  await http1[Symbol.asyncDispose]();
  await http2[Symbol.asyncDispose]();
});
const hub = await startHub({
  clock,
  settings: { 'allow-private-push': true, 'push-contact': 'mailto:ops@a.example' },
});
after(() => hub.close());

const give = (channel: 'apns' | 'fcm' | 'wns', credentials: object) =>
  hub.registry.credentials.put('app-a', channel, given(channel, credentials), clock.now());
await give('apns', { ...apns, baseUrl: http2.url });
const account = { ...serviceAccount, token_uri: `${http1.url}/google/token` };
await give('fcm', { ...fcm, serviceAccount: account, baseUrl: http1.url });
await give('wns', { ...wns, tokenUrl: `${http1.url}/entra/token` });
const appA = hub.registry.apps.findById('app-a');
assert.ok(appA);
await hub.registry.apps.put({ ...appA, urlSchemes: ['shop'], clickAction: 'a.example.OPEN' });

const appleToken = 'ab'.repeat(32);
const channels = {
  ios: { type: 'apns', token: appleToken, topic: 'example.app', environment: 'production' },
  android: { type: 'fcm', token: 'device:1' },
  windows: { type: 'wns', channelUri: `${http1.url}/wns?token=1` },
  webPush: webPushChannel(http1.url, 'browser'),
};
for (const [platformType, channel] of Object.entries(channels))
  await subscribe(hub, { installationId: platformType, platformType, channel });

const url = 'https://a.example/7?a=1&b=2';
const full = {
  ...{ title: 'Deploy <214>?', body: 'All checks have passed.', url },
  ...{ iconUrl: 'https://a.example/icon.png', imageUrl: 'https://a.example/214.png' },
  actions: [
    { id: 'approve', title: 'Approve & go' },
    { id: 'reject', title: 'No', destructive: true, input: { placeholder: 'Why "no"?', maxLength: 200 } },
    { id: 'log', title: 'Log', url: 'shop://214/log' },
  ],
  ...{ sound: 'chime', category: 'deploys', interruptionLevel: 'timeSensitive', lang: 'en-GB', dir: 'rtl' },
  progress: { value: 1, max: 3, label: 'Stages' },
};

const token = hub.token({ user: 'alice', lifetimeSeconds: 1_000_000 });
const feed = '/v1.0/me/notifications';

/** What each provider gets of a notification. */
async function pushed(visualContent: object) {
  const body = post({ payload: { visualContent }, groupName: 'deploys' });
  const { status, json, text } = await hub.request('POST', feed, { token, body });
  assert.equal(status, 201, text);
  const [ios, android] = [await http2.next('/3/device'), await http1.next('/v1')];
  const [toast, badge, browser] = [
    await http1.next('/wns'),
    await http1.next('/wns'),
    await http1.next('/browser'),
  ];
  return { id: String(json.id), ios, android, toast, badge, browser };
}

/** What each gets once it was read elsewhere: browsers nothing. A push that is still under way would be cleared once more. */
async function clear(id: string) {
  await until(async () => {
    const { json } = await hub.request('GET', `${feed}/${id}/deliveries`, { token });
    return json.value.every(({ status }: Delivery) => status === 'accepted');
  }, 'four deliveries');
  const { status } = await hub.request('PATCH', `${feed}/${id}`, { token, body: { readState: 'read' } });
  assert.equal(status, 200);
  const ios = [await http2.next('/3/device'), await http2.next('/3/device')];
  const android = await http1.next('/v1');
  const windows = [await http1.next('/wns'), await http1.next('/wns'), await http1.next('/wns')];
  return { ios, android, windows };
}

/** Without what a connection needs, and what each request must have beside: where it goes to and how long it is. */
function headersOf({ headers, body }: RawRequest): object {
  const { host, connection: _, 'content-length': length, authorization, ...rest } = headers;
  assert.ok(authorization);
  assert.ok(length === undefined || Number(length) === body.length);
  return Object.fromEntries(
    Object.entries(rest).filter(
      ([name, value]) => !name.startsWith(':') && value !== undefined && host !== value,
    ),
  );
}

const textOf = ({ body }: RawRequest) => body.toString();

const small = 'https://a.example/x';
const contents: readonly object[] = [
  { title: 'a' },
  { title: 'a', body: 'b', url: 'shop://7', imageUrl: small },
  { title: 'a', sound: 'none', interruptionLevel: 'passive', iconUrl: small },
  { title: 'a', sound: 'default', interruptionLevel: 'critical', progress: { value: 0, max: 7 } },
  { title: 'a', sound: 'my chime.wav', interruptionLevel: 'active', lang: 'zh-Hant-TW', dir: 'auto' },
  { title: 'a', progress: { value: 7, max: 7, label: '"<&>\'' }, actions: [{ id: 'ok', title: '<OK>' }] },
  { title: '\u202eabc\u0007\uffff', body: '&amp;\n<b>', category: 'a"b<c>&d' },
  {
    title: 'a',
    actions: [1, 2, 3, 4].map((n) => ({ id: `a${n}`, title: `${n}`, input: {}, destructive: n === 4 })),
  },
  {
    title: 'a',
    body: 'x'.repeat(500),
    imageUrl: `${small}${'i'.repeat(1900)}`,
    iconUrl: `${small}${'c'.repeat(1900)}`,
  },
];
const sent = await pushed(full);
const cleared = await clear(sent.id);
/** One after the other, so that what a provider gets next is of the one that was posted last. */
const others: Awaited<ReturnType<typeof pushed>>[] = [];
for (const content of contents) others.push(await pushed(content));

describe('all members at once', () => {
  const { id } = sent;
  const tap = { v: 1, kind: 'tap', notificationId: id, unreadCount: 1 };
  const close = { v: 1, kind: 'tap', unreadCount: 0, close: [id] };
  const bodyText = 'All checks have passed.\nStages 33 %';

  test('to Apple: the path, the head and every member of the payload', () => {
    const { ios } = sent;
    assert.deepEqual([ios.method, ios.path], ['POST', `/3/device/${appleToken}`]);
    assert.deepEqual(headersOf(ios), {
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-collapse-id': id,
      'apns-topic': 'example.app',
      'apns-expiration': String(nowSeconds + weekSeconds),
      'content-type': 'application/json',
    });
    const payload = {
      aps: {
        alert: { title: full.title, body: bodyText },
        ...{ badge: 1, sound: 'chime', 'thread-id': 'deploys', 'mutable-content': 1, category: 'deploys' },
        ...{ 'interruption-level': 'time-sensitive', 'target-content-id': url },
      },
      carillon: { ...tap, url, imageUrl: full.imageUrl, actions: ['approve', 'reject', 'log'] },
    };
    assert.equal(textOf(ios), JSON.stringify(payload));
    const [badge, background] = cleared.ios as [RawRequest, RawRequest];
    const common = {
      ...{ 'apns-priority': '5', 'apns-topic': 'example.app', 'content-type': 'application/json' },
      'apns-expiration': String(nowSeconds + 86_400),
    };
    const alone = { 'apns-push-type': 'alert', 'apns-collapse-id': 'carillon-badge' };
    assert.deepEqual(headersOf(badge), { ...common, ...alone });
    assert.equal(textOf(badge), '{"aps":{"badge":0}}');
    assert.deepEqual(headersOf(background), { ...common, 'apns-push-type': 'background' });
    assert.equal(textOf(background), JSON.stringify({ aps: { 'content-available': 1 }, carillon: close }));
  });

  test('to Google: the path, the head and every field of the message', () => {
    const { android } = sent;
    assert.deepEqual([android.method, android.path], ['POST', '/v1/projects/bells-1/messages:send']);
    assert.deepEqual(headersOf(android), { 'content-type': 'application/json' });
    assert.equal(android.headers.authorization, 'Bearer raw');
    const message = {
      token: 'device:1',
      notification: { title: full.title, body: bodyText, image: full.imageUrl },
      data: { carillon: JSON.stringify(tap), url, actions: JSON.stringify(full.actions) },
      android: {
        ...{
          priority: 'HIGH',
          ttl: `${weekSeconds}s`,
          collapse_key: Object(JSON.parse(textOf(android))).message.android.collapse_key,
        },
        notification: {
          ...{ tag: id, notification_count: 1, sound: 'chime', channel_id: 'deploys' },
          ...{ notification_priority: 'PRIORITY_HIGH', click_action: 'a.example.OPEN' },
        },
      },
    };
    assert.match(message.android.collapse_key, /^carillon-[123]$/);
    assert.equal(textOf(android), JSON.stringify({ message }));
    const tapped = {
      ...{ token: 'device:1', data: { carillon: JSON.stringify(close) } },
      android: { priority: 'NORMAL', ttl: '86400s', collapse_key: 'carillon' },
    };
    assert.equal(textOf(cleared.android), JSON.stringify({ message: tapped }));
  });

  test('to Windows: the head and every element of the toast, its badge and its removal', () => {
    const { toast, badge } = sent;
    const { 'x-wns-tag': tag, 'x-wns-group': group, ...head } = headersOf(toast) as Record<string, string>;
    const common = { 'x-wns-ttl': String(weekSeconds), 'x-wns-requestforstatus': 'true' };
    assert.deepEqual(head, {
      ...common,
      'content-type': 'text/xml',
      'x-wns-type': 'wns/toast',
      'x-wns-priority': '1',
    });
    for (const each of [tag, group]) assert.match(String(each), /^[0-9a-f]{16}$/);
    const answer = (actionId: string) =>
      JSON.stringify({ v: 1, kind: 'action', notificationId: id, actionId }).replaceAll('"', '&quot;');
    assert.equal(
      textOf(toast),
      '<toast activationType="protocol" launch="https://a.example/7?a=1&amp;b=2" scenario="urgent" useButtonStyle="true">' +
        '<visual lang="en-GB"><binding template="ToastGeneric"><text>Deploy &lt;214&gt;?</text><text>All checks have passed.</text>' +
        '<image placement="hero" src="https://a.example/214.png"/><image placement="appLogoOverride" src="https://a.example/icon.png"/>' +
        '<progress value="0.3333" status="Stages"/></binding></visual><audio src="ms-appx:///chime"/>' +
        '<actions><input id="reject" type="text" placeHolderContent="Why &quot;no&quot;?"/>' +
        `<action content="Approve &amp; go" arguments="${answer('approve')}" activationType="background"/>` +
        `<action content="No" arguments="${answer('reject')}" activationType="background" hint-inputId="reject" hint-buttonStyle="Critical"/>` +
        '<action content="Log" arguments="shop://214/log" activationType="protocol"/></actions>' +
        '<header id="deploys" title="deploys" arguments="deploys"/></toast>',
    );
    assert.deepEqual(headersOf(badge), { ...common, 'content-type': 'text/xml', 'x-wns-type': 'wns/badge' });
    assert.equal(textOf(badge), '<badge value="1"/>');
    const [removal, raw, zero] = cleared.windows.toSorted(byType) as [RawRequest, RawRequest, RawRequest];
    assert.deepEqual(
      [removal.method, headersOf(removal)],
      ['DELETE', { 'x-wns-match': `type:wns/toast;tag=${tag}` }],
    );
    assert.deepEqual(headersOf(raw), {
      ...{ 'x-wns-ttl': '86400', 'x-wns-requestforstatus': 'true', 'x-wns-cache-policy': 'cache' },
      ...{ 'content-type': 'application/octet-stream', 'x-wns-type': 'wns/raw' },
    });
    assert.deepEqual([textOf(raw), textOf(zero)], [JSON.stringify(close), '<badge value="0"/>']);
  });

  test('to a browser: the head, and the payload as it is decrypted', async () => {
    const { browser, toast } = sent;
    assert.deepEqual([browser.method, browser.path], ['POST', '/browser']);
    const { topic, ...head } = headersOf(browser) as Record<string, string>;
    assert.deepEqual(head, {
      ...{ ttl: String(weekSeconds), urgency: 'high' },
      ...{ 'content-encoding': 'aes128gcm', 'content-type': 'application/octet-stream' },
    });
    // Tag and topic are the start of one hash.
    assert.equal(topic?.length, 32);
    assert.ok(
      Buffer.from(String(topic), 'base64url').toString('hex').startsWith(String(toast.headers['x-wns-tag'])),
    );
    const payload = {
      ...{ web_push: 8030, mutable: true, app_badge: 1 },
      notification: {
        ...{ title: full.title, body: bodyText, navigate: url, tag: id, lang: 'en-GB', dir: 'rtl' },
        ...{ icon: full.iconUrl, image: full.imageUrl, requireInteraction: true },
        actions: [
          { action: 'approve', title: 'Approve & go', navigate: url },
          { action: 'reject', title: 'No', navigate: url },
          { action: 'log', title: 'Log', navigate: 'shop://214/log' },
        ],
        mutable: true,
      },
      carillon: { ...tap, kind: 'visual' },
      ...tap,
    };
    assert.deepEqual(JSON.parse(readWebPush(browser.body)), payload);
  });

  test('with tokens that verify under the keys that each provider knows', async () => {
    const apple = String(sent.ios.headers.authorization).replace(/^bearer /, '');
    const { payload, protectedHeader } = await jwtVerify(apple, createPublicKey(apns.privateKey), {
      currentDate: new Date(clock.now()),
    });
    assert.deepEqual(
      [payload, protectedHeader],
      [
        { iss: apns.teamId, iat: nowSeconds },
        { alg: 'ES256', kid: apns.keyId },
      ],
    );
    const google = new URLSearchParams(textOf(await http1.next('/google/token')));
    assert.equal(google.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    assert.deepEqual(decodeJwt(String(google.get('assertion'))), {
      scope: 'https://www.googleapis.com/auth/firebase.messaging',
      ...{
        iss: serviceAccount.client_email,
        aud: account.token_uri,
        iat: nowSeconds,
        exp: nowSeconds + 3600,
      },
    });
    const entra = Object.fromEntries(new URLSearchParams(textOf(await http1.next('/entra/token'))));
    const { clientId: client_id, clientSecret: client_secret } = wns;
    const scope = 'https://wns.windows.com/.default';
    assert.deepEqual(entra, { grant_type: 'client_credentials', client_id, client_secret, scope });
    const [, vapid = '', k = ''] =
      /^vapid t=([^,]+), k=(.+)$/.exec(String(sent.browser.headers.authorization)) ?? [];
    const point = Buffer.from(k, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
    const key = await importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256');
    const claims = await jwtVerify(vapid, key, { audience: http1.url, currentDate: new Date(clock.now()) });
    assert.deepEqual([point[0], claims.payload.sub], [4, 'mailto:ops@a.example']);
  });
});

/** The removal, then the tap, then the badge. */
function byType(one: RawRequest, other: RawRequest): number {
  const rank = ({ method, headers }: RawRequest) =>
    method === 'DELETE' ? 0 : headers['x-wns-type'] === 'wns/raw' ? 1 : 2;
  return rank(one) - rank(other);
}

describe('against what the vendors document', () => {
  const all = [sent, ...others];

  test('each toast follows the schema of its elements', () => {
    for (const { toast } of all) {
      if (toast.headers['x-wns-type'] === 'wns/toast')
        assert.equal(schemaFaults(textOf(toast), join(vendor, 'toast.xsd')), null, textOf(toast));
    }
    assert.ok(all.every(({ toast }) => toast.headers['x-wns-type'] === 'wns/toast'));
    const wrong = textOf(sent.toast).replace('scenario="urgent"', 'scenario="loud"');
    assert.match(String(schemaFaults(wrong, join(vendor, 'toast.xsd'))), /scenario/);
  });

  test('each message has only fields of the discovery document, of their types', () => {
    for (const each of [cleared.android, ...all.map(({ android }) => android)])
      assert.equal(faultOfMessage(JSON.parse(textOf(each))), null);
    assert.match(
      String(faultOfMessage({ message: { android: { notification: { clickaction: '' } } } })),
      /clickaction/,
    );
  });

  test('no push is larger than its provider takes', () => {
    for (const { ios, android, toast, browser } of all) {
      const { token: _, ...message } = JSON.parse(textOf(android)).message;
      assert.ok(Buffer.byteLength(JSON.stringify(message)) <= 4096);
      assert.ok(ios.body.length <= 4096 && toast.body.length <= 5000 && browser.body.length <= 4096);
    }
  });
});

interface Field {
  readonly type?: string;
  readonly ref?: string;
  readonly values?: string;
  readonly enum?: readonly string[];
}
type Schemas = Readonly<Record<string, Readonly<Record<string, Field>>>>;

const { schemas }: { readonly schemas: Schemas } = JSON.parse(
  readFileSync(join(vendor, 'fcm-v1.json'), 'utf8'),
);

/** Names of the document are in camel case, those of the reference in snake case; Google's JSON takes both. */
function faultOfMessage(value: unknown, schema = 'SendMessageRequest'): string | null {
  for (const [name, member] of Object.entries(Object(value))) {
    const field = schemas[schema]?.[name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())];
    const fault = field ? faultOfField(member, field) : 'is not documented';
    if (fault) return `${schema}.${name} ${fault}`;
  }
  return null;
}

function faultOfField(value: unknown, { type, ref, values, enum: names }: Field): string | null {
  if (ref !== undefined) return faultOfMessage(value, ref);
  if (names) return names.includes(String(value)) ? null : `may not be ${value}`;
  if (values !== undefined)
    return Object.values(Object(value)).every((each) => typeof each === values)
      ? null
      : `holds other than ${values}`;
  const isOfType =
    type === 'integer'
      ? Number.isInteger(value)
      : type === 'array'
        ? Array.isArray(value)
        : typeof value === type;
  return isOfType ? null : `is no ${type}`;
}
