import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Delivered,
  type FcmOptions,
  fcmProvider,
  makeServiceAccount,
  openSimulator,
  rule,
} from '@carillon/simulators';
import { startTransport } from '@carillon/testing/hub/transport.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Push, PushRequest, Tap } from '../../src/push/channels/contract.ts';
import { openFcmChannel } from '../../src/push/channels/fcm/channel.ts';
import type { FcmCredentials } from '../../src/push/channels/fcm/credentials.ts';
import type { FcmPush } from '../../src/push/channels/fcm/payload.ts';
import { app, channelContract, identity, type OpenedChannel, pages, pushOf } from './channel.ts';

const device = 'registration:device-1';
const address = { type: 'fcm', token: device } as const;
const projectId = 'shop-1';
const ofToken = { match: { path: '/token' }, times: 1 } as const;
const sendPath = `/v1/projects/${projectId}/messages:send`;

interface Message {
  readonly notification?: { readonly title: string; readonly body?: string };
  readonly data: { readonly carillon: string };
  readonly android: { readonly notification?: { readonly tag: string } };
}

function messageOf({ payload }: Delivered): Message {
  return payload as Message;
}

async function open(options: Partial<FcmOptions> = {}) {
  const clock = new ManualClock();
  const made = { good: {} as FcmCredentials, wrong: {} as FcmCredentials };
  const simulator = await openSimulator({
    tls: null,
    clock,
    providers(url) {
      const tokenUri = `${url}/token`;
      const good = makeServiceAccount({ projectId, tokenUri });
      const wrong = makeServiceAccount({ projectId, tokenUri });
      made.good = { serviceAccount: good.serviceAccount, baseUrl: `${url}/` };
      made.wrong = { serviceAccount: wrong.serviceAccount, baseUrl: url };
      return [fcmProvider({ accounts: [good.account], ...options })];
    },
  });
  const transport = startTransport({ clock });
  let current: FcmCredentials | null = made.good;
  const channel = openFcmChannel({
    transport,
    credentials: () => current,
    identity,
    pages,
    now: () => clock.now(),
  });
  const { serviceAccount } = made.good;
  const opened: OpenedChannel = {
    channel,
    provider: 'fcm',
    simulator,
    clock,
    address,
    secrets: [device, serviceAccount.private_key, serviceAccount.client_email],
    credentials: {
      use(which) {
        current = which === 'missing' ? null : made[which];
      },
    },
    pushesClear: true,
    tapIn: (push) => JSON.parse(messageOf(push).data.carillon) as Tap,
    visualIn: (push) => messageOf(push).notification ?? null,
    identityOf: (push) => messageOf(push).android.notification?.tag,
    async [Symbol.asyncDispose]() {
      await channel.close();
      await transport.close();
      await simulator.close();
    },
  };
  return {
    ...opened,
    channel,
    use: (account: Partial<FcmCredentials['serviceAccount']>) => {
      current = { ...made.good, serviceAccount: { ...serviceAccount, ...account } };
    },
    send: (given: Partial<Push> = {}) => channel.send(pushOf({ address, clock }, given) as FcmPush),
    /** Requests so far, those for tokens included. */
    requests: () => simulator.stats.providers.fcm.requests,
  };
}

channelContract('FCM', () => open());

describe('FCM: addresses', () => {
  test('a token ends the subscription when it is unregistered, and not when the sender is another or it is malformed', async () => {
    const tokens = new Map([
      ['device:gone', 'unregistered'],
      ['device:strange', 'senderIdMismatch'],
    ] as const);
    await using opened = await open({ tokens });
    for (const [token, ...expected] of [
      ['device:gone', 'gone', 'address', 'UNREGISTERED'],
      ['device:strange', 'refused', 'credentials', 'SENDER_ID_MISMATCH'],
      ['not a token', 'refused', 'address', 'INVALID_ARGUMENT'],
    ] as const) {
      const outcome = await opened.send({ channel: { type: 'fcm', token } });
      assert.deepEqual([outcome.verdict, outcome.blame, outcome.reason], expected);
    }
  });

  test('a notification of the longest life is taken', async () => {
    await using opened = await open();
    const { notification } = pushOf({ address, clock: opened.clock });
    const expires = opened.clock.now() + 30 * 86_400_000;
    assert.equal((await opened.send({ notification: { ...notification!, expires } })).verdict, 'accepted');
  });
});

