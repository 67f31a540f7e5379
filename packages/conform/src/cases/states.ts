// Section 5: what a person does with a notification, one winner, snooze and expiry.
// What happens by itself (waking, expiry) is awaited on the stream.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectFailure, expectInvalid, expectJson, expectStatus } from '../expect.ts';
import { withFrames } from '../frames.ts';
import { type Entity, type Subject, unique } from '../subject.ts';

const feed = '/v1.0/me/notifications';
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const soonMs = 2000;

const patch = (hub: Subject, id: string, body: object, headers = {}) =>
  hub.ask('PATCH', `${feed}/${id}`, { body, headers });

export const stateCases: Section = {
  number: '5',
  title: 'The feed: states',
  cases: [
    {
      name: 'activated, dismissed and snoozed set read',
      async run(hub) {
        for (const userActionState of ['activated', 'dismissed', 'snoozed']) {
          const { id } = await hub.posted();
          const more = userActionState === 'snoozed' ? { snoozeUntilDateTime: inMs(60_000) } : {};
          const answer = await patch(hub, id, { userActionState, ...more });
          expectJson(answer);
          assert.deepEqual([answer.json.readState, answer.json.userActionState], ['read', userActionState]);
        }
      },
    },
    {
      name: 'readState unread sets noInteraction',
      async run(hub) {
        const { id } = await hub.posted();
        await patch(hub, id, { userActionState: 'dismissed' });
        const { json } = await patch(hub, id, { readState: 'unread' });
        assert.deepEqual([json.readState, json.userActionState], ['unread', 'noInteraction']);
      },
    },
    {
      name: 'states that contradict each other in one body are 400',
      async run(hub) {
        const { id } = await hub.posted();
        expectInvalid(await patch(hub, id, { readState: 'unread', userActionState: 'dismissed' }));
        expectInvalid(await patch(hub, id, {}));
        expectInvalid(await patch(hub, id, { readState: 'seen' }));
      },
    },
    {
      name: 'a PATCH that changes nothing is 200 with the same ETag, and the feed does not move',
      async run(hub) {
        const { id } = await hub.posted();
        const first = await patch(hub, id, { userActionState: 'dismissed' });
        const start = (await hub.get(`${feed}/delta?$deltatoken=latest`)).json;
        const again = await patch(hub, id, { userActionState: 'dismissed' });
        expectStatus(again, 200);
        assert.equal(again.headers.get('etag'), first.headers.get('etag'));
        assert.deepEqual((await hub.get(start['@odata.deltaLink'])).json.value, []);
      },
    },
    {
      name: 'If-Match with an older ETag is 412',
      async run(hub) {
        const made = await hub.post();
        const headers = { 'if-match': made.headers.get('etag') ?? '' };
        expectStatus(await patch(hub, made.json.id, { readState: 'read' }, headers), 200);
        expectFailure(
          await patch(hub, made.json.id, { userActionState: 'dismissed' }, headers),
          412,
          'resourceModified',
        );
      },
    },
    {
      name: 'a state with an older contentVersion is 200 with the current entity, and changes nothing',
      async run(hub) {
        const appNotificationId = unique();
        const { id } = await hub.posted({ appNotificationId });
        await hub.post({ appNotificationId, groupName: 'newer' });
        const answer = await patch(hub, id, { userActionState: 'dismissed', contentVersion: 1 });
        expectStatus(answer, 200);
        assert.deepEqual([answer.json.userActionState, answer.json.contentVersion], ['noInteraction', 2]);
      },
    },
    {
      name: 'handled ones stay in the history',
      async run(hub) {
        const { id } = await hub.posted();
        await patch(hub, id, { userActionState: 'dismissed' });
        const { json } = await hub.get(`${feed}?$top=100`);
        assert.ok(json.value.some((each: Entity) => each.id === id));
      },
    },
    {
      name: 'unreadCount follows each change',
      async run(hub) {
        const before = await hub.unreadCount();
        const { id } = await hub.posted();
        assert.equal(await hub.unreadCount(), before + 1);
        await patch(hub, id, { readState: 'read' });
        assert.equal(await hub.unreadCount(), before);
        await patch(hub, id, { readState: 'unread' });
        assert.equal(await hub.unreadCount(), before + 1);
        await hub.ask('DELETE', `${feed}/${id}`);
        assert.equal(await hub.unreadCount(), before);
      },
    },
    {
      name: 'updateState does many at once: updated, unchanged, stale, notFound',
      async run(hub) {
        const appNotificationId = unique();
        const [done, open, old] = [
          await hub.posted(),
          await hub.posted(),
          await hub.posted({ appNotificationId }),
        ];
        await hub.post({ appNotificationId, groupName: 'newer' });
        await patch(hub, done.id, { userActionState: 'dismissed' });
        const missing = '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';
        const answer = await hub.ask('POST', `${feed}/updateState`, {
          body: {
            changes: [{ id: done.id }, { id: open.id }, { id: old.id, contentVersion: 1 }, { id: missing }],
            userActionState: 'dismissed',
          },
        });
        expectJson(answer);
        const { updatedCount, unreadCount, notFound, results } = answer.json;
        assert.deepEqual(
          results.map(({ result }: Entity) => result),
          ['unchanged', 'updated', 'stale', 'notFound'],
        );
        assert.deepEqual([updatedCount, notFound], [1, [missing]]);
        assert.equal(unreadCount, await hub.unreadCount());
      },
    },
    {
      name: 'updateState by group changes that group only',
      async run(hub) {
        const groupName = unique();
        const [inside, outside] = [await hub.posted({ groupName }), await hub.posted()];
        const body = { all: true, groupName, readState: 'read' };
        expectJson(await hub.ask('POST', `${feed}/updateState`, { body }));
        const stateOf = async ({ id }: Entity) => (await hub.get(`${feed}/${id}`)).json.readState;
        assert.deepEqual([await stateOf(inside), await stateOf(outside)], ['read', 'unread']);
      },
    },
    {
      name: 'snooze needs a time after now and before the expiration',
      async run(hub) {
        const { id } = await hub.posted({ expirationDateTime: inMs(3_600_000) });
        const snooze = (until?: string) => ({ userActionState: 'snoozed', snoozeUntilDateTime: until });
        for (const until of [undefined, inMs(-60_000), inMs(7_200_000)])
          expectInvalid(await patch(hub, id, snooze(until)));
      },
    },
    {
      name: 'a snoozed one wakes: unread, without interaction and date, told on the stream',
      async run(hub) {
        await withFrames(hub, async (frames) => {
          const { id } = await hub.posted();
          await patch(hub, id, { userActionState: 'snoozed', snoozeUntilDateTime: inMs(soonMs) });
          const of = ({ type, value }: Entity) => type === 'change' && value.id === id;
          await frames.next((frame) => of(frame) && frame.value.userActionState === 'snoozed');
          const { value } = await frames.next(of);
          assert.deepEqual(
            [value.readState, value.userActionState, value.snoozeUntilDateTime],
            ['unread', 'noInteraction', null],
          );
        });
      },
    },
    {
      name: 'any other state clears the date of a snooze; read is what it is already',
      async run(hub) {
        const { id } = await hub.posted();
        const snoozed = await patch(hub, id, {
          userActionState: 'snoozed',
          snoozeUntilDateTime: inMs(600_000),
        });
        const read = await patch(hub, id, { readState: 'read' });
        assert.equal(read.headers.get('etag'), snoozed.headers.get('etag'));
        const { json } = await patch(hub, id, { userActionState: 'activated' });
        assert.equal(json.snoozeUntilDateTime, null);
      },
    },
    {
      name: 'from its expiration on no read returns it, and @removed tells of it within a minute',
      async run(hub) {
        await withFrames(hub, async (frames) => {
          const { id } = await hub.posted({ expirationDateTime: inMs(soonMs) });
          await frames.next(({ type, value }) => type === 'change' && value.id === id && value['@removed']);
          expectFailure(await hub.get(`${feed}/${id}`), 404, 'itemNotFound');
        });
      },
    },
  ],
};
