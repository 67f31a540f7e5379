// Section 11: the document that describes the API.
// It must describe what this deployment answers, at the URL that it is called by.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectStatus } from '../expect.ts';

export const documentCases: Section = {
  number: '11',
  title: 'Documents',
  cases: [
    {
      name: '/openapi.json is OpenAPI 3.1, needs no token, and has the paths that answer',
      async run(hub) {
        const answer = await hub.get('/openapi.json', { token: null });
        expectStatus(answer, 200);
        assert.match(answer.json.openapi, /^3\.1\./);
        const paths = Object.keys(answer.json.paths);
        for (const path of [
          '/me/notifications',
          '/me/notificationSubscriptions',
          '/$batch',
          '/subscriptions',
        ])
          assert.ok(
            paths.some((each) => each.endsWith(path)),
            path,
          );
      },
    },
    {
      name: '/openapi.json has an ETag, and If-None-Match is 304',
      async run(hub) {
        const etag = (await hub.get('/openapi.json', { token: null })).headers.get('etag') ?? '';
        assert.notEqual(etag, '');
        const headers = { 'if-none-match': etag };
        expectStatus(await hub.get('/openapi.json', { token: null, headers }), 304);
      },
    },
  ],
};
