import assert from 'node:assert/strict';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpsRequest } from 'node:https';
import { after, afterEach, before, describe, it } from 'node:test';
import { type ApnsDevice, apnsProvider, makeApnsKey, rule } from '../src/index.ts';
import { type Answer, Http2Client, type Request, type Simulated, simulate } from './support/simulated.ts';

const topic = 'com.example.app';
const device = 'ab'.repeat(32);
const path = `/3/device/${device}`;
const key = makeApnsKey({ topics: [topic] });
const sandboxKey = { ...makeApnsKey({ topics: [topic] }), environment: 'sandbox' as const };
const otherTeam = makeApnsKey({ topics: ['com.other.app'] });
const devices = new Map<string, ApnsDevice>();
const alert = JSON.stringify({ aps: { alert: { title: 'Lunch', body: 'is ready' } } });
const tap = JSON.stringify({ aps: { 'content-available': 1 }, carillon: { v: 1 } });

interface Claims {
  readonly alg?: string;
  readonly kid?: string;
  readonly iss?: string;
  readonly iat?: number;
}

describe('the APNs simulator', () => {
  let simulated: Simulated;
  let client: Http2Client;

  const seconds = () => Math.floor(simulated.clock.now() / 1000);

  /** A provider token, signed like Apple's document says, with what the test changes. */
  function tokenOf(signer = key, claims: Claims = {}): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { alg = 'ES256', kid = signer.keyId, iss = signer.teamId, iat = seconds() } = claims;
    const signed = `${part({ alg, kid })}.${part({ iss, iat })}`;
    const privateKey = createPrivateKey(signer.privateKey);
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  let token: string;
  const good = () => ({ authorization: `bearer ${token}`, 'apns-topic': topic, 'apns-push-type': 'alert' });

  /** Undefined removes a header. */
  function push(headers: Record<string, string | undefined> = {}, rest: Request & { path?: string } = {}) {
    const merged = Object.entries({ ...good(), ...headers }).filter((entry) => entry[1] !== undefined);
    const all = Object.fromEntries(merged) as Record<string, string>;
    return client.send(rest.path ?? path, { body: alert, ...rest, headers: all });
  }

  function reasonOf({ status, body }: Answer): string {
    return status === 200 ? '200' : `${status} ${JSON.parse(body).reason}`;
  }

  const reconnect = (): void => {
    client?.close();
    client = new Http2Client(simulated.simulator.url, simulated.ca);
  };

  before(async () => {
    simulated = await simulate([apnsProvider({ keys: [key, sandboxKey, otherTeam], devices })]);
    token = tokenOf();
    reconnect();
  });
  afterEach(() => {
    simulated.simulator.script([]);
    token = tokenOf();
    reconnect();
  });
  after(async () => {
    client.close();
    await simulated.close();
  });

  it('takes an alert, echoes its apns-id without a body, and shows the device what came', async () => {
    const id = randomUUID();
    const headers = { 'apns-id': id, 'apns-priority': '10', 'apns-expiration': '0', 'apns-collapse-id': 'c' };
    const answer = await push(headers);
    assert.deepEqual([answer.status, answer.headers['apns-id'], answer.body], [200, id, '']);
    const delivered = simulated.simulator.delivered.at(-1);
    assert.equal(delivered?.address, device);
    assert.deepEqual(delivered?.payload, JSON.parse(alert));
    assert.deepEqual(delivered?.headers, { ...headers, 'apns-topic': topic, 'apns-push-type': 'alert' });
  });

  it('makes an apns-id when there is none', async () => {
    assert.match((await push()).headers['apns-id'] ?? '', /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  });

  it('refuses each bad request with the reason that Apple gives', async () => {
    const background = { 'apns-push-type': 'background', 'apns-priority': '5' };
    const rows: readonly (readonly [
      string,
      Record<string, string | undefined>,
      Request & { path?: string },
    ])[] = [
      ['404 BadPath', {}, { path: '/3/devices/x' }],
      ['405 MethodNotAllowed', {}, { method: 'PUT' }],
      ['400 MissingDeviceToken', {}, { path: '/3/device/' }],
      ['400 BadDeviceToken', {}, { path: '/3/device/abcd' }],
      ['400 BadDeviceToken', {}, { path: `/3/device/${'zz'.repeat(32)}` }],
      ['400 MissingTopic', { 'apns-topic': undefined }, {}],
      ['400 BadTopic', { 'apns-topic': 'no topic' }, {}],
      ['400 TopicDisallowed', { 'apns-topic': 'com.example.other' }, {}],
      ['400 TopicDisallowed', { 'apns-push-type': 'voip' }, {}],
      ['200', { 'apns-push-type': 'voip', 'apns-topic': `${topic}.voip` }, {}],
      ['400 InvalidPushType', { 'apns-push-type': undefined }, {}],
      ['400 InvalidPushType', { 'apns-push-type': 'loud' }, {}],
      ['400 InvalidPushType', {}, { body: tap }],
      ['400 InvalidPushType', background, { body: alert }],
      ['200', background, { body: tap }],
      ['400 BadPriority', { ...background, 'apns-priority': '10' }, { body: tap }],
      ['400 BadPriority', { ...background, 'apns-priority': undefined }, { body: tap }],
      ['400 BadPriority', { 'apns-priority': '7' }, {}],
      ['400 BadExpirationDate', { 'apns-expiration': 'tomorrow' }, {}],
      ['400 BadMessageId', { 'apns-id': '42' }, {}],
      ['200', { 'apns-collapse-id': 'c'.repeat(64) }, {}],
      ['400 BadCollapseId', { 'apns-collapse-id': 'c'.repeat(65) }, {}],
      ['400 PayloadEmpty', {}, { body: '' }],
      ['400 PayloadEmpty', {}, { body: '{"aps":' }],
      ['400 PayloadEmpty', {}, { body: '{"title":"no aps"}' }],
      ['200', {}, { body: padded(4096) }],
      ['413 PayloadTooLarge', {}, { body: padded(4097) }],
    ];
    for (const [expected, headers, rest] of rows) {
      assert.equal(reasonOf(await push(headers, rest)), expected, JSON.stringify([headers, rest.path]));
    }
  });

  function padded(bytes: number): string {
    const around = JSON.stringify({ aps: { alert: '' } });
    return JSON.stringify({ aps: { alert: 'x'.repeat(bytes - around.length) } });
  }

  it('refuses a provider token that is missing, not signed by the key, or of nobody', async () => {
    const stranger = { ...makeApnsKey({ topics: [topic] }), teamId: key.teamId, keyId: key.keyId };
    const tokens: readonly (readonly [string, string | undefined])[] = [
      ['403 MissingProviderToken', undefined],
      ['403 MissingProviderToken', 'basic abc'],
      ['403 InvalidProviderToken', 'bearer nonsense'],
      ['403 InvalidProviderToken', `bearer ${tokenOf(stranger)}`],
      ['403 InvalidProviderToken', `bearer ${tokenOf(key, { alg: 'none' })}`],
      ['403 InvalidProviderToken', `bearer ${tokenOf(key, { kid: 'UNKNOWNKEY' })}`],
      ['403 InvalidProviderToken', `bearer ${tokenOf(key, { iss: 'OTHERTEAM1' })}`],
      ['403 InvalidProviderToken', `bearer ${tokenOf(key, { iat: seconds() + 600 })}`],
      ['403 ExpiredProviderToken', `bearer ${tokenOf(key, { iat: seconds() - 3602 })}`],
      ['403 BadEnvironmentKeyInToken', `bearer ${tokenOf(sandboxKey)}`],
    ];
    for (const [expected, authorization] of tokens) {
      assert.equal(reasonOf(await push({ authorization })), expected, authorization);
    }
  });

  it('finds a token expired that was good an hour before', async () => {
    assert.equal((await push()).status, 200);
    simulated.clock.advance(3_601_000);
    assert.equal(reasonOf(await push()), '403 ExpiredProviderToken');
  });

  it('lets a connection change its token every 20 minutes and no sooner', async () => {
    assert.equal((await push()).status, 200);
    simulated.clock.advance(19 * 60_000);
    const next = tokenOf();
    assert.equal(
      reasonOf(await push({ authorization: `bearer ${next}` })),
      '429 TooManyProviderTokenUpdates',
    );
    assert.equal((await push()).status, 200);
    simulated.clock.advance(60_000);
    assert.equal((await push({ authorization: `bearer ${next}` })).status, 200);
    reconnect();
    simulated.clock.advance(1000);
    assert.equal((await push({ authorization: `bearer ${tokenOf()}` })).status, 200);
  });

  it('takes the tokens of one team a connection', async () => {
    assert.equal((await push()).status, 200);
    const headers = { authorization: `bearer ${tokenOf(otherTeam)}`, 'apns-topic': 'com.other.app' };
    assert.equal(reasonOf(await push(headers)), '403 InvalidProviderToken');
    reconnect();
    assert.equal((await push(headers)).status, 200);
  });

  it('knows which devices are unregistered, of another topic, or of the other environment', async () => {
    const since = simulated.clock.now() - 1000;
    devices.set('01'.repeat(32), { unregisteredAt: since });
    devices.set('02'.repeat(32), { topic: 'com.example.other' });
    devices.set('03'.repeat(32), { environment: 'sandbox' });
    const gone = await push({}, { path: `/3/device/${'01'.repeat(32)}` });
    assert.equal(gone.status, 410);
    assert.deepEqual(JSON.parse(gone.body), { reason: 'Unregistered', timestamp: since });
    const reason = async (name: string) => reasonOf(await push({}, { path: `/3/device/${name.repeat(32)}` }));
    assert.equal(await reason('02'), '400 DeviceTokenNotForTopic');
    assert.equal(await reason('03'), '400 BadDeviceToken');
  });

  it("says what a script wants in Apple's words", async () => {
    simulated.simulator.script([
      rule('gone', { times: 1 }),
      rule({ retryAfterSeconds: 3 }, { times: 1 }),
      rule({ status: 503, reason: 'Shutdown' }, { times: 1 }),
      rule({ status: 500 }, { times: 1 }),
    ]);
    const gone = await push();
    assert.deepEqual(JSON.parse(gone.body), { reason: 'Unregistered', timestamp: simulated.clock.now() });
    const throttled = await push();
    assert.equal(reasonOf(throttled), '429 TooManyRequests');
    assert.equal(throttled.headers['retry-after'], '3');
    assert.equal(reasonOf(await push()), '503 Shutdown');
    assert.equal(reasonOf(await push()), '500 InternalServerError');
  });

  it('cuts off a client that speaks HTTP/1.1', async () => {
    const agent = new Agent({ ca: simulated.ca });
    const options = { method: 'POST', agent, headers: good() };
    const request = httpsRequest(`${simulated.simulator.url}${path}`, options);
    request.end(alert);
    await assert.rejects(once(request, 'response'), { code: 'ECONNRESET' });
  });
});
