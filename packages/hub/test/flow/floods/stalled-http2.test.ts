// Streams of HTTP/2 that make no progress: answers that are not taken, however small, and bodies that do not arrive. Each
// ends by itself after half a minute, and its connection serves on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { describe, type TestContext, test } from 'node:test';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';

const feed = '/v1.0/me/notifications';
/** bound: half a minute without progress, on a machine that is busy with other tests */
const endsWithinMs = 90_000;

async function openSession(
  context: TestContext,
  hub: TestHub,
  initialWindowSize: number,
): Promise<ClientHttp2Session> {
  const ca = readFileSync(hub.hub.caPath ?? '');
  const session = connect(hub.baseUrl.replace('http', 'https'), { ca, settings: { initialWindowSize } });
  context.after(() => session.destroy());
  await once(session, 'connect');
  return session;
}

async function startFilledHub(
  context: TestContext,
  bytes: number,
): Promise<{ hub: TestHub; authorization: string }> {
  const hub = await startHub({ settings: { 'tls-dev': true } });
  context.after(() => hub.close());
  const authorization = `Bearer ${hub.token({ user: 'alice' })}`;
  const session = await openSession(context, hub, 65_535);
  for (let left = bytes; left > 0; left -= 15_000) {
    const creating = session.request({
      ':method': 'POST',
      ':path': feed,
      authorization,
      'content-type': 'application/json',
    });
    creating.end(JSON.stringify(post({ payload: { rawContent: 'x'.repeat(Math.min(left, 15_000)) } })));
    const [headers] = await once(creating, 'response');
    assert.equal(headers[':status'], 201);
    creating.resume();
    await once(creating, 'close');
  }
  return { hub, authorization };
}

/** Until the hub has ended it. */
async function ended(stream: ClientHttp2Stream): Promise<void> {
  stream.on('error', () => {});
  if (!stream.closed) await once(stream, 'close', { signal: AbortSignal.timeout(endsWithinMs) });
}

/** The connection is as good as before. */
async function serves(session: ClientHttp2Session): Promise<void> {
  const asking = session.request({ ':path': '/healthz' });
  const [headers] = await once(asking, 'response');
  assert.equal(headers[':status'], 200);
  asking.close();
}

describe('over HTTP/2', { concurrency: true }, () => {
  for (const [what, bytes] of [
    ['a large answer', 100_000],
    ['an answer of 30 KB', 30_000],
    ['an answer of 100 bytes', 100],
  ] as const) {
    test(`${what} of which the client takes nothing ends after half a minute`, async (context) => {
      const { hub, authorization } = await startFilledHub(context, bytes);
      const session = await openSession(context, hub, 0);
      const stream = session.request({ ':path': feed, authorization });
      await once(stream, 'response');
      stream.resume();
      await ended(stream);
      await serves(session);
    });
  }

  test('an answer of which nothing is taken ends, though its connection sends other things', async (context) => {
    const { hub, authorization } = await startFilledHub(context, 30_000);
    const session = await openSession(context, hub, 0);
    const stream = session.request({ ':path': feed, authorization });
    await once(stream, 'response');
    stream.resume().on('error', () => {});
    const ping = () => new Promise((resolve) => session.ping(resolve));
    await until(() => ping().then(() => stream.closed), 'its end', endsWithinMs);
    await serves(session);
  });

  test('a body that does not arrive ends after half a minute', async (context) => {
    const { hub, authorization } = await startFilledHub(context, 0);
    const session = await openSession(context, hub, 65_535);
    const headers = { ':method': 'POST', ':path': feed, authorization, 'content-type': 'application/json' };
    const silent = session.request(headers);
    const begun = session.request(headers);
    begun.write('{"targetHostName":');
    await Promise.all([ended(silent), ended(begun)]);
    await serves(session);
  });
});
