// Section 11: many requests in one.
// Each part is answered as it would be alone; what is wrong with the batch itself is one answer for all.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectFailure, expectInvalid, expectStatus } from '../expect.ts';
import { type Entity, type Subject, versions } from '../subject.ts';

const type = { 'content-type': 'application/json' };
const list = { method: 'GET', url: '/me/notifications?$top=1' };

const send = (hub: Subject, requests: readonly object[], version = 'v1.0') =>
  hub.ask('POST', `/${version}/$batch`, { body: { requests } });

/** The parts by id, of a batch that must be taken. */
async function partsOf(hub: Subject, requests: readonly object[]): Promise<Map<string, Entity>> {
  const answer = await send(hub, requests);
  expectStatus(answer, 200);
  assert.equal(answer.json.responses.length, requests.length);
  return new Map(answer.json.responses.map((part: Entity) => [part.id, part]));
}

export const batchCases: Section = {
  number: '11',
  title: 'Batches',
  cases: [
    {
      name: 'each part is answered with its id, status, headers and body, under both versions',
      async run(hub) {
        for (const version of versions) {
          const post = {
            id: 'post',
            method: 'POST',
            url: 'me/notifications',
            headers: type,
            body: hub.body(),
          };
          const { json } = await send(
            hub,
            [post, { id: 'list', ...list }, { id: 'none', method: 'GET', url: '/me/nothing' }],
            version,
          );
          const by = new Map<string, Entity>(json.responses.map((part: Entity) => [part.id, part]));
          assert.deepEqual(
            [by.get('post').status, by.get('list').status, by.get('none').status],
            [201, 200, 404],
          );
          assert.equal(by.get('none').body.error.code, 'itemNotFound');
          await hub.ask('DELETE', `/v1.0/me/notifications/${by.get('post').body.id}`);
        }
      },
    },
    {
      name: 'twenty parts are taken, none or twenty-one is 400',
      async run(hub) {
        const parts = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `${at}`, ...list }));
        await partsOf(hub, parts(20));
        for (const count of [0, 21]) expectInvalid(await send(hub, parts(count)));
      },
    },
    {
      name: 'ids are unique without regard to case',
      async run(hub) {
        expectInvalid(
          await send(hub, [
            { id: 'a', ...list },
            { id: 'A', ...list },
          ]),
        );
      },
    },
    {
      name: 'a batch within a batch, a stream and an absolute URL are 400 for the whole',
      async run(hub) {
        for (const url of [
          '/$batch',
          '/me/notifications/stream',
          `${hub.baseUrl}/v1.0/me/notifications`,
          '//elsewhere.example/x',
        ]) {
          const method = url.includes('batch') ? 'POST' : 'GET';
          const more = method === 'POST' ? { headers: type, body: { requests: [] } } : {};
          expectInvalid(
            await send(hub, [
              { id: 'ok', ...list },
              { id: 'x', method, url, ...more },
            ]),
          );
        }
      },
    },
    {
      name: 'a body without Content-Type is refused',
      async run(hub) {
        const answer = await send(hub, [
          { id: 'x', method: 'POST', url: '/me/notifications', body: hub.body() },
        ]);
        if (answer.status === 200)
          assert.ok([400, 415].includes(answer.json.responses[0].status), answer.text);
        else expectInvalid(answer);
      },
    },
    {
      name: 'what depends on a part that failed is 424, what depends on one that succeeded runs',
      async run(hub) {
        const parts = await partsOf(hub, [
          { id: 'fails', method: 'GET', url: '/me/nothing' },
          { id: 'never', ...list, dependsOn: ['fails'] },
          { id: 'works', ...list },
          { id: 'after', ...list, dependsOn: ['works'] },
        ]);
        assert.deepEqual(
          ['fails', 'never', 'works', 'after'].map((id) => parts.get(id).status),
          [404, 424, 200, 200],
        );
        assert.equal(parts.get('never').body.error.code, 'failedDependency');
      },
    },
    {
      name: 'dependsOn that is cyclic or names nobody is 400 for the whole',
      async run(hub) {
        expectInvalid(
          await send(hub, [
            { id: 'a', ...list, dependsOn: ['b'] },
            { id: 'b', ...list, dependsOn: ['a'] },
          ]),
        );
        expectInvalid(await send(hub, [{ id: 'a', ...list, dependsOn: ['nobody'] }]));
      },
    },
    {
      name: 'a batch needs a token, once for all parts',
      async run(hub) {
        const body = { requests: [{ id: 'a', ...list }] };
        expectFailure(
          await hub.ask('POST', '/v1.0/$batch', { token: null, body }),
          401,
          'InvalidAuthenticationToken',
        );
      },
    },
    {
      name: 'a body beyond 4 MiB is 413',
      async run(hub) {
        const body = `{"requests":[],"x":"${'x'.repeat(4 * 1024 * 1024)}"}`;
        expectFailure(await hub.ask('POST', '/v1.0/$batch', { body }), 413, 'requestTooLarge');
      },
    },
  ],
};
