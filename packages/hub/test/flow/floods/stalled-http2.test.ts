// Streams of HTTP/2 that make no progress: answers that are not taken, however small, and bodies that do not arrive. Each
// ends by itself after half a minute of the hub's clock, and its connection serves on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { describe, type TestContext, test } from 'node:test';
import { limits } from '@carillon/protocol';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const feed = '/v1.0/me/notifications';
/** How often the hub looks. */
const lookEveryMs = 2000;
/** Beyond it a session that has not answered a PING ends as a whole. */
const drivenMaxMs = 80_000;

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
): Promise<{ hub: TestHub; authorization: string; untilEnded: UntilEnded }> {
  const clock = new ManualClock();
  const hub = await startHub({ clock, settings: { 'tls-dev': true } });
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
  return { hub, authorization, untilEnded: drive(clock) };
}

type UntilEnded = (streams: readonly ClientHttp2Stream[], meanwhile?: () => unknown) => Promise<void>;

/** Lets time pass, with something else before each look of the hub's, until it has ended the streams: not before half a minute. */
function drive(clock: ManualClock): UntilEnded {
  return async (streams, meanwhile = () => {}) => {
    let drivenMs = 0;
    for (const stream of streams) stream.on('error', () => {});
    const areClosed = async () => {
      await meanwhile();
      const closed = streams.filter((stream) => stream.closed).length;
      if (closed > 0) assert.ok(drivenMs >= limits.stalledSeconds * 1000, `${drivenMs} ms`);
      if (closed === streams.length) return true;
      if (drivenMs >= drivenMaxMs) return false;
      drivenMs += lookEveryMs;
      clock.advance(lookEveryMs);
      return false;
    };
    await until(areClosed, 'the end of what makes no progress');
  };
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
      const { hub, authorization, untilEnded } = await startFilledHub(context, bytes);
      const session = await openSession(context, hub, 0);
      const stream = session.request({ ':path': feed, authorization });
      await once(stream, 'response');
      stream.resume();
      await untilEnded([stream]);
      await serves(session);
    });
  }

  test('an answer of which nothing is taken ends, though its connection sends other things', async (context) => {
    const { hub, authorization, untilEnded } = await startFilledHub(context, 30_000);
    const session = await openSession(context, hub, 0);
    const stream = session.request({ ':path': feed, authorization });
    await once(stream, 'response');
    stream.resume();
    await untilEnded([stream], () => new Promise((resolve) => session.ping(resolve)));
    await serves(session);
  });

  test('a body that does not arrive ends after half a minute', async (context) => {
    const { hub, authorization, untilEnded } = await startFilledHub(context, 0);
    const session = await openSession(context, hub, 65_535);
    const headers = { ':method': 'POST', ':path': feed, authorization, 'content-type': 'application/json' };
    const silent = session.request(headers);
    const begun = session.request(headers);
    begun.write('{"targetHostName":');
    await untilEnded([silent, begun]);
    await serves(session);
  });
});
