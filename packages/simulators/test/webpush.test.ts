import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import webPush from 'web-push';
import { makeBrowser } from '../src/webpush/browser.ts';
import { type WebPushSubscription, webPushProvider } from '../src/webpush/provider.ts';
import { messagesWaiting } from '../src/webpush/waiting.ts';
import { openTlsSimulator, type TlsSimulator } from './support/tls-simulator.ts';

const subject = 'mailto:operator@example.com';

describe('the push service', () => {
  const vapid = webPush.generateVAPIDKeys();
  const service = webPushProvider();
  let opened: TlsSimulator;
  let subscription: WebPushSubscription;

  before(async () => {
    opened = await openTlsSimulator(service);
  });
  after(() => opened.close());
  beforeEach(() => {
    opened.shiftMs = 0;
    opened.simulator.script([]);
    subscription = service.subscribe({
      origin: opened.simulator.url,
      applicationServerKey: vapid.publicKey,
    });
  });

  function push(content: unknown, options: webPush.RequestOptions = {}) {
    return webPush.sendNotification(subscription, content === null ? null : JSON.stringify(content), {
      vapidDetails: { subject, ...vapid },
      agent: opened.agent,
      TTL: 60,
      ...options,
    });
  }

  function deliveredHere() {
    return opened.simulator.delivered.filter((each) => each.address === subscription.endpoint);
  }

  /** A request as web-push would send it, to be spoilt. */
  function request(content = 'null') {
    return webPush.generateRequestDetails(subscription, content, {
      vapidDetails: { subject, ...vapid },
      TTL: 60,
    });
  }

  /** The request with some headers changed, or left out (null). */
  async function sendSpoilt(changes: Record<string, string | null>, body?: Buffer) {
    const { headers, body: ownBody } = request();
    const changed = Object.entries({ ...lowerCase(headers), ...changes }).filter(
      ([, value]) => value !== null,
    );
    const {
      status,
      body: answer,
      headers: answered,
    } = await opened.send(subscription.endpoint, {
      headers: { ...Object.fromEntries(changed), 'content-length': String((body ?? ownBody).length) },
      body: body ?? ownBody,
    });
    return {
      status,
      message: answer === '' ? '' : (JSON.parse(answer).message as string),
      headers: answered,
    };
  }

  test('takes and decrypts what the web-push library sends', async () => {
    const { statusCode, headers } = await push({ tap: 1 }, { TTL: 30, urgency: 'high', topic: 'invoices' });
    assert.equal(statusCode, 201);
    assert.match(headers.location ?? '', /^https:\/\/127\.0\.0\.1:\d+\/push\/messages\/[\w-]{16}$/);
    assert.equal(headers.ttl, '30');
    const [message, ...others] = deliveredHere();
    assert.deepEqual(others, []);
    assert.deepEqual(message?.payload, { tap: 1 });
    assert.deepEqual(message?.headers, { ttl: '30', urgency: 'high', topic: 'invoices' });
    assert.equal(message?.provider, 'webpush');
  });

  test('takes the same request over HTTP/2', async () => {
    const { headers, body } = request('{"over":2}');
    const answer = await opened.sendHttp2(subscription.endpoint, { headers: lowerCase(headers), body });
    assert.equal(answer.status, 201);
    assert.deepEqual(
      deliveredHere().map(({ payload, protocol }) => ({ payload, protocol })),
      [{ payload: { over: 2 }, protocol: 'HTTP/2' }],
    );
  });

  test('takes the largest content that fits, and refuses a body of more than 4096 bytes', async () => {
    // 86 bytes of header, one of padding, 16 of tag.
    const text = 'a'.repeat(4096 - 103 - 2);
    assert.equal((await push(text)).statusCode, 201);
    assert.deepEqual(deliveredHere()[0]?.payload, text);
    assert.equal((await sendSpoilt({}, randomBytes(4097))).status, 413);
  });

  test('takes a message without a body', async () => {
    assert.equal((await push(null)).statusCode, 201);
    assert.equal(deliveredHere()[0]?.payload, null);
  });

  test('takes what the browser cannot decrypt, and says so in the record', async () => {
    const other = makeBrowser();
    const stolen = { endpoint: subscription.endpoint, keys: other.keys };
    const details = webPush.generateRequestDetails(stolen, '{"a":1}', {
      vapidDetails: { subject, ...vapid },
    });
    const answer = await opened.send(subscription.endpoint, {
      headers: details.headers as Record<string, string>,
      body: details.body,
    });
    assert.equal(answer.status, 201);
    assert.deepEqual(deliveredHere()[0]?.payload, { undecryptable: true });
  });

  const badHeads: readonly (readonly [string, Record<string, string | null>])[] = [
    ['a missing TTL', { ttl: null }],
    ['a TTL that is no number', { ttl: '-1' }],
    ['an unknown urgency', { urgency: 'urgent' }],
    ['a topic of 33 characters', { topic: 'a'.repeat(33) }],
    ['a topic outside base64url', { topic: 'a.b' }],
    ['a missing content encoding', { 'content-encoding': null }],
    ['the encoding of the drafts', { 'content-encoding': 'aesgcm' }],
  ];
  for (const [what, changes] of badHeads) {
    test(`refuses ${what} with 400`, async () => {
      const { status, message } = await sendSpoilt(changes);
      assert.equal(status, 400, message);
      assert.match(message, new RegExp(Object.keys(changes)[0] as string, 'i'));
      assert.deepEqual(deliveredHere(), []);
    });
  }

  test('asks a nameless sender for VAPID, unless the subscription was made without a key', async () => {
    const { status, headers } = await sendSpoilt({ authorization: null });
    assert.equal(status, 401);
    assert.equal(headers['www-authenticate'], 'vapid');
    subscription = service.subscribe({ origin: opened.simulator.url });
    assert.equal((await sendSpoilt({ authorization: null })).status, 201);
  });

  test('refuses the key of another sender with 403', async () => {
    const other = webPush.generateVAPIDKeys();
    await assert.rejects(push({ a: 1 }, { vapidDetails: { subject, ...other } }), { statusCode: 403 });
    assert.deepEqual(deliveredHere(), []);
  });

  test('refuses a token that was good until it expired', async () => {
    const authorization = lowerCase(request().headers).authorization ?? '';
    assert.equal((await sendSpoilt({ authorization })).status, 201);
    assert.equal((await sendSpoilt({ authorization })).status, 201);
    opened.shiftMs = 13 * 3_600_000;
    const { status, message } = await sendSpoilt({ authorization });
    assert.equal(status, 403);
    assert.match(message, /exp/);
  });

  describe('refuses with 403 a token', () => {
    const hour = () => Math.floor(Date.now() / 1000) + 3600;
    const cases: readonly (readonly [string, RegExp, (origin: string) => Promise<string>])[] = [
      ['for another origin', /aud/, () => sign({ aud: 'https://push.example', exp: hour(), sub: subject })],
      ['without an expiry', /exp/, (aud) => sign({ aud, sub: subject })],
      ['of more than a day', /24 hours/, (aud) => sign({ aud, exp: hour() + 24 * 3600, sub: subject })],
      ['without a contact', /sub/, (aud) => sign({ aud, exp: hour() })],
      ['with a contact of another kind', /sub/, (aud) => sign({ aud, exp: hour(), sub: 'operator' })],
      [
        'that another key signed',
        /signature/,
        (aud) => sign({ aud, exp: hour(), sub: subject }, generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      ],
    ];
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const point = pointOf(keys.publicKey);

    function sign(claims: Record<string, unknown>, { privateKey } = keys): Promise<string> {
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'JWT' }).sign(privateKey);
    }

    beforeEach(() => {
      subscription = service.subscribe({ origin: opened.simulator.url, applicationServerKey: point });
    });
    for (const [what, says, make] of cases) {
      test(what, async () => {
        const authorization = `vapid t=${await make(opened.simulator.url)}, k=${point}`;
        const { status, message } = await sendSpoilt({ authorization });
        assert.equal(status, 403, message);
        assert.match(message, says);
      });
    }
    test('but takes one that is right', async () => {
      const token = await sign({
        aud: opened.simulator.url,
        exp: hour(),
        sub: 'https://example.com/contact',
      });
      assert.equal((await sendSpoilt({ authorization: `vapid t=${token}, k=${point}` })).status, 201);
      assert.equal((await sendSpoilt({ authorization: `WebPush ${token}` })).status, 403);
    });
  });

  test('answers 404 for an unknown subscription, 410 for an expired one, 405 for a GET', async () => {
    const unknown = { ...subscription, endpoint: `${opened.simulator.url}/push/unknown` };
    const details = { vapidDetails: { subject, ...vapid }, agent: opened.agent };
    await assert.rejects(webPush.sendNotification(unknown, 'x', details), { statusCode: 404 });
    service.expire(subscription.endpoint);
    await assert.rejects(push({ a: 1 }), { statusCode: 410 });
    assert.equal((await opened.send(subscription.endpoint, { method: 'GET' })).status, 405);
  });

  test('puts a script into its own words', async () => {
    await opened.script('[{"then":"gone","times":1},{"then":{"retryAfterSeconds":7},"times":1}]');
    await assert.rejects(push({ a: 1 }), { statusCode: 410 });
    await assert.rejects(push({ a: 1 }), (error: webPush.WebPushError) => {
      assert.equal(error.statusCode, 429);
      assert.equal(error.headers['retry-after'], '7');
      return true;
    });
    assert.deepEqual(deliveredHere(), []);
    assert.equal((await push({ a: 1 })).statusCode, 201);
  });

  test('holds for an absent browser what still lives, the newest of each topic', async () => {
    await push({ number: 1 }, { topic: 'a', TTL: 60 });
    await push({ number: 2 }, { TTL: 60 });
    await push({ number: 3 }, { topic: 'a', TTL: 60 });
    await push({ number: 4 }, { TTL: 0 });
    await push({ number: 5 }, { topic: 'b', TTL: 3600 });
    const waitingAt = (now: number) =>
      messagesWaiting(opened.simulator.delivered, { endpoint: subscription.endpoint, now }).map(
        ({ payload }) => (payload as { number: number }).number,
      );
    assert.deepEqual(waitingAt(Date.now()), [2, 3, 5]);
    assert.deepEqual(waitingAt(Date.now() + 120_000), [5]);
  });

  test('makes subscriptions over HTTP too', async () => {
    const body = JSON.stringify({ applicationServerKey: vapid.publicKey });
    const made = await opened.send(`${opened.simulator.url}/push/subscribe`, { body });
    assert.equal(made.status, 201);
    subscription = JSON.parse(made.body);
    assert.equal((await push({ made: 'over HTTP' })).statusCode, 201);
    assert.deepEqual(deliveredHere()[0]?.payload, { made: 'over HTTP' });
  });

  test('says what a device would register', () => {
    const { channel, credentialKind } = service.about(opened.simulator.url);
    assert.equal(credentialKind, null);
    assert.equal(channel.type, 'webPush');
    assert.match(String(channel.endpoint), /\/push\/[\w-]{32}$/);
  });
});

