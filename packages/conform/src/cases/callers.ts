// Section 3: what a token may see and do.
// What nobody may see is 404 like what is not there; what somebody may not do is 403.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectFailure, expectStatus } from '../expect.ts';

export const callerCases: Section = {
  number: '3',
  title: 'Who calls',
  cases: [
    {
      name: "another person doesn't see it: 404, not told apart from one that never was",
      needs: ['secondToken'],
      async run(hub) {
        const { id } = await hub.posted();
        const token = hub.token('secondToken');
        for (const method of ['GET', 'DELETE'])
          expectFailure(
            await hub.ask(method, `/v1.0/me/notifications/${id}`, { token }),
            404,
            'itemNotFound',
          );
        const { json } = await hub.get('/v1.0/me/notifications?$top=100', { token });
        assert.ok(json.value.every((each: { id: string }) => each.id !== id));
      },
    },
    {
      name: "another app doesn't see it (CreatedByApp): 404",
      needs: ['otherAppToken'],
      async run(hub) {
        const { id } = await hub.posted();
        const token = hub.token('otherAppToken');
        const at = `/v1.0/me/notifications/${id}`;
        expectFailure(await hub.get(at, { token }), 404, 'itemNotFound');
        expectFailure(
          await hub.ask('PATCH', at, { token, body: { readState: 'read' } }),
          404,
          'itemNotFound',
        );
        expectFailure(await hub.get(`${at}/deliveries`, { token }), 404, 'itemNotFound');
      },
    },
    {
      name: "another app's token may not use this app's host name",
      needs: ['otherAppToken'],
      async run(hub) {
        const token = hub.token('otherAppToken');
        const answer = await hub.ask('POST', '/v1.0/me/notifications', { token, body: hub.body() });
        expectFailure(answer, 403, 'accessDenied');
      },
    },
    {
      name: 'the app itself reads deliveries of what it created, with X-UNS-ID or under users/{id}, and nothing else',
      needs: ['appToken'],
      async run(hub) {
        const token = hub.token('appToken');
        const headers = { 'x-uns-id': await hub.device() };
        const { id } = await hub.posted();
        const own = `/v1.0/me/notifications/${id}/deliveries`;
        expectStatus(await hub.get(own, { token, headers }), 200);
        expectStatus(
          await hub.get(`/v1.0/users/${hub.user.id}/notifications/${id}/deliveries`, { token }),
          200,
        );
        expectFailure(await hub.get(own, { token }), 403, 'accessDenied');
        expectFailure(await hub.get('/v1.0/me/notifications', { token, headers }), 403, 'accessDenied');
      },
    },
    {
      name: "a person's token is no operator's: the admin API is 403",
      async run(hub) {
        for (const path of ['apps', 'audit', 'deliveries'])
          expectFailure(await hub.get(`/admin/${path}`), 403, 'accessDenied');
      },
    },
    {
      name: "an operator's token is for /admin alone, and nobody else's is for it",
      needs: ['operatorToken'],
      async run(hub) {
        const token = hub.token('operatorToken');
        for (const path of ['/admin/apps', '/admin/changeSubscriptions']) {
          const answer = await hub.get(path, { token });
          expectStatus(answer, 200);
          assert.ok(Array.isArray(answer.json.value), path);
          expectFailure(await hub.get(path), 403, 'accessDenied');
          expectFailure(await hub.get(path, { token: null }), 401, 'InvalidAuthenticationToken');
        }
        expectFailure(await hub.get('/v1.0/me/notifications', { token }), 403, 'accessDenied');
      },
    },
  ],
};
