// Section 4: the devices of a person, as their apps register them.
// None has a push address that could be reached.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectFailure, expectInvalid, expectJson, expectStatus } from '../expect.ts';
import { type Entity, unique } from '../subject.ts';

const at = '/v1.0/me/notificationSubscriptions';
const dayMs = 86_400_000;

export const subscriptionCases: Section = {
  number: '4',
  title: 'Subscriptions',
  cases: [
    {
      name: '201 with the subscription, whose id is the UNS-ID, and a lease of 30 days',
      async run(hub) {
        const body = hub.deviceBody({ displayName: "Alice's laptop", platformType: 'android' });
        const made = await hub.ask('POST', at, { body });
        expectJson(made, 201);
        hub.keep(made);
        assert.ok(made.json.id.length >= 22, 'at least 128 bits');
        const { displayName, platformType, channel, installationId } = made.json;
        assert.deepEqual(
          [displayName, platformType, channel, installationId],
          ["Alice's laptop", 'android', null, body.installationId],
        );
        const lease = Date.parse(made.json.expirationDateTime) - Date.now();
        assert.ok(Math.abs(lease - 30 * dayMs) < 120_000, `${lease} ms`);
        expectStatus(await hub.get(made.headers.get('location') ?? ''), 200);
      },
    },
    {
      name: 'one for an installation: posting again keeps its id, 200',
      async run(hub) {
        const body = hub.deviceBody();
        const made = await hub.ask('POST', at, { body });
        hub.keep(made);
        const again = await hub.ask('POST', at, { body: { ...body, displayName: 'Renamed' } });
        expectJson(again, 200);
        assert.deepEqual([again.json.id, again.json.displayName], [made.json.id, 'Renamed']);
      },
    },
    {
      name: 'the list holds the own living ones',
      async run(hub) {
        const id = await hub.device();
        const { json } = await hub.get(at);
        assert.ok(json.value.some((each: Entity) => each.id === id));
      },
    },
    {
      name: 'PATCH renews the lease, at most 90 days',
      async run(hub) {
        const id = await hub.device();
        const until = (days: number) => ({
          expirationDateTime: new Date(Date.now() + days * dayMs).toISOString(),
        });
        const { json, status } = await hub.ask('PATCH', `${at}/${id}`, { body: until(60) });
        assert.equal(status, 200);
        assert.ok(Date.parse(json.expirationDateTime) > Date.now() + 59 * dayMs);
        expectInvalid(await hub.ask('PATCH', `${at}/${id}`, { body: until(91) }));
      },
    },
    {
      name: 'DELETE ends it: then it is 404, and its id as X-UNS-ID 403',
      async run(hub) {
        const id = await hub.device();
        expectStatus(await hub.ask('DELETE', `${at}/${id}`), 204);
        expectFailure(await hub.get(`${at}/${id}`), 404, 'itemNotFound');
        const headers = { 'x-uns-id': id };
        expectFailure(await hub.post({}, { headers }), 403, 'accessDenied');
      },
    },
    {
      name: 'a platform or channel that there is not is 400',
      async run(hub) {
        for (const more of [
          { platformType: 'linux' },
          { channel: { type: 'sms' } },
          { channel: { type: 'fcm' } },
        ])
          expectInvalid(await hub.ask('POST', at, { body: hub.deviceBody(more) }));
      },
    },
    {
      name: 'a WNS channel is an address below notify.windows.com, any other host is refused unless the operator allows it',
      async run(hub) {
        const register = async (channelUri: string) => {
          const made = await hub.ask('POST', at, {
            body: hub.deviceBody({ channel: { type: 'wns', channelUri } }),
          });
          hub.keep(made);
          return made;
        };
        expectInvalid(await register('no address'));
        expectInvalid(await register('ftp://db5.notify.windows.com/x'));
        expectStatus(await register('https://db5.notify.windows.com/?token=x'), 201);
        const elsewhere = await register('https://elsewhere.example/x');
        if (elsewhere.status !== 201) expectInvalid(elsewhere);
      },
    },
    {
      name: 'a push address belongs to the one who registers it last; the loser keeps its id with channel null',
      async run(hub) {
        const channel = { type: 'fcm', token: unique() };
        const first = await hub.device({ channel, platformType: 'android' });
        const second = await hub.device({ channel, platformType: 'android' });
        const read = async (id: string) => (await hub.get(`${at}/${id}`)).json.channel;
        assert.equal(await read(first), null);
        assert.notEqual(await read(second), null);
      },
    },
    {
      name: 'notificationKeys gives the VAPID public key, to anybody',
      async run(hub) {
        const answer = await hub.get('/v1.0/notificationKeys', { token: null });
        expectJson(answer);
        const key = Buffer.from(answer.json.vapidPublicKey, 'base64url');
        assert.deepEqual([key.length, key[0]], [65, 4], 'an uncompressed point of P-256');
      },
    },
  ],
};
