import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { type FcmTokenState, fcmProvider, makeServiceAccount, rule } from '../src/index.ts';
import { type Answer, Http2Client, type Simulated, simulate } from './support/simulated.ts';

const projectId = 'carillon-test';
const tokenUri = 'https://simulated.example/token';
const made = makeServiceAccount({ projectId, tokenUri });
const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const tokens = new Map<string, FcmTokenState>([
  ['device:gone', 'unregistered'],
  ['device:other', 'senderIdMismatch'],
]);

describe('the FCM simulator', () => {
  let simulated: Simulated;
  let client: Http2Client;
  let accessToken: string;

  before(async () => {
    simulated = await simulate([fcmProvider({ accounts: [made.account], tokens })]);
    client = new Http2Client(simulated.simulator.url, simulated.ca);
    accessToken = await freshToken();
  });
  afterEach(() => simulated.simulator.script([]));
  after(async () => {
    client.close();
    await simulated.close();
  });

  function assertionOf(changes: Record<string, unknown> = {}, signer = made.serviceAccount): string {
    const now = Math.floor(simulated.clock.now() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: made.serviceAccount.client_email, scope, aud: tokenUri, iat: now, exp: now + 3600 };
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ ...claims, ...changes })}`;
    const signature = sign('sha256', Buffer.from(signed), createPrivateKey(signer.private_key));
    return `${signed}.${signature.toString('base64url')}`;
  }

  function ask(assertion: string, grant = grantType): Promise<Answer> {
    const body = new URLSearchParams({ grant_type: grant, assertion }).toString();
    return client.send('/token', { headers: form, body });
  }

  async function freshToken(): Promise<string> {
    return JSON.parse((await ask(assertionOf())).body).access_token;
  }

  function send(message: unknown, rest: { project?: string; token?: string } = {}): Promise<Answer> {
    const { project = projectId, token = accessToken } = rest;
    return client.send(`/v1/projects/${project}/messages:send`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: typeof message === 'string' ? message : JSON.stringify({ message }),
    });
  }

  /** Status, google.rpc status and FCM's own code, as a client tells errors apart. */
  function errorOf({ status, body }: Answer): string {
    if (status === 200) return '200';
    const { error } = JSON.parse(body);
    assert.equal(error.code, status);
    const details: { '@type': string; errorCode?: string }[] = error.details ?? [];
    const fcm = details.find((each) => each['@type'].endsWith('google.firebase.fcm.v1.FcmError'))?.errorCode;
    return [status, error.status, ...(fcm === undefined ? [] : [fcm])].join(' ');
  }

  it('gives an access token for a good assertion', async () => {
    const { status, body } = await ask(assertionOf());
    assert.equal(status, 200);
    const { access_token, ...rest } = JSON.parse(body);
    assert.match(access_token, /^ya29\./);
    assert.deepEqual(rest, { expires_in: 3599, token_type: 'Bearer' });
  });

  it("takes the audience of Google's Python library, whatever token_uri says", async () => {
    const { status } = await ask(assertionOf({ aud: 'https://oauth2.googleapis.com/token' }));
    assert.equal(status, 200);
  });

  it('refuses each bad assertion with the error that Google gives', async () => {
    const now = Math.floor(simulated.clock.now() / 1000);
    const stranger = makeServiceAccount({ projectId, tokenUri }).serviceAccount;
    const rows: readonly (readonly [string, RegExp, string])[] = [
      ['invalid_grant', /Invalid JWT Signature/, assertionOf({}, stranger)],
      ['invalid_grant', /audience/, assertionOf({ aud: 'https://oauth2.example/token' })],
      ['invalid_grant', /account not found/, assertionOf({ iss: 'nobody@example.com' })],
      ['invalid_grant', /60 minutes/, assertionOf({ exp: now + 3601 })],
      ['invalid_grant', /60 minutes/, assertionOf({ iat: now - 4000, exp: now - 400 })],
      ['invalid_grant', /60 minutes/, assertionOf({ iat: now + 400, exp: now + 3600 })],
      ['invalid_scope', /scope/, assertionOf({ scope: 'https://www.googleapis.com/auth/gmail.send' })],
      ['invalid_grant', /Bad Request/, 'nonsense'],
    ];
    for (const [error, description, assertion] of rows) {
      const { status, body } = await ask(assertion);
      assert.equal(status, 400);
      assert.equal(JSON.parse(body).error, error);
      assert.match(JSON.parse(body).error_description, description);
    }
    const wrongGrant = await ask(assertionOf(), 'client_credentials');
    assert.equal(JSON.parse(wrongGrant.body).error, 'unsupported_grant_type');
    const json = await client.send('/token', { headers: { 'content-type': 'application/json' }, body: '{}' });
    assert.equal(JSON.parse(json.body).error, 'invalid_request');
  });

  it('delivers what a device would see, and names the message', async () => {
    const message = {
      token: 'device:1',
      notification: { title: 'Lunch', body: 'is ready' },
      data: { carillon: '{"v":1}' },
      android: {
        collapse_key: 'lunch',
        priority: 'HIGH',
        ttl: '3.5s',
        notification: { tag: 't', channel_id: 'c', notification_count: 3 },
      },
    };
    const { status, body } = await send(message);
    assert.equal(status, 200);
    assert.match(JSON.parse(body).name, /^projects\/carillon-test\/messages\/./);
    const push = simulated.simulator.delivered.at(-1);
    assert.deepEqual([push?.address, push?.payload], ['device:1', message]);
    await send({ topic: 'lunch', android: { collapseKey: 'in camel case' } });
    assert.equal(simulated.simulator.delivered.at(-1)?.address, '/topics/lunch');
  });

  it('wants an access token of its own for the very project, and an hour at most', async () => {
    const message = { token: 'device:1' };
    assert.equal(errorOf(await send(message, { token: 'ya29.stolen' })), '401 UNAUTHENTICATED');
    assert.equal(errorOf(await send(message, { project: 'another' })), '403 PERMISSION_DENIED');
    assert.equal(errorOf(await send(message)), '200');
    simulated.clock.advance(3_600_000);
    assert.equal(errorOf(await send(message)), '401 UNAUTHENTICATED');
    accessToken = await freshToken();
    assert.equal(errorOf(await send(message)), '200');
  });

  it('refuses what is no message, with the field', async () => {
    const rows: readonly (readonly [string, unknown])[] = [
      ['message', { token: 'd:1', colour: 'red' }],
      ['message.android', { token: 'd:1', android: { time_to_live: 5 } }],
      ['message.data[1].value', { token: 'd:1', data: { a: '1', b: 12 } }],
      ['message.android.ttl', { token: 'd:1', android: { ttl: '3h' } }],
      ['message.android.ttl', { token: 'd:1', android: { ttl: 3600 } }],
      ['message.android.priority', { token: 'd:1', android: { priority: 'urgent' } }],
      ['message.notification', { token: 'd:1', notification: 'Lunch' }],
      ['message.token', { token: 7 }],
      ['', '{"message":'],
      ['', 'null'],
    ];
    for (const [field, message] of rows) {
      const answer = await send(message);
      assert.equal(errorOf(answer), '400 INVALID_ARGUMENT', JSON.stringify(message));
      const [detail] = JSON.parse(answer.body).error.details;
      assert.equal(detail['@type'], 'type.googleapis.com/google.rpc.BadRequest');
      assert.equal(detail.fieldViolations[0].field, field);
    }
  });

  it('refuses what FCM does not take, with its own code', async () => {
    const big = (bytes: number) => ({ token: 'd:1', data: { k: 'x'.repeat(bytes - 1) } });
    const refused = '400 INVALID_ARGUMENT INVALID_ARGUMENT';
    const rows: readonly (readonly [string, unknown])[] = [
      [refused, {}],
      [refused, { token: 'd:1', topic: 't' }],
      [refused, { topic: 'no topic' }],
      [refused, { token: 'no token' }],
      [refused, { token: 'no-colon' }],
      [refused, { token: ':APA91b' }],
      [refused, { token: 'd:1', data: { from: 'x' } }],
      [refused, { token: 'd:1', data: { message_type: 'x' } }],
      [refused, { token: 'd:1', data: { 'google.id': 'x' } }],
      [refused, { token: 'd:1', android: { data: { 'gcm.id': 'x' } } }],
      ['200', { token: 'd:1', data: { collapse_key: 'x', fromage: 'y', googled: 'z' } }],
      ['200', { token: 'd:1', android: { ttl: '2419200s' } }],
      [refused, { token: 'd:1', android: { ttl: '2419201s' } }],
      [refused, { token: 'd:1', android: { ttl: '-1s' } }],
      ['200', big(4096)],
      [refused, big(4097)],
      [refused, { topic: 't', data: { k: 'x'.repeat(2048) } }],
      ['404 NOT_FOUND UNREGISTERED', { token: 'device:gone' }],
      ['403 PERMISSION_DENIED SENDER_ID_MISMATCH', { token: 'device:other' }],
    ];
    for (const [expected, message] of rows) {
      assert.equal(errorOf(await send(message)), expected, JSON.stringify(message).slice(0, 100));
    }
  });

  it('does not deliver what is only to be validated', async () => {
    const { total } = simulated.simulator;
    const { status } = await send(JSON.stringify({ validate_only: true, message: { token: 'd:1' } }));
    assert.deepEqual([status, simulated.simulator.total], [200, total]);
  });

  it("says what a script wants in Google's words", async () => {
    simulated.simulator.script([
      rule('gone', { times: 1 }),
      rule({ retryAfterSeconds: 4 }, { times: 1 }),
      rule({ retryAfterSeconds: 5, status: 503 }, { times: 1 }),
      rule({ status: 403, reason: 'SENDER_ID_MISMATCH' }, { times: 1 }),
      rule({ status: 500 }, { match: { path: '/token' } }),
    ]);
    const message = { token: 'd:1' };
    assert.equal(errorOf(await send(message)), '404 NOT_FOUND UNREGISTERED');
    const throttled = await send(message);
    assert.equal(errorOf(throttled), '429 RESOURCE_EXHAUSTED QUOTA_EXCEEDED');
    assert.equal(throttled.headers['retry-after'], '4');
    assert.equal(errorOf(await send(message)), '503 UNAVAILABLE UNAVAILABLE');
    assert.equal(errorOf(await send(message)), '403 PERMISSION_DENIED SENDER_ID_MISMATCH');
    assert.equal(errorOf(await send(message)), '200');
    assert.equal((await ask(assertionOf())).status, 500);
  });
});
