// That a wrong answer of a hub fails the tests, by name: planted ones, and the answers of a description that is read by itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { answerFault } from './answer-fault.ts';
import { watched } from './served-answers.ts';

const context = "https://hub.example/v1.0/$metadata#users('a')/notifications";
const read = (more: object) =>
  answerFault({
    ...{ method: 'GET', url: '/v1.0/me/notifications', status: 200, type: 'application/json', coding: '' },
    body: Buffer.from(JSON.stringify({ '@odata.context': context, value: [] })),
    ...more,
  });
const json = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)) });
const refusal = {
  error: {
    ...{ code: 'itemNotFound', message: 'There is none.' },
    innerError: { date: '2026-11-30T00:00:00', 'request-id': 'a', 'client-request-id': 'a' },
  },
};

test('an answer that is as it is described has no fault, in each form of its path', () => {
  assert.equal(read({}), null);
  assert.equal(read({ url: '/beta/me/notifications/?$top=1' }), null);
  assert.equal(read({ url: '/v1.0/users/bob/notifications' }), null);
  assert.equal(read({ method: 'HEAD', body: Buffer.alloc(0) }), null);
  const body = brotliCompressSync(JSON.stringify({ '@odata.context': context, value: [] }));
  assert.equal(read({ coding: 'br', body }), null);
  assert.equal(read({ status: 404, ...json(refusal) }), null);
  assert.equal(
    read({ method: 'DELETE', url: '/v1.0/me/notifications/1', status: 204, type: '', body: Buffer.alloc(0) }),
    null,
  );
  assert.equal(read({ url: '/v1.0/notificationKeys', ...json({ vapidPublicKey: 'B' }) }), null);
  // No part of the API.
  assert.equal(read({ url: '/inbox/config.json', ...json({}) }), null);
});

test('a fault is named by method, path, status and member', () => {
  const of = (more: object): string => read(more) ?? 'none';
  assert.equal(of({ status: 202 }), 'GET /v1.0/me/notifications answered 202, which it does not list');
  assert.match(of(json({ value: [{ id: 7 }] })), /answered 200, where value\.0\.id must be string/);
  assert.match(
    of(json({ value: [], color: 1 })),
    /where its body must NOT have additional properties.*color/,
  );
  assert.match(
    of(json({ '@odata.context': context.replace('notifications', 'letters'), value: [] })),
    /leads nowhere: .*letters/,
  );
  assert.match(
    of({ status: 404, ...json({ error: { code: 'itemNotFound' } }) }),
    /where error must have required property/,
  );
  assert.match(of({ status: 500, type: 'text/html' }), /no body of JSON/);
  assert.match(of({ type: 'text/plain' }), /which is text\/plain/);
  const responses = [{ id: '1', status: 404, headers: {}, body: { error: 'none' } }];
  assert.match(
    of({ method: 'POST', url: '/v1.0/$batch', ...json({ responses }) }),
    /where error must be object/,
  );
});

test('a wrong answer fails the test that asked for it, of a hub in its process or in another', () => {
  const file = join(import.meta.dirname, 'planted', 'wrong-answers.ts');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [...watched, '--test', file], {
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 1, stdout);
  for (const path of ['/v1.0/me', '/beta/me'])
    assert.ok(stdout.includes(`GET ${path} answered 200, where id must be string`), stdout);
});
