// Section 1: the same operations under both versions, and how paths may be written.
// Where a hub stands behind a proxy, these find paths and host names that the proxy changes.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectFailure, expectJson, expectStatus } from '../expect.ts';
import { versions } from '../subject.ts';

export const versionCases: Section = {
  number: '1',
  title: 'Versions',
  cases: [
    {
      name: 'every path exists under /beta and under /v1.0',
      async run(hub) {
        for (const version of versions) {
          for (const path of ['me/notifications', 'me/notificationSubscriptions', 'notificationKeys'])
            expectJson(await hub.get(`/${version}/${path}`));
        }
      },
    },
    {
      name: 'there is no other version',
      async run(hub) {
        expectFailure(await hub.get('/v2.0/me/notifications'), 404, 'itemNotFound');
      },
    },
    {
      name: 'a trailing slash is accepted everywhere',
      async run(hub) {
        const { id } = await hub.posted();
        for (const path of [
          'notifications/',
          `notifications/${id}/`,
          'notifications/delta/',
          'notifications/$count/',
        ])
          expectStatus(await hub.get(`/v1.0/me/${path}`), 200);
      },
    },
    {
      name: '$ may be written %24, in paths and in query options',
      async run(hub) {
        expectStatus(await hub.get('/beta/me/notifications/%24count'), 200);
        const { json } = await hub.get('/beta/me/notifications?%24top=1');
        assert.ok(json.value.length <= 1);
      },
    },
    {
      name: 'me may be written users/{id} and users/{userPrincipalName}',
      async run(hub) {
        const { id, name } = hub.user;
        for (const user of [id, name, encodeURIComponent(name)].filter((each) => each !== ''))
          expectJson(await hub.get(`/v1.0/users/${user}/notifications`));
      },
    },
    {
      name: "another user's path is 403",
      async run(hub) {
        for (const version of versions)
          expectFailure(
            await hub.get(`/${version}/users/nobody-${version}/notifications`),
            403,
            'accessDenied',
          );
      },
    },
    {
      name: 'absolute URLs are of the public URL, whatever Host and forwarded headers say',
      async run(hub) {
        const headers = {
          'x-forwarded-host': 'elsewhere.example',
          'x-forwarded-proto': 'gopher',
          forwarded: 'host=elsewhere.example',
        };
        const { headers: answered, json } = await hub.post({}, { headers });
        const made = answered.get('location') ?? '';
        assert.ok(!made.includes('elsewhere.example'), made);
        assert.ok(
          made.startsWith(`${hub.baseUrl}/v1.0/me/notifications/`),
          `${made} is not of ${hub.baseUrl}`,
        );
        assert.ok(
          json['@odata.context'].startsWith(`${hub.baseUrl}/v1.0/$metadata#`),
          json['@odata.context'],
        );
      },
    },
  ],
};
