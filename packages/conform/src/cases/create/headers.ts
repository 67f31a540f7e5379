// Section 2.1: the headers of a create.
// Bodies are sent packed, unpacked and with headers that a create refuses.
import assert from 'node:assert/strict';
import { deflateSync, gzipSync } from 'node:zlib';
import type { Section } from '../../case.ts';
import { expectFailure, expectIds, expectInvalid, expectStatus } from '../../expect.ts';
import type { Subject } from '../../subject.ts';

const path = '/beta/me/notifications/';

async function postWith(hub: Subject, headers: Readonly<Record<string, string>>, body: unknown = hub.body()) {
  const answer = await hub.ask('POST', path, { headers, body });
  hub.keep(answer);
  return answer;
}

export const headerCases: Section = {
  number: '2.1',
  title: 'Headers of a create',
  cases: [
    {
      name: 'without Authorization it is 401 with WWW-Authenticate',
      async run(hub) {
        const answer = await hub.ask('POST', path, { token: null, body: hub.body() });
        expectFailure(answer, 401, 'InvalidAuthenticationToken');
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
      },
    },
    {
      name: 'the scheme is taken in any case',
      async run(hub) {
        for (const scheme of ['bearer', 'BEARER']) {
          const headers = { authorization: `${scheme} ${hub.token('token')}` };
          expectStatus(await hub.ask('GET', path, { token: null, headers }), 200);
        }
      },
    },
    {
      name: "X-UNS-ID of one of the user's devices addresses the user",
      async run(hub) {
        const uns = await hub.device();
        const made = await postWith(hub, { 'x-uns-id': uns });
        expectStatus(made, 201);
        expectStatus(await hub.get(`/v1.0/me/notifications/${made.json.id}`), 200);
      },
    },
    {
      name: 'an unknown X-UNS-ID is 403',
      async run(hub) {
        expectFailure(await postWith(hub, { 'x-uns-id': 'unknown' }), 403, 'accessDenied');
      },
    },
    {
      name: "another user's X-UNS-ID is 403",
      needs: ['secondToken'],
      async run(hub) {
        const foreign = await hub.device({}, { token: hub.token('secondToken') });
        expectFailure(await postWith(hub, { 'x-uns-id': foreign }), 403, 'accessDenied');
        await hub.ask('DELETE', `/v1.0/me/notificationSubscriptions/${foreign}`, {
          token: hub.token('secondToken'),
        });
      },
    },
    {
      name: 'an app-only token needs X-UNS-ID: without it 403, with it 201 and Location below users/{id}',
      needs: ['appToken'],
      async run(hub) {
        const token = hub.token('appToken');
        expectFailure(await hub.ask('POST', path, { token, body: hub.body() }), 403, 'accessDenied');
        const headers = { 'x-uns-id': await hub.device() };
        const made = await hub.ask('POST', path, { token, body: hub.body(), headers });
        expectStatus(made, 201);
        hub.keep(made);
        assert.ok(made.headers.get('location')?.startsWith(`${hub.baseUrl}/beta/users/`));
      },
    },
    {
      name: 'Content-Type is application/json, with parameters too; another is 415',
      async run(hub) {
        expectStatus(await postWith(hub, { 'content-type': 'application/json; charset=utf-8' }), 201);
        for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])
          expectFailure(await postWith(hub, { 'content-type': type }), 415, 'unsupportedMediaType');
      },
    },
    {
      name: 'gzip, deflate and identity are understood; another encoding is 415',
      async run(hub) {
        const text = JSON.stringify(hub.body());
        expectStatus(await postWith(hub, { 'content-encoding': 'gzip' }, gzipSync(text)), 201);
        expectStatus(await postWith(hub, { 'content-encoding': 'deflate' }, deflateSync(text)), 201);
        expectStatus(await postWith(hub, { 'content-encoding': 'identity' }, text), 201);
        for (const encoding of ['br', 'compress'])
          expectFailure(await postWith(hub, { 'content-encoding': encoding }), 415, 'unsupportedMediaType');
      },
    },
    {
      name: 'the bound of the body holds after decompression',
      async run(hub) {
        const bomb = gzipSync(JSON.stringify(hub.body({ groupName: 'x'.repeat(2_000_000) })));
        expectFailure(await postWith(hub, { 'content-encoding': 'gzip' }, bomb), 413, 'requestTooLarge');
      },
    },
    {
      name: 'If-Modified-Since and If-Range are 400',
      async run(hub) {
        expectInvalid(await postWith(hub, { 'if-modified-since': 'Wed, 29 Aug 2018 23:51:33 GMT' }));
        expectInvalid(await postWith(hub, { 'if-range': '"x"' }));
      },
    },
    {
      name: 'a GUID in client-request-id is echoed; otherwise it equals request-id',
      async run(hub) {
        const id = '71e62feb-8d72-4912-8b2c-4cee9d89e781';
        expectIds(await postWith(hub, { 'client-request-id': id }), id);
        expectIds(await postWith(hub, {}));
        expectIds(await postWith(hub, { 'client-request-id': 'no guid' }));
      },
    },
    {
      name: 'Prefer: return=minimal is 201 without a body',
      async run(hub) {
        const answer = await postWith(hub, { prefer: 'return=minimal' });
        expectStatus(answer, 201);
        assert.equal(answer.text, '');
        const location = answer.headers.get('location') ?? '';
        expectStatus(await hub.get(location), 200);
        expectStatus(await hub.ask('DELETE', location), 204);
      },
    },
  ],
};
