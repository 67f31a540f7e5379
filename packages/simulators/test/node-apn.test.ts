// The APNs simulator under a client that many services run: what @parse/node-apn makes of its answers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import apn from '@parse/node-apn';
import { type ApnsDevice, apnsProvider, makeApnsKey, rule } from '../src/index.ts';
import { type Simulated, simulate } from './support/simulated.ts';

const topic = 'com.example.app';
const device = 'cd'.repeat(32);
const goneDevice = 'ef'.repeat(32);

describe('@parse/node-apn with the APNs simulator', () => {
  const key = makeApnsKey({ topics: [topic] });
  const devices = new Map<string, ApnsDevice>([[goneDevice, { unregisteredAt: 1_000 }]]);
  let simulated: Simulated;
  let provider: apn.Provider;

  before(async () => {
    simulated = await simulate([apnsProvider({ keys: [key], devices })]);
    provider = open(key);
  });

  after(async () => {
    await provider.shutdown();
    await simulated.close();
  });

  function open({ teamId, keyId, privateKey }: ReturnType<typeof makeApnsKey>): apn.Provider {
    return new apn.Provider({
      token: { key: Buffer.from(privateKey), keyId, teamId },
      production: true,
      address: 'localhost',
      port: simulated.simulator.port,
      ca: [simulated.ca],
    });
  }

  function note(changes: Partial<apn.Notification> = {}): apn.Notification {
    const notification = new apn.Notification();
    notification.topic = topic;
    notification.alert = { title: 'Lunch', body: 'is ready' };
    notification.pushType = 'alert';
    return Object.assign(notification, changes);
  }

  it('delivers an alert', async () => {
    const { sent, failed } = await provider.send(note({ collapseId: 'lunch' }), device);
    assert.deepEqual(failed, []);
    assert.deepEqual(
      sent.map((each) => each.device),
      [device],
    );
    const push = simulated.simulator.delivered.at(-1);
    assert.equal(push?.address, device);
    assert.equal(push.headers['apns-collapse-id'], 'lunch');
    assert.deepEqual(push.payload, { aps: { alert: { title: 'Lunch', body: 'is ready' } } });
  });

  it('reads 410 as Unregistered, with the time', async () => {
    const { failed } = await provider.send(note(), goneDevice);
    assert.equal(Number(failed[0]?.status), 410);
    assert.deepEqual(failed[0]?.response, { reason: 'Unregistered', timestamp: 1_000 });
  });

  it('is told of a wrong topic and of a wrong device token', async () => {
    const wrong = await provider.send(note({ topic: 'com.example.other' }), device);
    assert.equal(wrong.failed[0]?.response?.reason, 'TopicDisallowed');
    const short = await provider.send(note(), 'abcd');
    assert.equal(short.failed[0]?.response?.reason, 'BadDeviceToken');
  });

  it('is told when it is throttled', async () => {
    simulated.simulator.script([rule({ retryAfterSeconds: 5 })]);
    const { failed } = await provider.send(note(), device);
    simulated.simulator.script([]);
    assert.equal(Number(failed[0]?.status), 429);
    assert.equal(failed[0]?.response?.reason, 'TooManyRequests');
  });

  it('is refused with a key that the team does not have', async () => {
    const stranger = open(makeApnsKey({ topics: [topic], teamId: key.teamId, keyId: key.keyId }));
    const { failed } = await stranger.send(note(), device);
    assert.equal(failed[0]?.response?.reason, 'InvalidProviderToken');
    await stranger.shutdown();
  });

  it('is refused with a token of more than an hour ago', async () => {
    const refused = simulated.simulator.stats.providers.apns.answers['403'] ?? 0;
    simulated.clock.advance(3_700_000);
    const { failed } = await provider.send(note(), device);
    assert.match(failed[0]?.error?.message ?? '', /ExpiredProviderToken/);
    // It tried again with a new token of its own clock, which this simulator finds as old.
    const { answers } = simulated.simulator.stats.providers.apns;
    assert.ok((answers['403'] ?? 0) > 1 + refused, JSON.stringify(answers));
  });
});
