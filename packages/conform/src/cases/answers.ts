// Section 11: what answers say of themselves: ETags, compression, HEAD.
// A deployment's proxy may change any of it.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { gunzipSync } from 'node:zlib';
import type { Section } from '../case.ts';
import { expectStatus } from '../expect.ts';
import type { Subject } from '../subject.ts';

const feed = '/v1.0/me/notifications';

/** The bytes as they came: fetch would unpack them. */
function rawGet(
  hub: Subject,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ encoding: string | undefined; bytes: Buffer }> {
  const url = new URL(hub.baseUrl + path);
  const send = url.protocol === 'https:' ? secureRequest : request;
  return new Promise((resolve, reject) => {
    const asked = send(
      url,
      { headers: { authorization: `Bearer ${hub.token('token')}`, ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          resolve({ encoding: answer.headers['content-encoding'], bytes: Buffer.concat(parts) }),
        );
        answer.on('error', reject);
      },
    );
    asked.on('error', reject).end();
  });
}

export const answeredCases: Section = {
  number: '11',
  title: 'Answers',
  cases: [
    {
      name: 'items have an @odata.etag, which is the ETag of the one',
      async run(hub) {
        const { id } = await hub.posted();
        const { json } = await hub.get(`${feed}?$top=1`);
        const { headers } = await hub.get(`${feed}/${id}`);
        assert.equal(json.value[0]['@odata.etag'], headers.get('etag'));
      },
    },
    {
      name: 'If-None-Match with the ETag is 304 without a body, after a change 200',
      async run(hub) {
        const { id } = await hub.posted();
        const etag = (await hub.get(`${feed}/${id}`)).headers.get('etag') ?? '';
        const again = await hub.get(`${feed}/${id}`, { headers: { 'if-none-match': etag } });
        expectStatus(again, 304);
        assert.equal(again.text, '');
        await hub.ask('PATCH', `${feed}/${id}`, { body: { readState: 'read' } });
        expectStatus(await hub.get(`${feed}/${id}`, { headers: { 'if-none-match': etag } }), 200);
      },
    },
    {
      name: 'HEAD is where GET is, with the same headers and no body',
      async run(hub) {
        const { id } = await hub.posted();
        for (const path of [feed, `${feed}/${id}`, '/v1.0/notificationKeys']) {
          const [head, get] = [await hub.ask('HEAD', path), await hub.get(path)];
          expectStatus(head, 200);
          assert.equal(head.text, '');
          assert.equal(head.headers.get('etag'), get.headers.get('etag'));
          assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
        }
      },
    },
    {
      name: 'an answer over 1 KiB is compressed when it is asked for, and not otherwise',
      async run(hub) {
        const { id } = await hub.posted({ payload: { rawContent: 'conformance '.repeat(500) } });
        const plain = await rawGet(hub, `${feed}/${id}`, { 'accept-encoding': 'identity' });
        const packed = await rawGet(hub, `${feed}/${id}`, { 'accept-encoding': 'gzip' });
        assert.deepEqual([plain.encoding, packed.encoding], [undefined, 'gzip']);
        assert.equal(
          JSON.parse(gunzipSync(packed.bytes).toString()).id,
          JSON.parse(plain.bytes.toString()).id,
        );
      },
    },
  ],
};
