// Section 11: the documents that describe the API.
// They must describe what this deployment answers, at the URL that it is called by.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectInvalid, expectStatus } from '../expect.ts';
import { contextFault } from '../metadata-context.ts';
import { versions } from '../subject.ts';

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
    {
      name: '/docs is a page that loads nothing from another host',
      async run(hub) {
        const page = await hub.get('/docs', { token: null });
        expectStatus(page, 200);
        assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
        const { host } = new URL(hub.baseUrl);
        const foreign = [...page.text.matchAll(/(?:src|href)=["']?(?:https?:)?\/\/([^/"'\s>]+)/g)]
          .map(([, name]) => name)
          .filter((name) => name !== host);
        assert.deepEqual(foreign, []);
      },
    },
    {
      name: '$metadata is CSDL 4.0 as XML, needs no token, and is JSON with $format=json',
      async run(hub) {
        for (const version of versions) {
          const xml = await hub.get(`/${version}/$metadata`, { token: null });
          expectStatus(xml, 200);
          assert.match(xml.headers.get('content-type') ?? '', /^application\/xml\b/);
          assert.equal(xml.headers.get('odata-version'), '4.0');
          assert.match(xml.text, /<edmx:Edmx[^>]* Version="4\.0/);
          const json = await hub.get(`/${version}/$metadata?$format=json`, { token: null });
          expectStatus(json, 200);
          assert.match(json.headers.get('content-type') ?? '', /^application\/json\b/);
          assert.match(json.json.$Version, /^4\.0/);
          const accept = { accept: 'application/json' };
          const asked = await hub.get(`/${version}/$metadata`, { token: null, headers: accept });
          assert.deepEqual(asked.json, json.json);
        }
        expectInvalid(await hub.get('/v1.0/$metadata?$format=atom', { token: null }), '$format');
      },
    },
    {
      name: '$metadata has a HEAD and an ETag, and If-None-Match is 304',
      async run(hub) {
        const path = '/v1.0/$metadata';
        const etag = (await hub.get(path, { token: null })).headers.get('etag') ?? '';
        assert.notEqual(etag, '');
        expectStatus(await hub.get(path, { token: null, headers: { 'if-none-match': etag } }), 304);
        const head = await hub.ask('HEAD', path, { token: null });
        assert.deepEqual([head.status, head.text, head.headers.get('etag')], [200, '', etag]);
      },
    },
    {
      name: 'each @odata.context leads to something in $metadata',
      async run(hub) {
        const metadata = (await hub.get('/v1.0/$metadata?$format=json', { token: null })).json;
        const made = await hub.posted();
        const of = `/v1.0/me/notifications/${made.id}`;
        const places = [
          ...['/v1.0/me', of, `${of}?$select=id`, '/v1.0/me/notifications', '/v1.0/me/notifications/delta'],
          ...['/v1.0/me/notificationSubscriptions', '/v1.0/notificationKeys', '/v1.0/subscriptions'],
        ];
        const answers = await Promise.all(places.map((place) => hub.get(place)));
        for (const { json } of [{ json: made }, ...answers]) {
          const context = json['@odata.context'];
          assert.ok(context.startsWith(`${hub.baseUrl}/v1.0/$metadata#`), context);
          assert.equal(contextFault(metadata, context), null, context);
        }
      },
    },
    {
      name: 'each member of a notification is a property of its type in $metadata',
      async run(hub) {
        const metadata = (await hub.get('/v1.0/$metadata?$format=json', { token: null })).json;
        const { notification } = metadata['microsoft.graph'];
        const members = Object.keys(await hub.posted()).filter((name) => !name.includes('@'));
        for (const name of members) assert.ok(name in notification, name);
      },
    },
  ],
};