describe('FCM: access tokens', () => {
  test('one token is asked for, however many pushes wait for it', async () => {
    await using opened = await open();
    await Promise.all(Array.from({ length: 20 }, () => opened.send()));
    assert.deepEqual([opened.simulator.total, opened.requests()], [20, 21]);
  });

  test('a token is renewed five minutes before it ends, not sooner', async () => {
    await using opened = await open();
    await opened.send();
    opened.clock.advance(54 * 60_000);
    await opened.send();
    assert.equal(opened.requests(), 3);
    opened.clock.advance(60_000);
    await opened.send();
    assert.equal(opened.requests(), 5);
  });

  test('a new token that FCM refuses is the fault of the credentials, an old one is only renewed', async () => {
    await using opened = await open();
    const body = '{"error":{"code":401,"status":"UNAUTHENTICATED","message":"no"}}';
    const refuse = () =>
      opened.simulator.script([rule({ status: 401, body }, { match: { path: sendPath }, times: 1 })]);
    refuse();
    const fresh = await opened.send();
    assert.deepEqual([fresh.verdict, fresh.blame, fresh.reason], ['retry', 'credentials', 'UNAUTHENTICATED']);
    assert.equal((await opened.send()).verdict, 'accepted');
    assert.equal(opened.requests(), 4);
    opened.clock.advance(10 * 60_000);
    refuse();
    const old = await opened.send();
    assert.deepEqual([old.verdict, old.blame], ['retry', null]);
    assert.equal((await opened.send()).verdict, 'accepted');
  });

  test('a token endpoint that fails or keeps silent is the provider, and no push has left', async () => {
    await using opened = await open();
    opened.simulator.script([rule({ status: 503 }, ofToken)]);
    const down = await opened.send();
    assert.deepEqual([down.verdict, down.blame, down.unanswered], ['retry', 'provider', false]);
    opened.simulator.script([rule('reset', ofToken)]);
    const broken = await opened.send();
    assert.deepEqual([broken.verdict, broken.blame, broken.unanswered], ['retry', 'provider', false]);
    assert.equal((await opened.send()).verdict, 'accepted');
  });

  test('an account that Google refuses is named in its words', async () => {
    await using opened = await open();
    opened.credentials!.use('wrong');
    const outcome = await opened.send();
    assert.deepEqual([outcome.status, outcome.reason], [400, 'token: invalid_grant']);
    opened.use({ private_key: 'nonsense' });
    assert.equal((await opened.send()).reason, 'privateKeyUnusable');
    assert.match((await opened.channel.check(app)!).message, /JSON file/);
  });

  test('an account without permission for the project is the fault of the credentials', async () => {
    await using opened = await open();
    opened.use({ project_id: 'shop-2' });
    const outcome = await opened.send();
    assert.deepEqual([outcome.verdict, outcome.blame, outcome.status], ['retry', 'credentials', 403]);
  });

  test("without URLs of its own an account is taken to Google's", async () => {
    const requests: PushRequest[] = [];
    const { serviceAccount } = makeServiceAccount({ projectId, tokenUri: 'unused' });
    const { token_uri, ...account } = serviceAccount;
    const channel = openFcmChannel({
      transport: {
        async request(request) {
          requests.push(request);
          return { status: 200, headers: {}, body: '{"access_token":"ya29.x","expires_in":3599}' };
        },
        async close() {},
      },
      credentials: () => ({ serviceAccount: account }),
      identity,
      pages,
      now: () => 0,
    });
    await channel.send(pushOf({ address, clock: new ManualClock() }) as FcmPush);
    assert.deepEqual(
      requests.map(({ url, trusted, http2Only }) => [url, trusted, http2Only]),
      [
        ['https://oauth2.googleapis.com/token', true, false],
        [`https://fcm.googleapis.com${sendPath}`, true, true],
      ],
    );
    await channel.close();
  });
});
