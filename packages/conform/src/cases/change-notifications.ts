// Section 12: webhooks for what happens to notifications.
// The receiver is this run: a hub that can't reach it leaves the cases that need it untried.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { Section } from '../case.ts';
import type { Exchange } from '../exchange.ts';
import { expectFailure, expectInvalid, expectStatus } from '../expect.ts';
import type { Receiver } from '../receiver.ts';
import { type Entity, type Subject, Untried } from '../subject.ts';

const at = '/v1.0/subscriptions';
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

const orderOf = (notificationUrl: string, more: object = {}) => ({
  changeType: 'created,updated,deleted',
  notificationUrl,
  resource: 'me/notifications',
  expirationDateTime: inMinutes(60),
  clientState: 'conformance',
  ...more,
});

async function subscribe(hub: Subject, receiver: Receiver, more: object = {}): Promise<Exchange> {
  const answer = await hub.ask('POST', at, { body: orderOf(receiver.url, more) });
  if (answer.status === 400 && /private|loopback|not allowed|https/i.test(answer.json?.error?.message ?? ''))
    throw new Untried(`the hub does not deliver to ${receiver.url}: ${answer.json.error.message}`);
  return answer;
}

/** Subscribes for the case and ends the subscription afterwards. */
async function withSubscription(
  hub: Subject,
  use: (subscription: Entity, receiver: Receiver) => Promise<void>,
): Promise<void> {
  await using receiver = await hub.receiver();
  const made = await subscribe(hub, receiver);
  expectStatus(made, 201);
  try {
    await use(made.json, receiver);
  } finally {
    await hub.ask('DELETE', `${at}/${made.json.id}`);
  }
}

const changesIn = ({ body }: { readonly body: string }): Entity[] => JSON.parse(body).value;

export const changeNotificationCases: Section = {
  number: '12',
  title: 'Change notifications',
  cases: [
    {
      name: 'a subscription is 201 with its signing secret, which no later answer holds',
      run: (hub) =>
        withSubscription(hub, async (made) => {
          assert.match(made.signingSecret, /^whsec_/);
          const { json, text } = await hub.get(`${at}/${made.id}`);
          assert.deepEqual(
            [json.id, json.resource, json.clientState],
            [made.id, 'me/notifications', 'conformance'],
          );
          assert.ok(!text.includes(made.signingSecret));
          assert.ok((await hub.get(at)).json.value.some(({ id }: Entity) => id === made.id));
        }),
    },
    {
      name: 'an endpoint that does not answer the token is 400, and nothing is made',
      async run(hub) {
        await using receiver = await hub.receiver();
        receiver.handshake = 'something else';
        const answer = await subscribe(hub, receiver);
        expectInvalid(answer);
        assert.ok(
          (await hub.get(at)).json.value.every(
            ({ notificationUrl }: Entity) => notificationUrl !== receiver.url,
          ),
        );
      },
    },
    {
      name: 'created, updated and deleted are told in order, signed as Standard Webhooks say',
      run: (hub) =>
        withSubscription(hub, async (made, receiver) => {
          const { id } = await hub.posted();
          await hub.ask('PATCH', `/v1.0/me/notifications/${id}`, { body: { readState: 'read' } });
          await hub.ask('DELETE', `/v1.0/me/notifications/${id}`);
          const told: string[] = [];
          await receiver.next((delivered) => {
            verify(delivered, made.signingSecret);
            for (const change of changesIn(delivered)) {
              assert.deepEqual([change.subscriptionId, change.clientState], [made.id, 'conformance']);
              if (change.resourceData.id === id) told.push(change.changeType);
            }
            return told.includes('deleted');
          });
          assert.deepEqual(told, ['created', 'updated', 'deleted']);
        }),
    },
    {
      name: 'PATCH renews it, by at most 43 200 minutes; DELETE ends it',
      run: (hub) =>
        withSubscription(hub, async ({ id }) => {
          const renewed = await hub.ask('PATCH', `${at}/${id}`, {
            body: { expirationDateTime: inMinutes(120) },
          });
          expectStatus(renewed, 200);
          expectInvalid(
            await hub.ask('PATCH', `${at}/${id}`, { body: { expirationDateTime: inMinutes(43_300) } }),
          );
          expectStatus(await hub.ask('DELETE', `${at}/${id}`), 204);
          expectFailure(await hub.get(`${at}/${id}`), 404, 'itemNotFound');
        }),
    },
    {
      name: 'rotateSecret answers a new one, and both hold',
      run: (hub) =>
        withSubscription(hub, async (made, receiver) => {
          const { json, status } = await hub.ask('POST', `${at}/${made.id}/rotateSecret`);
          assert.equal(status, 200);
          assert.match(json.signingSecret, /^whsec_/);
          assert.notEqual(json.signingSecret, made.signingSecret);
          await hub.posted();
          const delivered = await receiver.next(() => true);
          for (const secret of [made.signingSecret, json.signingSecret]) verify(delivered, secret);
        }),
    },
    {
      name: 'what is wrong with a subscription is 400',
      async run(hub) {
        await using receiver = await hub.receiver();
        for (const more of [
          { changeType: 'moved' },
          { resource: 'me/messages' },
          { expirationDateTime: inMinutes(-1) },
          { expirationDateTime: inMinutes(43_300) },
          { clientState: 'x'.repeat(129) },
          { notificationUrl: 'no url' },
          { includeResourceData: true },
        ])
          expectInvalid(await hub.ask('POST', at, { body: orderOf(receiver.url, more) }));
      },
    },
    {
      name: "another person's subscription is 404",
      needs: ['secondToken'],
      run: (hub) =>
        withSubscription(hub, async ({ id }) => {
          const token = hub.token('secondToken');
          expectFailure(await hub.get(`${at}/${id}`, { token }), 404, 'itemNotFound');
          expectFailure(await hub.ask('DELETE', `${at}/${id}`, { token }), 404, 'itemNotFound');
        }),
    },
    {
      name: 'the keys that sign validation tokens are public',
      async run(hub) {
        const { status, json } = await hub.get('/.well-known/jwks.json', { token: null });
        assert.equal(status, 200);
        assert.ok(json.keys.length > 0);
        for (const key of json.keys) assert.ok(!('d' in key), 'no private part');
      },
    },
  ],
};

/** HMAC-SHA256 over `id.timestamp.body`, one signature for each secret that holds. */
function verify(
  { headers, body }: { readonly headers: Entity; readonly body: string },
  secret: string,
): void {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  assert.ok(String(headers['webhook-signature']).split(' ').includes(signature), 'webhook-signature');
}
