// Sections 2.3 to 2.5: what a create answers, the shape of failures, and the table of statuses.
// Each status is brought about under both versions, as far as that can be done from outside.
import assert from 'node:assert/strict';
import type { Section } from '../../case.ts';
import type { Ask } from '../../exchange.ts';
import { expectFailure, expectJson, expectStatus, utc, uuid7 } from '../../expect.ts';
import { type Subject, versions } from '../../subject.ts';

export const answerCases: Section = {
  number: '2.3',
  title: 'Success of a create',
  cases: [
    {
      name: '201 with Location, which can be fetched and has the same ETag',
      async run(hub) {
        for (const version of versions) {
          const made = await hub.post({}, { version });
          expectJson(made, 201);
          const location = made.headers.get('location') ?? '';
          assert.equal(location, `${hub.baseUrl}/${version}/me/notifications/${made.json.id}`);
          const fetched = await hub.get(location);
          expectJson(fetched);
          assert.equal(fetched.headers.get('etag'), made.headers.get('etag'));
          assert.equal(fetched.json.id, made.json.id);
        }
      },
    },
    {
      name: 'the whole entity: an id of UUID version 7, dates in UTC with three decimals, the state of a new one',
      async run(hub) {
        const body = {
          groupName: 'g',
          priority: 'Low',
          targetPolicy: { platformTypes: ['windows', 'android'] },
        };
        const made = await hub.posted(body);
        assert.match(made.id, uuid7);
        for (const date of [made.createdDateTime, made.lastModifiedDateTime, made.expirationDateTime])
          assert.match(date, utc);
        assert.match(made['@odata.context'], /\/v1\.0\/\$metadata#users\('.*'\)\/notifications\/\$entity$/);
        const { targetHostName, groupName, priority, targetPolicy, payload, fallbackPolicy } = made;
        assert.deepEqual(
          { groupName, priority, targetPolicy, payload, fallbackPolicy },
          { ...body, payload: { visualContent: { title: 'Conformance' } }, fallbackPolicy: null },
        );
        assert.equal(targetHostName.toLowerCase(), hub.host.toLowerCase());
        const { contentVersion, readState, userActionState, snoozeUntilDateTime, appNotificationId } = made;
        assert.deepEqual(
          [contentVersion, readState, userActionState, snoozeUntilDateTime, appNotificationId],
          [1, 'unread', 'noInteraction', null, null],
        );
      },
    },
    {
      name: '…/notifications/, …/notifications/$ref, users/{id} and the alias me/activities create as well',
      async run(hub) {
        const { id, name } = hub.user;
        const users = ['me', `users/${id}`, ...(name ? [`users/${encodeURIComponent(name)}`] : [])];
        for (const user of users) {
          for (const path of ['notifications/', 'notifications/$ref', 'activities', 'activities/']) {
            const made = await hub.ask('POST', `/beta/${user}/${path}`, { body: hub.body() });
            expectJson(made, 201);
            hub.keep(made);
          }
        }
      },
    },
  ],
};

const missing = '/me/notifications/0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa';

interface Row {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly beta: number;
  /** Where /v1.0 answers otherwise. */
  readonly v1?: number;
  readonly code: string;
  readonly ask?: (body: Readonly<Record<string, unknown>>) => Ask;
}

const invalid = { beta: 400, code: 'invalidRequest' };
const denied = { beta: 403, code: 'accessDenied' };
const nobody = { beta: 401, code: 'InvalidAuthenticationToken' };
const changed = (more: object) => (body: object) => ({ body: { ...body, ...more } });

const rows: readonly Row[] = [
  { name: 'an array', ask: (body) => ({ body: [body] }), ...invalid },
  { name: 'a member of the wrong type', ask: changed({ targetPolicy: 'windows' }), ...invalid },
  {
    name: 'another @odata.type',
    ask: changed({ '@odata.type': '#microsoft.graph.userActivity' }),
    beta: 401,
    v1: 400,
    code: 'invalidRequest',
  },
  { name: 'no token', ask: (body) => ({ body, token: null }), ...nobody },
  { name: 'a token that is none', ask: (body) => ({ body, token: 'none' }), ...nobody },
  { name: 'a foreign host name', ask: changed({ targetHostName: 'elsewhere.example' }), ...denied },
  { name: 'another user', path: '/users/nobody/notifications', ...denied },
  { name: 'an unknown X-UNS-ID', ask: (body) => ({ body, headers: { 'x-uns-id': 'unknown' } }), ...denied },
  { name: 'an unknown notification', method: 'GET', path: missing, beta: 404, code: 'itemNotFound' },
  { name: 'an unknown path', method: 'GET', path: '/me/nothing', beta: 404, code: 'itemNotFound' },
  { name: 'a method that the path has not', method: 'PUT', beta: 405, code: 'methodNotAllowed' },
  {
    name: 'a body of 70 KB',
    ask: changed({ groupName: 'x'.repeat(70_000) }),
    beta: 413,
    code: 'requestTooLarge',
  },
  {
    name: 'another media type',
    ask: (body) => ({ body, headers: { 'content-type': 'text/plain' } }),
    beta: 415,
    code: 'unsupportedMediaType',
  },
];

export const errorCases: Section = {
  number: '2.4',
  title: 'Errors',
  cases: [
    {
      name: "Graph's shape on every path, unknown routes included",
      async run(hub) {
        for (const path of ['/nothing', '/v1.0', '/v1.0/me/nothing/at/all', '/beta/users'])
          expectFailure(await hub.get(path), 404, 'itemNotFound');
      },
    },
    {
      name: 'a failure names the member that is wrong',
      async run(hub) {
        const answer = await hub.post(hub.visual({ title: 'x'.repeat(2000) }));
        expectFailure(answer, 400, 'invalidRequest', 'payload.visualContent.title');
      },
    },
    {
      name: 'a message holds no token',
      async run(hub) {
        const token = `${hub.token('token')}x`;
        const answer = await hub.get('/v1.0/me/notifications', { token });
        expectFailure(answer, 401, 'InvalidAuthenticationToken');
        assert.ok(!answer.text.includes(token.slice(-40)));
      },
    },
  ],
};

export const statusCases: Section = {
  number: '2.5',
  title: 'Status codes',
  cases: [
    ...rows.map((row) => ({
      name: `${row.name} is ${row.beta}${row.v1 ? ` under /beta and ${row.v1} under /v1.0` : ''}`,
      run: (hub: Subject) => expectRow(hub, row),
    })),
    {
      name: '405 names the methods in Allow',
      async run(hub) {
        const { headers } = await hub.ask('PUT', '/v1.0/me/notifications', { body: {} });
        const allowed = (headers.get('allow') ?? '').split(/, */);
        assert.ok(allowed.includes('GET') && allowed.includes('POST'), allowed.join());
      },
    },
    {
      name: 'of several faults the first of the order is answered: 401 before 415, 415 before 413, 400 before 403',
      async run(hub) {
        const at = '/v1.0/me/notifications';
        const text = { 'content-type': 'text/plain' };
        const large = 'x'.repeat(70_000);
        expectStatus(await hub.ask('POST', at, { token: null, headers: text, body: large }), 401);
        expectStatus(await hub.ask('POST', at, { headers: text, body: large }), 415);
        expectStatus(await hub.post({ targetHostName: 'elsewhere.example', priority: 'Urgent' }), 400);
      },
    },
    {
      name: 'a browser may ask first, from anywhere',
      async run(hub) {
        const answer = await hub.ask('OPTIONS', '/v1.0/me/notifications', {
          token: null,
          headers: {
            origin: 'https://page.example',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization, content-type, x-uns-id',
          },
        });
        expectStatus(answer, 204);
        assert.match(answer.headers.get('access-control-allow-methods') ?? '', /POST/);
        const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/, */);
        for (const name of [
          'authorization',
          'content-type',
          'content-encoding',
          'x-uns-id',
          'if-match',
          'prefer',
        ])
          assert.ok(allowed.includes(name), name);
      },
    },
  ],
};

async function expectRow(hub: Subject, row: Row): Promise<void> {
  const { method = 'POST', path = '/me/notifications', beta, v1 = beta, code } = row;
  const ask = row.ask?.(hub.body()) ?? (method === 'GET' ? {} : { body: hub.body() });
  expectFailure(await hub.ask(method, `/beta${path}`, ask), beta, code);
  expectFailure(await hub.ask(method, `/v1.0${path}`, ask), v1, code);
}
