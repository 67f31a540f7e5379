// Section 10: questions, their one answer, their deadline and who waits.
// Two answers at once, a wait that is open and a deadline are tried as callers make them.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectFailure, expectInvalid, expectJson, expectStatus } from '../expect.ts';
import { withFrames } from '../frames.ts';
import { type Entity, type Subject, unique } from '../subject.ts';

const feed = '/v1.0/me/notifications';
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const actions = [
  { id: 'approve', title: 'Approve' },
  { id: 'reject', title: 'Reject', input: { maxLength: 10 } },
];

const asked = (hub: Subject, more: object = {}): Promise<Entity> =>
  hub.posted({ ...hub.visual({ actions }), ...more });
const respond = (hub: Subject, id: string, body: object) =>
  hub.ask('POST', `${feed}/${id}/respond`, { body });
const responseOf = (hub: Subject, id: string, seconds = 0) =>
  hub.get(`${feed}/${id}/response?waitSeconds=${seconds}`);

export const askingCases: Section = {
  number: '10',
  title: 'Asking',
  cases: [
    {
      name: 'an answer is 200 with the entity: activated, read, and its response',
      async run(hub) {
        const { id } = await asked(hub);
        const answer = await respond(hub, id, { actionId: 'reject', text: 'not now' });
        expectJson(answer);
        const { readState, userActionState, response } = answer.json;
        const { respondedDateTime, ...rest } = response;
        assert.deepEqual([readState, userActionState], ['read', 'activated']);
        assert.deepEqual(rest, { actionId: 'reject', text: 'not now', respondedBy: 'user' });
        assert.ok(!Number.isNaN(Date.parse(respondedDateTime)));
      },
    },
    {
      name: 'an answer is told on the stream like a state',
      run: (hub) =>
        withFrames(hub, async (frames) => {
          const { id } = await asked(hub);
          await respond(hub, id, { actionId: 'approve' });
          const { value } = await frames.next(
            ({ type, value: of }) => type === 'change' && of.id === id && of.response,
          );
          assert.equal(value.response.actionId, 'approve');
        }),
    },
    {
      name: 'the first answer counts: the same again is 200 and keeps its text, another is 409 with the entity',
      async run(hub) {
        const { id } = await asked(hub);
        await respond(hub, id, { actionId: 'reject', text: 'first' });
        const same = await respond(hub, id, { actionId: 'reject', text: 'later' });
        expectStatus(same, 200);
        assert.equal(same.json.response.text, 'first');
        const other = await respond(hub, id, { actionId: 'approve' });
        expectFailure(other, 409, 'alreadyResponded');
        assert.match(other.text, /"reject"/);
      },
    },
    {
      name: 'of two answers at once one wins, and both know which',
      async run(hub) {
        const { id } = await asked(hub);
        const both = await Promise.all(
          ['approve', 'reject'].map((actionId) => respond(hub, id, { actionId })),
        );
        assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
        const winner = both.find(({ status }) => status === 200)?.json.response.actionId;
        assert.equal((await responseOf(hub, id)).json.actionId, winner);
      },
    },
    {
      name: 'an unknown action is 400, a text that is too long is 400, a notification that asks nothing is 400',
      async run(hub) {
        const { id } = await asked(hub);
        expectInvalid(await respond(hub, id, { actionId: 'neither' }));
        expectInvalid(await respond(hub, id, { actionId: 'reject', text: 'x'.repeat(11) }));
        expectInvalid(await respond(hub, id, {}));
        const plain = await hub.posted();
        expectInvalid(await respond(hub, plain.id, { actionId: 'approve' }));
      },
    },
    {
      name: 'an older contentVersion is 412; a replacement asks anew',
      async run(hub) {
        const appNotificationId = unique();
        const { id } = await asked(hub, { appNotificationId });
        await respond(hub, id, { actionId: 'approve' });
        const again = await hub.post({ ...hub.visual({ actions, body: 'Again?' }), appNotificationId });
        assert.equal(again.json.response, null);
        expectFailure(
          await respond(hub, id, { actionId: 'approve', contentVersion: 1 }),
          412,
          'resourceModified',
        );
        expectStatus(await respond(hub, id, { actionId: 'approve', contentVersion: 2 }), 200);
      },
    },
    {
      name: 'a question that was read or dismissed can still be answered',
      async run(hub) {
        const { id } = await asked(hub);
        await hub.ask('PATCH', `${feed}/${id}`, { body: { userActionState: 'dismissed' } });
        expectStatus(await respond(hub, id, { actionId: 'approve' }), 200);
      },
    },
    {
      name: 'responsePolicy without a question, with a past time, one past the expiration or an unknown default is 400',
      async run(hub) {
        expectInvalid(await hub.post({ responsePolicy: { respondByDateTime: inMs(60_000) } }));
        const question = hub.visual({ actions });
        for (const responsePolicy of [
          { respondByDateTime: inMs(-60_000) },
          { respondByDateTime: inMs(40 * 86_400_000) },
          { respondByDateTime: inMs(60_000), defaultActionId: 'neither' },
        ])
          expectInvalid(await hub.post({ ...question, responsePolicy }));
      },
    },
    {
      name: 'at its deadline the default counts, once, and the question is dismissed',
      async run(hub) {
        const responsePolicy = { respondByDateTime: inMs(2000), defaultActionId: 'reject' };
        const { id } = await asked(hub, { responsePolicy });
        const answer = await responseOf(hub, id, 30);
        expectStatus(answer, 200);
        assert.deepEqual([answer.json.actionId, answer.json.respondedBy], ['reject', 'deadline']);
        assert.equal((await hub.get(`${feed}/${id}`)).json.userActionState, 'dismissed');
        expectFailure(await respond(hub, id, { actionId: 'approve' }), 409, 'alreadyResponded');
      },
    },
    {
      name: 'response is 204 while it is open, 200 once it is answered, 404 for one that is not there',
      async run(hub) {
        const { id } = await asked(hub);
        expectStatus(await responseOf(hub, id), 204);
        await respond(hub, id, { actionId: 'approve' });
        expectStatus(await responseOf(hub, id), 200);
        expectFailure(await responseOf(hub, '0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa'), 404, 'itemNotFound');
      },
    },
    {
      name: 'whoever waits has the answer when it is given, and 404 when the question is removed',
      async run(hub) {
        const [answered, removed] = [await asked(hub), await asked(hub)];
        const waits = [responseOf(hub, answered.id, 30), responseOf(hub, removed.id, 30)] as const;
        await respond(hub, answered.id, { actionId: 'approve' });
        await hub.ask('DELETE', `${feed}/${removed.id}`);
        assert.equal((await waits[0]).json.actionId, 'approve');
        expectFailure(await waits[1], 404, 'itemNotFound');
      },
    },
    {
      name: 'waitSeconds is 0 to 60',
      async run(hub) {
        const { id } = await asked(hub);
        for (const seconds of [-1, 61]) expectInvalid(await responseOf(hub, id, seconds));
      },
    },
    {
      name: 'the app itself waits with X-UNS-ID or under users/{id}',
      needs: ['appToken'],
      async run(hub) {
        const token = hub.token('appToken');
        const { id } = await asked(hub);
        await respond(hub, id, { actionId: 'approve' });
        const headers = { 'x-uns-id': await hub.device() };
        expectStatus(await hub.get(`${feed}/${id}/response`, { token, headers }), 200);
        expectStatus(
          await hub.get(`/v1.0/users/${hub.user.id}/notifications/${id}/response`, { token }),
          200,
        );
      },
    },
    {
      name: '/mcp refuses a call without a token and one from a foreign origin',
      async run(hub) {
        const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
        const accept = { accept: 'application/json, text/event-stream' };
        expectStatus(await hub.ask('POST', '/mcp', { token: null, body, headers: accept }), 401);
        const headers = { ...accept, origin: 'https://elsewhere.example' };
        expectStatus(await hub.ask('POST', '/mcp', { body, headers }), 403);
      },
    },
  ],
};
