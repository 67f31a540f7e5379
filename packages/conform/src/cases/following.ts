// Section 5: streams, tickets, and what is known of each device.
// Devices have no push address here, so nothing leaves the hub. With it stands section 6.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectFailure, expectInvalid, expectJson, expectStatus } from '../expect.ts';
import { openFrames, withFrames } from '../frames.ts';
import type { Entity, Subject } from '../subject.ts';

const feed = '/v1.0/me/notifications';

async function deliveryOf(hub: Subject, id: string, device: string): Promise<Entity> {
  const answer = await hub.get(`${feed}/${id}/deliveries`);
  expectJson(answer);
  return answer.json.value.find(({ subscriptionId }: Entity) => subscriptionId === device);
}

export const followingCases: Section = {
  number: '5',
  title: 'The feed: streams and evidence',
  cases: [
    {
      name: 'a stream begins with ready: cursor, unreadCount, heartbeatSeconds 25',
      run: (hub) =>
        withFrames(hub, async (frames) => {
          assert.equal(frames.contentType, 'text/event-stream');
          const ready = await frames.next(() => true);
          assert.deepEqual([ready.type, ready.heartbeatSeconds], ['ready', 25]);
          assert.equal(typeof ready.cursor, 'string');
          assert.equal(ready.unreadCount, await hub.unreadCount());
        }),
    },
    {
      name: 'every change is told while it is open, with its cursor and the count',
      run: (hub) =>
        withFrames(hub, async (frames) => {
          const { unreadCount } = await frames.next(({ type }) => type === 'ready');
          const { id } = await hub.posted();
          const change = await frames.next(({ type }) => type === 'change');
          assert.deepEqual([change.value.id, change.unreadCount], [id, unreadCount + 1]);
          await hub.ask('PATCH', `${feed}/${id}`, { body: { userActionState: 'dismissed' } });
          const settled = await frames.next(({ type }) => type === 'change');
          assert.deepEqual([settled.value.userActionState, settled.unreadCount], ['dismissed', unreadCount]);
          await hub.ask('DELETE', `${feed}/${id}`);
          const removed = await frames.next(({ type }) => type === 'change');
          assert.deepEqual(removed.value, { id, '@removed': { reason: 'deleted' } });
        }),
    },
    {
      name: 'with $deltatoken a stream repeats what was missed',
      async run(hub) {
        const link = (await hub.get(`${feed}/delta?$deltatoken=latest`)).json['@odata.deltaLink'];
        const { id } = await hub.posted();
        const frames = await openFrames(hub, new URL(link).search);
        try {
          await frames.next(({ type, value }) => type === 'change' && value.id === id);
        } finally {
          frames.leave();
        }
      },
    },
    {
      name: 'a stream that asks for neither SSE nor WebSocket is 400',
      async run(hub) {
        expectInvalid(await hub.get(`${feed}/stream`, { headers: { accept: 'application/json' } }));
      },
    },
    {
      name: 'a ticket opens one stream, once, over a WebSocket without headers',
      async run(hub) {
        const answer = await hub.ask('POST', `${feed}/streamTicket`);
        expectStatus(answer, 200, 201);
        assert.equal(answer.json.expiresInSeconds, 60);
        const url = `${hub.baseUrl}${feed}/stream?ticket=${encodeURIComponent(answer.json.ticket)}`;
        const socket = new WebSocket(url.replace(/^http/, 'ws'));
        const first = await new Promise<string>((resolve, reject) => {
          socket.onmessage = ({ data }) => resolve(String(data));
          socket.onerror = () => reject(new Error('the WebSocket was refused'));
        });
        assert.equal(JSON.parse(first).type, 'ready');
        const again = await hub.get(url, { token: null, headers: { accept: 'text/event-stream' } });
        socket.close();
        expectFailure(again, 401, 'InvalidAuthenticationToken');
      },
    },
    {
      name: 'deliveries tell of each device why it gets no push',
      async run(hub) {
        const device = await hub.device();
        const { id } = await hub.posted();
        const line = await deliveryOf(hub, id, device);
        assert.equal(line.status, 'skipped', 'it has no push address');
        assert.deepEqual(
          [line.attempts, line.fetchedDateTime, line.shownDateTime, line.lastAnswer],
          [0, null, null, null],
        );
      },
    },
    {
      name: 'a device has fetched what an answer to its X-UNS-ID held',
      async run(hub) {
        const device = await hub.device();
        const { id } = await hub.posted();
        await hub.get(`${feed}/${id}`, { headers: { 'x-uns-id': device } });
        const line = await deliveryOf(hub, id, device);
        assert.equal(line.status, 'fetched');
        assert.ok(line.fetchedDateTime);
      },
    },
    {
      name: 'receipts are evidence: shown is recorded, and no state changes',
      async run(hub) {
        const device = await hub.device();
        const { id } = await hub.posted();
        const receipts = [{ id, subscriptionId: device, kind: 'shown' }];
        const answer = await hub.ask('POST', `${feed}/receipts`, { body: { receipts } });
        expectJson(answer);
        assert.equal(answer.json.recordedCount, 1);
        assert.equal((await deliveryOf(hub, id, device)).status, 'shown');
        assert.equal((await hub.get(`${feed}/${id}`)).json.readState, 'unread');
      },
    },
    {
      name: 'a receipt for a foreign subscription is 403',
      async run(hub) {
        const { id } = await hub.posted();
        const receipts = [{ id, subscriptionId: 'foreign', kind: 'shown' }];
        expectFailure(await hub.ask('POST', `${feed}/receipts`, { body: { receipts } }), 403, 'accessDenied');
      },
    },
    {
      name: 'explain says what each device would get, and posts nothing',
      async run(hub) {
        const device = await hub.device();
        const before = (await hub.get(`${feed}/$count`)).text;
        const answer = await hub.ask('POST', `${feed}/explain`, { body: hub.body() });
        expectJson(answer);
        const line = answer.json.value.find(({ subscriptionId }: Entity) => subscriptionId === device);
        assert.deepEqual([line.decision, line.request], ['skip', null]);
        assert.equal((await hub.get(`${feed}/$count`)).text, before);
      },
    },
  ],
};

export const aroundCases: Section = {
  number: '6',
  title: 'Around it',
  cases: [
    {
      name: '/healthz and /readyz answer 200 while it serves',
      async run(hub) {
        for (const path of ['/healthz', '/readyz']) expectStatus(await hub.get(path, { token: null }), 200);
      },
    },
    {
      name: 'the admin API needs a token',
      async run(hub) {
        for (const path of ['apps', 'audit', 'deliveries', 'users'])
          expectFailure(await hub.get(`/admin/${path}`, { token: null }), 401, 'InvalidAuthenticationToken');
      },
    },
    {
      name: 'a push address on a private network is 400, unless the operator allows them',
      async run(hub) {
        const keys = { p256dh: vapidKey, auth: 'AAAAAAAAAAAAAAAAAAAAAA' };
        for (const host of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '[::1]']) {
          const channel = { type: 'webPush', endpoint: `https://${host}/push`, keys };
          const body = hub.deviceBody({ platformType: 'webPush', channel });
          const answer = await hub.ask('POST', '/v1.0/me/notificationSubscriptions', { body });
          hub.keep(answer);
          if (answer.status === 201) return;
          expectInvalid(answer);
        }
      },
    },
  ],
};

/** The uncompressed base point of P-256, a valid public key of nobody. */
const vapidKey = 'BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU';
