// Section 5: the history, one notification, and the delta.
// Every URL of an answer must be of the base URL, so that a follower never leaves the service.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectFailure, expectInvalid, expectJson, expectStatus } from '../expect.ts';
import type { Entity, Subject } from '../subject.ts';

const feed = '/v1.0/me/notifications';
const idsOf = ({ json }: { readonly json: Entity }): string[] => json.value.map(({ id }: Entity) => id);

/** A delta that starts now. */
async function deltaFromNow(hub: Subject): Promise<Entity> {
  const answer = await hub.get(`${feed}/delta?$deltatoken=latest`);
  expectJson(answer);
  return answer.json;
}

export const readingCases: Section = {
  number: '5',
  title: 'The feed: reading',
  cases: [
    {
      name: 'the list is newest first, and @odata.nextLink leads on',
      async run(hub) {
        const ids = [(await hub.posted()).id, (await hub.posted()).id].reverse();
        const first = await hub.get(`${feed}?$top=1`);
        expectJson(first);
        const next = first.json['@odata.nextLink'];
        assert.ok(next.startsWith(`${hub.baseUrl}${feed}?`), next);
        assert.deepEqual([...idsOf(first), ...idsOf(await hub.get(next))], ids);
      },
    },
    {
      name: 'pages are stable under writes: what is posted meanwhile moves nothing',
      async run(hub) {
        const [older, newer] = [(await hub.posted()).id, (await hub.posted()).id];
        const first = await hub.get(`${feed}?$top=1`);
        await hub.posted();
        assert.deepEqual(
          [idsOf(first), idsOf(await hub.get(first.json['@odata.nextLink']))],
          [[newer], [older]],
        );
      },
    },
    {
      name: '$top is 1 to 100, 25 by default',
      async run(hub) {
        for (const top of ['0', '101', '-1', 'x', '']) expectInvalid(await hub.get(`${feed}?$top=${top}`));
        assert.ok((await hub.get(`${feed}?$top=100`)).json.value.length <= 100);
        assert.ok((await hub.get(feed)).json.value.length <= 25);
      },
    },
    {
      name: 'an option that is not supported is 400 and named',
      async run(hub) {
        for (const option of ['$expand', '$search', 'nothing']) {
          const answer = await hub.get(`${feed}?${option}=x`);
          expectInvalid(answer);
          assert.ok(answer.json.error.message.includes(option), answer.json.error.message);
        }
      },
    },
    {
      name: '$count=true adds @odata.count, and /$count is its text',
      async run(hub) {
        await hub.posted();
        const { json } = await hub.get(`${feed}?$count=true&$top=1`);
        const { text, headers } = await hub.get(`${feed}/$count`);
        assert.match(headers.get('content-type') ?? '', /^text\/plain/);
        assert.match(text, /^\d+$/);
        assert.equal(json['@odata.count'], Number(text));
      },
    },
    {
      name: 'a notification has an ETag that counts its changes',
      async run(hub) {
        const { id } = await hub.posted();
        const before = await hub.get(`${feed}/${id}`);
        await hub.ask('PATCH', `${feed}/${id}`, { body: { readState: 'read' } });
        const after = await hub.get(`${feed}/${id}`);
        assert.ok(before.headers.get('etag'));
        assert.notEqual(after.headers.get('etag'), before.headers.get('etag'));
      },
    },
    {
      name: 'DELETE is 204, then it is 404 and gone from the list',
      async run(hub) {
        const { id } = await hub.posted();
        expectStatus(await hub.ask('DELETE', `${feed}/${id}`), 204);
        expectFailure(await hub.get(`${feed}/${id}`), 404, 'itemNotFound');
        expectFailure(await hub.ask('DELETE', `${feed}/${id}`), 404, 'itemNotFound');
        assert.ok(!idsOf(await hub.get(`${feed}?$top=100`)).includes(id));
      },
    },
    {
      name: 'the delta has what changed once, with its latest state, in the order of the latest change',
      async run(hub) {
        const start = await deltaFromNow(hub);
        const [first, second] = [(await hub.posted()).id, (await hub.posted()).id];
        await hub.ask('PATCH', `${feed}/${first}`, { body: { readState: 'read' } });
        const { json } = await hub.get(start['@odata.deltaLink']);
        assert.deepEqual(
          json.value.map(({ id, readState }: Entity) => [id, readState]),
          [
            [second, 'unread'],
            [first, 'read'],
          ],
        );
        assert.equal(json.unreadCount, start.unreadCount + 1);
      },
    },
    {
      name: 'removed ones are @removed, also when they were created after the cursor',
      async run(hub) {
        const start = await deltaFromNow(hub);
        const { id } = await hub.posted();
        await hub.ask('DELETE', `${feed}/${id}`);
        const { json } = await hub.get(start['@odata.deltaLink']);
        assert.deepEqual(json.value, [{ id, '@removed': { reason: 'deleted' } }]);
      },
    },
    {
      name: 'a delta without a token starts with what is stored; its pages lead to a deltaLink',
      async run(hub) {
        const made = new Set([(await hub.posted()).id, (await hub.posted()).id, (await hub.posted()).id]);
        let page = await hub.get(`${feed}/delta?$top=2`);
        for (let pages = 1; ; pages += 1) {
          expectJson(page);
          for (const id of idsOf(page)) made.delete(id);
          const next = page.json['@odata.nextLink'];
          if (next === undefined) break;
          assert.ok(pages < 10_000, 'the pages come to an end');
          page = await hub.get(next);
        }
        assert.equal(made.size, 0);
        assert.ok(page.json['@odata.deltaLink'].startsWith(`${hub.baseUrl}${feed}/delta?`));
      },
    },
    {
      name: "a cursor that can't be honoured is 410 with a Location to start over",
      async run(hub) {
        const answer = await hub.get(`${feed}/delta?$deltatoken=none`);
        expectFailure(answer, 410, 'resyncRequired');
        expectJson(await hub.get(answer.headers.get('location') ?? ''));
      },
    },
    {
      name: "another person's cursor is 410",
      needs: ['secondToken'],
      async run(hub) {
        const start = await deltaFromNow(hub);
        const answer = await hub.get(start['@odata.deltaLink'], { token: hub.token('secondToken') });
        expectFailure(answer, 410, 'resyncRequired');
      },
    },
  ],
};