test('a sampling push service decrypts the first message and then every hundredth', async () => {
  const service = webPushProvider({ decrypt: 'sample' });
  const opened = await openTlsSimulator(service);
  try {
    const subscription = service.subscribe({ origin: opened.simulator.url });
    const { headers, body } = webPush.generateRequestDetails(subscription, '{"a":1}');
    const sent = { headers: headers as Record<string, string>, body };
    for (let count = 0; count < 101; count += 1) await opened.send(subscription.endpoint, sent);
    const payloads = opened.simulator.delivered.map(({ payload }) => payload);
    assert.deepEqual([payloads[0], payloads[1], payloads[100]], [{ a: 1 }, { sampled: false }, { a: 1 }]);
    assert.equal(payloads.filter((payload) => (payload as { a?: number }).a === 1).length, 2);
  } finally {
    await opened.close();
  }
});

test('a browser decrypts the example of RFC 8291', () => {
  const browser = makeBrowser({
    privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  });
  assert.equal(
    browser.keys.p256dh,
    'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  );
  const message = Buffer.from(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK' +
      '6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    'base64url',
  );
  assert.equal(browser.decrypt(message)?.toString(), 'When I grow up, I want to be a watermelon');
  for (const at of [0, 17, 20, 30, 90, message.length - 1]) {
    const spoilt = Buffer.from(message);
    spoilt[at] = (spoilt[at] as number) ^ 1;
    // A larger record size (byte 17) takes the same single record.
    assert.equal(
      browser.decrypt(spoilt)?.toString() ?? null,
      at === 17 ? 'When I grow up, I want to be a watermelon' : null,
    );
  }
  assert.equal(browser.decrypt(message.subarray(0, 100)), null);
});

function pointOf(publicKey: KeyObject): string {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString(
    'base64url',
  );
}

function lowerCase(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
