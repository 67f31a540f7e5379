// Section 2.2: the members of a create, each with its bounds, and what is refused.
// Each member is accepted at its bound and refused one beyond it.
import assert from 'node:assert/strict';
import type { Section } from '../../case.ts';
import { expectInvalid, expectStatus } from '../../expect.ts';
import { type Subject, unique } from '../../subject.ts';

const dayMs = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * dayMs).toISOString();
const raw = { rawContent: 'raw' };
const fallback = (more: object = {}) => ({
  endpointFallback: {
    platformTypes: ['ios'],
    fallbackDelayInSeconds: 60,
    visualContent: { title: 'Fallback' },
    ...more,
  },
});

type Members = Readonly<Record<string, unknown>>;

async function accepts(hub: Subject, ...bodies: readonly Members[]): Promise<void> {
  for (const body of bodies) expectStatus(await hub.post(body), 201);
}

async function refuses(hub: Subject, ...bodies: readonly Members[]): Promise<void> {
  for (const body of bodies) expectInvalid(await hub.post(body));
}

export const bodyCases: Section = {
  number: '2.2',
  title: 'Body of a create',
  cases: [
    {
      name: 'an array and broken JSON are 400',
      async run(hub) {
        for (const body of [[hub.body()], 'Hello World!', '{"targetHostName":', 'null', '7'])
          expectInvalid(await hub.ask('POST', '/beta/me/notifications', { body }));
      },
    },
    {
      name: 'unknown members are 400 and named',
      async run(hub) {
        const answer = await hub.post({ notAMember: 1 });
        expectInvalid(answer);
        assert.match(answer.json.error.message, /notAMember/);
        const inner = await hub.post({ payload: { visualContent: { title: 'x', alsoNone: 1 } } });
        expectInvalid(inner);
        assert.match(inner.json.error.message, /alsoNone/);
      },
    },
    {
      name: '@odata.type of the level is tolerated with and without #, in any case; other annotations are ignored',
      run: (hub) =>
        accepts(hub, {
          '@odata.type': '#microsoft.graph.Notification',
          '@odata.id': 'x',
          payload: {
            '@odata.type': 'microsoft.graph.payloadTypes',
            visualContent: { '@odata.type': '#microsoft.graph.visualProperties', title: 'x' },
          },
          targetPolicy: {
            '@odata.type': 'microsoft.graph.targetPolicyEndpoints',
            platformTypes: ['windows'],
          },
        }),
    },
    {
      name: 'targetHostName is required, 1 to 255 characters, and compared without case',
      async run(hub) {
        await accepts(hub, { targetHostName: hub.host.toUpperCase() });
        expectInvalid(await hub.ask('POST', '/v1.0/me/notifications', { body: { payload: raw } }));
        await refuses(
          hub,
          { targetHostName: '' },
          { targetHostName: 'x'.repeat(256) },
          { targetHostName: 7 },
        );
      },
    },
    {
      name: 'appNotificationId has 1 to 256 characters',
      async run(hub) {
        await accepts(hub, { appNotificationId: unique().padEnd(256, 'x') });
        await refuses(hub, { appNotificationId: '' }, { appNotificationId: 'x'.repeat(257) });
      },
    },
    {
      name: 'payload needs rawContent or visualContent',
      async run(hub) {
        await accepts(hub, { payload: raw }, { payload: { ...raw, visualContent: { title: 'x' } } });
        await refuses(hub, { payload: {} }, { payload: null }, { payload: 'x' });
      },
    },
    {
      name: 'visualContent needs a title',
      run: (hub) =>
        refuses(hub, { payload: { visualContent: {} } }, { payload: { visualContent: { body: 'x' } } }),
    },
    {
      name: 'rawContent has at most 32 KiB, title 1 KiB, body 4 KiB, in UTF-8',
      async run(hub) {
        await accepts(
          hub,
          { payload: { rawContent: 'x'.repeat(32_768) } },
          { payload: { visualContent: { title: 'ä'.repeat(512), body: 'ä'.repeat(2048) } } },
        );
        await refuses(
          hub,
          { payload: { rawContent: 'x'.repeat(32_769) } },
          { payload: { visualContent: { title: `${'ä'.repeat(512)}x` } } },
          { payload: { visualContent: { title: 'x', body: `${'ä'.repeat(2048)}x` } } },
        );
      },
    },
    {
      name: 'platformTypes are windows, ios, android, webPush and web; absent, null and empty mean all',
      async run(hub) {
        await accepts(hub, {
          targetPolicy: { platformTypes: ['windows', 'ios', 'android', 'webPush', 'web'] },
        });
        await accepts(hub, { targetPolicy: null }, { targetPolicy: { platformTypes: [] } });
        await refuses(hub, { targetPolicy: { platformTypes: ['linux'] } }, { targetPolicy: 'windows' });
      },
    },
    {
      name: 'priority is None, High or Low, in any case, or its ordinal; answered by name',
      async run(hub) {
        for (const [given, answered] of [
          ['high', 'High'],
          ['1', 'High'],
          [2, 'Low'],
          [0, 'None'],
        ] as const)
          assert.equal((await hub.posted({ priority: given })).priority, answered);
        await refuses(hub, { priority: 'Urgent' }, { priority: 3 });
      },
    },
    {
      name: 'priority defaults to High when visual, else None',
      async run(hub) {
        assert.equal((await hub.posted()).priority, 'High');
        assert.equal((await hub.posted({ payload: raw })).priority, 'None');
      },
    },
    {
      name: 'groupName is null or at most 256 characters',
      async run(hub) {
        await accepts(hub, { groupName: null }, { groupName: 'x'.repeat(256) });
        await refuses(hub, { groupName: 'x'.repeat(257) });
      },
    },
    {
      name: 'displayTimeToLive is 1 to 2 592 000 whole seconds, also as a numeric string',
      async run(hub) {
        await accepts(
          hub,
          { displayTimeToLive: 1 },
          { displayTimeToLive: 2_592_000 },
          { displayTimeToLive: '23' },
        );
        await refuses(
          hub,
          { displayTimeToLive: 0 },
          { displayTimeToLive: 2_592_001 },
          { displayTimeToLive: 1.5 },
        );
      },
    },
    {
      name: 'displayTimeToLive is answered as the whole seconds that remain, and null when it was not given',
      async run(hub) {
        const { displayTimeToLive } = await hub.posted({ displayTimeToLive: 60 });
        assert.ok(
          displayTimeToLive === 59 || displayTimeToLive === 60 || displayTimeToLive === 58,
          `${displayTimeToLive}`,
        );
        assert.equal((await hub.posted()).displayTimeToLive, null);
      },
    },
    {
      name: 'expirationDateTime takes any offset and precision, and is 7 days from now by default',
      async run(hub) {
        const given = inDays(3).replace(/\.\d+Z$/, '.2803781+03:00');
        const { expirationDateTime } = await hub.posted({ expirationDateTime: given });
        assert.equal(Date.parse(expirationDateTime), Math.floor(Date.parse(given)));
        const byDefault = Date.parse((await hub.posted()).expirationDateTime) - Date.now();
        assert.ok(Math.abs(byDefault - 7 * dayMs) < 120_000, `${byDefault} ms`);
      },
    },
    {
      name: 'an expiration in the past, or more than 30 days ahead, is 400',
      run: (hub) =>
        refuses(
          hub,
          { expirationDateTime: '2018-08-29T23:51:33.000Z' },
          { expirationDateTime: inDays(30.1) },
          { expirationDateTime: 'tomorrow' },
        ),
    },
    {
      name: 'fallbackPolicy is for ios, 60 to 600 seconds, with rawContent and ios among the targets',
      async run(hub) {
        await accepts(hub, { payload: raw, fallbackPolicy: fallback() });
        await refuses(
          hub,
          { fallbackPolicy: fallback() },
          { payload: raw, fallbackPolicy: fallback({ platformTypes: ['android'] }) },
          { payload: raw, fallbackPolicy: fallback({ fallbackDelayInSeconds: 59 }) },
          { payload: raw, fallbackPolicy: fallback({ fallbackDelayInSeconds: 601 }) },
          { payload: raw, fallbackPolicy: fallback(), targetPolicy: { platformTypes: ['windows'] } },
        );
      },
    },
    {
      name: 'id and other read-only members are ignored',
      async run(hub) {
        const { id, readState } = await hub.posted({ id: 'mine', readState: 'read', createdDateTime: 'x' });
        assert.notEqual(id, 'mine');
        assert.equal(readState, 'unread');
      },
    },
    {
      name: 'of duplicate names the last wins; U+0000 and lone surrogates are 400',
      async run(hub) {
        const text = (title: string) =>
          `{"groupName":"first","targetHostName":"${hub.host}","payload":{"visualContent":{"title":"${title}"}},"groupName":"last"}`;
        const post = (body: string) => hub.ask('POST', '/v1.0/me/notifications', { body });
        const answer = await post(text('x'));
        hub.keep(answer);
        assert.equal(answer.json.groupName, 'last');
        for (const title of ['\\u0000', '\\ud800']) expectInvalid(await post(text(title)));
      },
    },
    {
      name: 'nothing is deeper than 16 levels of JSON',
      async run(hub) {
        const deep = `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`;
        expectInvalid(await hub.ask('POST', '/v1.0/me/notifications', { body: deep }));
      },
    },
    {
      name: 'the same appNotificationId replaces: same id, contentVersion + 1, unread again, 200',
      async run(hub) {
        const appNotificationId = unique();
        const first = await hub.posted({ appNotificationId });
        const at = `/v1.0/me/notifications/${first.id}`;
        expectStatus(await hub.ask('PATCH', at, { body: { userActionState: 'dismissed' } }), 200);
        const again = await hub.post({ appNotificationId, groupName: 'another' });
        expectStatus(again, 200);
        assert.equal(again.headers.get('carillon-result'), 'replaced');
        const { id, contentVersion, createdDateTime, readState, userActionState } = again.json;
        assert.deepEqual(
          [id, contentVersion, createdDateTime, readState, userActionState],
          [first.id, 2, first.createdDateTime, 'unread', 'noInteraction'],
        );
      },
    },
    {
      name: 'a repeat of the newest body is a retry: 200, and nothing changes',
      async run(hub) {
        const body = { appNotificationId: unique(), groupName: 'x' };
        const first = await hub.post(body);
        assert.equal(first.headers.get('carillon-result'), 'created');
        const again = await hub.post(body);
        expectStatus(again, 200);
        assert.equal(again.headers.get('carillon-result'), 'repeated');
        assert.equal(again.headers.get('etag'), first.headers.get('etag'));
      },
    },
    {
      name: 'after a deletion the same appNotificationId is a new one, 201',
      async run(hub) {
        const body = { appNotificationId: unique() };
        const { id } = await hub.posted(body);
        expectStatus(await hub.ask('DELETE', `/v1.0/me/notifications/${id}`), 204);
        const again = await hub.posted(body);
        assert.notEqual(again.id, id);
      },
    },
  ],
};
