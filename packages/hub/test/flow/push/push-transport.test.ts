// The HTTP client of the push channels against real servers: what it does when they answer, when they don't, and that
// an address which a device registered never leads inside.
import assert from 'node:assert/strict';
import {
  constants,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { until } from '@carillon/testing/hub/hub.ts';
import { startTransport, statuses, times } from '@carillon/testing/hub/transport.ts';
import { answer, listen, makeTls, serveHttp1, serveHttp2 } from '@carillon/testing/machine/http-servers.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { PushFailure, PushResponse } from '../../../src/push/channels/contract.ts';

const tls = await makeTls();
const open = (timeoutMs = 10_000) => startTransport({ extraCa: tls.ca, timeoutMs });

function onSession(call: (session: ServerHttp2Session) => void): (server: Http2Server) => void {
  return (server) => void server.on('session', call);
}

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = constants;

suite('HTTP/2', () => {
  test('many requests share one connection, at the same time', async () => {
    const waiting: ServerHttp2Stream[] = [];
    await using server = await serveHttp2(
      (stream) => {
        if (waiting.push(stream) === 50) for (const each of waiting) answer(each);
      },
      { tls },
    );
    await using transport = open();
    assert.deepEqual(statuses(await times(50, () => transport.post(server.url))), new Set([201]));
    assert.equal(server.connections, 1);
  });

  test('what was sent arrives, and the answer with its headers', async () => {
    let seen: unknown;
    await using server = await serveHttp2(
      (stream) => {
        stream.setEncoding('utf8');
        stream.once('data', (body: string) => {
          seen = body;
          stream.respond({ ':status': 400, 'apns-id': 'x', 'set-cookie': ['a=1', 'b=2'] });
          stream.end('{"reason":"BadDeviceToken"}');
        });
      },
      { tls },
    );
    await using transport = open();
    const outcome = await transport.post(server.url, { http2Only: true, body: Buffer.from('größe') });
    assert.equal(seen, 'größe');
    assert.ok('status' in outcome);
    assert.deepEqual([outcome.status, outcome.body], [400, '{"reason":"BadDeviceToken"}']);
    assert.deepEqual([outcome.headers['apns-id'], outcome.headers['set-cookie']], ['x', 'a=1, b=2']);
  });

  test('never more requests at once than the server allows on a connection', async () => {
    const now = new Map<Http2Session | undefined, number>();
    let most = 0;
    const count = (stream: ServerHttp2Stream, by: number) => {
      const open = (now.get(stream.session) ?? 0) + by;
      now.set(stream.session, open);
      most = Math.max(most, open);
    };
    await using server = await serveHttp2(
      (stream) => {
        const { session } = stream;
        count(stream, 1);
        stream.once('close', () => now.set(session, (now.get(session) ?? 0) - 1));
        answer(stream);
      },
      { tls, settings: { maxConcurrentStreams: 3 } },
    );
    await using transport = open();
    const outcomes = await times(40, () => transport.post(server.url, { http2Only: true }));
    assert.deepEqual(statuses(outcomes), new Set([201]));
    assert.ok(most <= 3, `${most} at once`);
    assert.ok(server.connections <= 2);
  });

  test('GOAWAY: what it did not take moves to a new connection, what it took is answered', async () => {
    const streams: ServerHttp2Stream[] = [];
    const answered: number[] = [];
    let retired = false;
    await using server = await serveHttp2(
      (stream) => {
        if (retired) {
          answered.push(stream.id ?? 0);
          answer(stream, 202);
          return;
        }
        if (streams.push(stream) < 6) return;
        retired = true;
        streams[0]?.session?.goaway(0, 5); // took 1, 3 and 5, of 1 to 11
        for (const each of streams) if ((each.id ?? 0) <= 5) answer(each, 201);
      },
      { tls },
    );
    await using transport = open();
    const outcomes = await times(6, () => transport.post(server.url));
    const found = outcomes.map((each) => ('status' in each ? each.status : each.reason));
    assert.deepEqual(found.sort(), [201, 201, 201, 202, 202, 202]);
    assert.equal(answered.length, 3, 'none was processed twice');
    assert.equal(server.connections, 2);
  });

  test('a server that goes away again and again loses no request and gets none twice', async () => {
    const seen: string[] = [];
    await using server = await serveHttp2(
      (stream, headers) => {
        seen.push(String(headers[':path']));
        answer(stream);
        if (stream.id === 59) stream.session?.close(); // after 30 of them, some more are under way
      },
      { tls },
    );
    await using transport = open();
    const outcomes = await times(10, async (worker) => {
      const found: (PushResponse | PushFailure)[] = [];
      for (let sent = 0; sent < 30; sent += 1) {
        found.push(await transport.post(`${server.url}/${worker}/${sent}`));
      }
      return found;
    });
    assert.deepEqual(statuses(outcomes.flat()), new Set([201]));
    assert.deepEqual([seen.length, new Set(seen).size], [300, 300]);
    assert.ok(server.connections > 5, `${server.connections} connections`);
  });

  test('a server that always goes away first is a reset that left nothing behind', async () => {
    const prepare = onSession((session) => session.goaway());
    await using server = await serveHttp2((stream) => answer(stream), { tls, prepare });
    await using transport = open();
    const outcome = await transport.post(server.url);
    assert.ok('failure' in outcome);
    assert.deepEqual([outcome.failure, outcome.unanswered], ['reset', false]);
    assert.ok(server.connections < 10, 'it is not tried for ever');
  });

  test('RST_STREAM ends one request, may have been taken, and leaves the connection', async () => {
    await using server = await serveHttp2(
      (stream) => {
        if (stream.id === 3) stream.close(NGHTTP2_CANCEL);
        else answer(stream);
      },
      { tls },
    );
    await using transport = open();
    await transport.post(server.url);
    const reset = await transport.post(server.url);
    assert.ok('failure' in reset);
    assert.deepEqual([reset.failure, reset.unanswered], ['reset', true]);
    assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
    assert.equal(server.connections, 1);
  });

  test('REFUSED_STREAM is tried once more, then told as not taken', async () => {
    let refusals = 1;
    let seen = 0;
    await using server = await serveHttp2(
      (stream) => {
        seen += 1;
        if (refusals-- > 0) stream.close(NGHTTP2_REFUSED_STREAM);
        else answer(stream);
      },
      { tls },
    );
    await using transport = open();
    assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
    refusals = Number.POSITIVE_INFINITY;
    seen = 0;
    const outcome = await transport.post(server.url);
    assert.deepEqual(outcome, { failure: 'reset', reason: 'HTTP2_7', unanswered: false });
    assert.equal(seen, 2);
  });

  test('a connection that breaks fails what was on it, once, and is replaced', async () => {
    let broken = false;
    let seen = 0;
    await using server = await serveHttp2(
      (stream) => {
        seen += 1;
        if (broken) answer(stream);
      },
      { tls },
    );
    await using transport = open();
    const outcomes = times(20, () => transport.post(server.url));
    await until(() => seen === 20);
    broken = true;
    for (const socket of server.sockets) socket.destroy();
    for (const each of await outcomes) {
      assert.ok('failure' in each);
      assert.deepEqual([each.failure, each.unanswered], ['reset', true]);
    }
    assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
    assert.deepEqual([seen, server.connections], [21, 2]);
  });

  test('a session that the server closes while idle is replaced unnoticed', async () => {
    const sessions: ServerHttp2Session[] = [];
    const prepare = onSession((session) => sessions.push(session));
    await using server = await serveHttp2((stream) => answer(stream), { tls, prepare });
    await using transport = open();
    for (const connections of [1, 2, 3]) {
      assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
      assert.equal(server.connections, connections);
      sessions.at(-1)?.close();
      await until(() => server.sockets.size === 0);
    }
  });

  test('a connection that has silently died is found out and replaced', async () => {
    await using server = await serveHttp2((stream) => answer(stream), { tls });
    const frozen = new Set<Socket>();
    const relayed = new Set<Socket>();
    const relay = createServer((client) => {
      const upstream = connect(server.port, '127.0.0.1');
      relayed.add(client);
      const pass = (from: Socket, to: Socket) =>
        from.on('data', (chunk) => void (frozen.has(client) || to.write(chunk)));
      pass(client, upstream);
      pass(upstream, client);
      for (const socket of [client, upstream]) socket.on('error', () => {});
      client.once('close', () => upstream.destroy());
    });
    await using between = await listen(relay, 'https');
    await using transport = open(300); // bound: how long a dead connection keeps a request
    assert.deepEqual(statuses([await transport.post(between.url)]), new Set([201]));
    for (const client of relayed) frozen.add(client);
    const lost = await transport.post(between.url);
    assert.ok('failure' in lost);
    assert.deepEqual([lost.failure, lost.unanswered], ['timeout', true]);
    await until(async () => 'status' in (await transport.post(between.url)), 'a new connection');
    assert.equal(between.connections, 2);
  });

  test('without TLS it is spoken by prior knowledge', async () => {
    await using server = await serveHttp2((stream) => answer(stream));
    await using transport = open();
    const send = () => transport.post(server.url, { http2Only: true });
    assert.deepEqual(statuses(await times(20, send)), new Set([201]));
    const { connections } = server;
    assert.deepEqual(statuses(await times(20, send)), new Set([201]));
    assert.equal(server.connections, connections, 'it is asked once');
  });

  test('without TLS and without HTTP/2, HTTP/1.1 does, and no request is sent twice', async () => {
    let seen = 0;
    await using server = await serveHttp1((request, response) => {
      seen += 1;
      request.resume().once('end', () => response.writeHead(201).end());
    });
    await using transport = open();
    for (let sent = 0; sent < 3; sent += 1) {
      assert.deepEqual(statuses([await transport.post(server.url, { http2Only: true })]), new Set([201]));
    }
    assert.equal(seen, 3);
    assert.ok(server.connections <= 3, 'one connection asked, at most two carried all');
  });

  test('only, from a server that has none over TLS, is a failure to connect', async () => {
    await using server = await serveHttp1((_, response) => response.end(), tls);
    await using transport = open();
    const outcome = await transport.post(server.url, { http2Only: true });
    assert.ok('failure' in outcome);
    assert.deepEqual([outcome.failure, outcome.unanswered], ['connect', false]);
  });
});

suite('HTTP/1.1', () => {
  test('connections are used again: two for one request after the other, four for many at once', async () => {
    for (const secure of [tls, undefined]) {
      await using server = await serveHttp1((request, response) => {
        request.resume().once('end', () => response.writeHead(201, { 'X-Name': 'value' }).end('done'));
      }, secure);
      await using transport = open();
      for (let sent = 0; sent < 5; sent += 1) {
        const outcome = await transport.post(server.url);
        assert.ok('status' in outcome);
        assert.deepEqual([outcome.status, outcome.body, outcome.headers['x-name']], [201, 'done', 'value']);
      }
      assert.ok(server.connections <= 2, `${server.connections} connections`);
      assert.deepEqual(statuses(await times(40, () => transport.post(server.url))), new Set([201]));
      assert.ok(server.connections <= 4, `${server.connections} connections`);
    }
  });

  test('the method, the path with its query, the headers and the length arrive', async () => {
    const seen: unknown[] = [];
    await using server = await serveHttp1(({ method, url, headers }, response) => {
      seen.push([method, url, headers['x-own'], headers['content-length']]);
      response.end();
    });
    await using transport = open();
    await transport.post(`${server.url}/a/b?c=d#e`, { headers: { 'X-Own': 'yes' } });
    await transport.post(`${server.url}/empty`, { body: '' });
    await transport.post(`${server.url}/gone`, { method: 'DELETE', body: '' });
    assert.deepEqual(seen, [
      ['POST', '/a/b?c=d', 'yes', '5'],
      ['POST', '/empty', undefined, '0'],
      ['DELETE', '/gone', undefined, undefined],
    ]);
  });

  test('a connection that breaks before the answer is a reset, and the next request gets another', async () => {
    let break_ = true;
    await using server = await serveHttp1((request, response) => {
      if (break_) request.socket.destroy();
      else response.writeHead(201).end();
    });
    await using transport = open();
    const outcome = await transport.post(server.url);
    assert.ok('failure' in outcome);
    assert.deepEqual([outcome.failure, outcome.unanswered], ['reset', true]);
    break_ = false;
    assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
  });
});

suite('an answer', () => {
  test('whose body breaks off is still one: its status has decided', async () => {
    await using first = await serveHttp1((_, response) => {
      response.writeHead(201, { 'content-length': 100 }).write('half', () => response.destroy());
    });
    await using second = await serveHttp2(
      (stream) => {
        stream.respond({ ':status': 201, 'content-length': 100 });
        stream.write('half', () => stream.session?.destroy());
      },
      { tls },
    );
    await using transport = open();
    for (const { url } of [first, second]) {
      const outcome = await transport.post(url);
      assert.ok('status' in outcome, JSON.stringify(outcome));
      assert.equal(outcome.status, 201);
    }
  });

  test('is read up to 16 KiB, even when it never ends', async () => {
    const chunk = 'x'.repeat(10_000);
    await using first = await serveHttp1((_, response) => {
      const more = () => void (response.destroyed || response.write(chunk, more));
      more();
    });
    await using second = await serveHttp2(
      (stream) => {
        stream.respond({ ':status': 200 });
        const more = () => void (stream.destroyed || stream.write(chunk, more));
        more();
      },
      { tls },
    );
    const clock = new ManualClock(); // no time passes, so that nothing but the size ends it
    await using transport = startTransport({ extraCa: tls.ca, clock });
    for (const { url } of [first, second]) {
      const outcome = await transport.post(url);
      assert.ok('status' in outcome, JSON.stringify(outcome));
      assert.deepEqual([outcome.status, outcome.body.length], [200, 16 * 1024]);
    }
  });

  test('that redirects is not followed', async () => {
    let followed = false;
    await using server = await serveHttp1(({ url }, response) => {
      if (url === '/there') followed = true;
      response.writeHead(307, { location: '/there' }).end();
    });
    await using transport = open();
    const outcome = await transport.post(`${server.url}/here`);
    assert.ok('status' in outcome);
    assert.deepEqual([outcome.status, outcome.headers.location, followed], [307, '/there', false]);
  });
});
