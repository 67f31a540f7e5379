// What the HTTP client of the push channels refuses, and where its patience and its room end: private addresses by
// whatever way they are named, certificates that nobody vouches for, time, connections and waiting requests.
import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import type { ServerResponse } from 'node:http';
import { suite, test } from 'node:test';
import { freePort, until } from '@carillon/testing/hub/hub.ts';
import { startTransport, statuses, times } from '@carillon/testing/hub/transport.ts';
import { answer, makeTls, serveHttp1, serveHttp2 } from '@carillon/testing/machine/http-servers.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { PushFailure } from '../../../src/push/channels/contract.ts';
import type { LookupAll } from '../../../src/push/transport/guard.ts';

const tls = await makeTls();
const forbidden: PushFailure = { failure: 'forbidden', reason: 'PRIVATE_ADDRESS', unanswered: false };
const ok = (_: unknown, response: ServerResponse) => void response.writeHead(201).end();

/** Answers with one list of addresses after the other, the last one for ever. */
function resolving(...answers: readonly string[][]): { lookup: LookupAll; count: () => number } {
  let count = 0;
  const lookup: LookupAll = (_, __, callback) => {
    const addresses = answers[Math.min(count, answers.length - 1)] ?? [];
    count += 1;
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup, count: () => count };
}

suite('an address that a device registered', () => {
  test('is refused when it is a private one, before anything connects', async () => {
    await using server = await serveHttp1(ok);
    await using transport = startTransport();
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::ffff:127.0.0.1]',
      '0x7f.1',
      '[::1]',
      '[64:ff9b::127.0.0.1]',
    ]) {
      const outcome = await transport.post(`http://${host}:${server.port}`, { trusted: false });
      assert.deepEqual(outcome, forbidden, host);
    }
    assert.equal(server.connections, 0);
  });

  test('is refused when its name resolves to a private one, even beside public ones', async () => {
    await using server = await serveHttp1(ok);
    for (const addresses of [
      ['127.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      ['::ffff:127.0.0.1'],
      ['fd00::1', '2606:4700::1'],
    ]) {
      const { lookup, count } = resolving(addresses);
      await using transport = startTransport({ lookup });
      for (const http2Only of [false, true]) {
        const outcome = await transport.post(`http://push.example:${server.port}`, {
          trusted: false,
          http2Only,
        });
        assert.deepEqual(outcome, forbidden, String(addresses));
      }
      assert.equal(count(), 2);
    }
    assert.equal(server.connections, 0);
  });

  test('is refused although its name was public when it was registered', async () => {
    await using server = await serveHttp1(ok);
    const { lookup } = resolving(['8.8.8.8'], ['127.0.0.1']);
    lookup('push.example', { all: true }, () => {}); // whoever checked it before
    await using transport = startTransport({ lookup });
    assert.deepEqual(
      await transport.post(`http://push.example:${server.port}`, { trusted: false }),
      forbidden,
    );
    assert.equal(server.connections, 0);
  });

  test('is resolved once for a connection: the address that was checked is the one connected to', async () => {
    await using server = await serveHttp1(ok);
    const { lookup, count } = resolving(['127.0.0.1'], ['127.9.9.9']);
    await using transport = startTransport({ lookup });
    assert.deepEqual(statuses([await transport.post(`http://push.example:${server.port}`)]), new Set([201]));
    assert.equal(count(), 1);
  });

  test('does not get through on a connection that an operator’s address has opened', async () => {
    await using server = await serveHttp2((stream) => answer(stream), { tls });
    await using transport = startTransport({ extraCa: tls.ca });
    assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
    assert.deepEqual(await transport.post(server.url, { trusted: false }), forbidden);
    assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
    assert.equal(server.connections, 1);
  });

  test('may be private where the operator allows it', async () => {
    await using server = await serveHttp1(ok);
    await using transport = startTransport({ allowPrivate: true });
    assert.deepEqual(statuses([await transport.post(server.url, { trusted: false })]), new Set([201]));
  });
});

suite('a certificate', () => {
  test('of an authority that is handed in is trusted, otherwise the failure names what is wrong', async () => {
    await using server = await serveHttp2((stream) => answer(stream), { tls });
    await using trusting = startTransport({ extraCa: tls.ca });
    await using other = startTransport({ extraCa: (await makeTls()).ca });
    await using plain = startTransport();
    assert.deepEqual(statuses([await trusting.post(server.url)]), new Set([201]));
    for (const transport of [other, plain]) {
      const outcome = await transport.post(server.url);
      assert.ok('failure' in outcome);
      assert.deepEqual([outcome.failure, outcome.unanswered], ['connect', false]);
      assert.match(outcome.reason, /^UNABLE_TO_VERIFY|^SELF_SIGNED|^UNABLE_TO_GET|^CERT_SIGNATURE/);
    }
  });

  test('for another name is refused', async () => {
    await using server = await serveHttp2((stream) => answer(stream), { tls });
    await using transport = startTransport({ extraCa: tls.ca, lookup: resolving(['127.0.0.1']).lookup });
    const outcome = await transport.post(`https://push.example:${server.port}`);
    assert.deepEqual(outcome, {
      failure: 'connect',
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
      unanswered: false,
    });
  });
});

suite('the time of a request', () => {
  for (const http2Only of [false, true]) {
    test(`ends it after 10 s, answered or not (${http2Only ? 'HTTP/2' : 'HTTP/1.1'})`, async () => {
      const clock = new ManualClock();
      let seen = 0;
      const never = () => {
        seen += 1;
      };
      await using server = http2Only ? await serveHttp2(never) : await serveHttp1(never);
      await using transport = startTransport({ clock });
      const outcome = transport.post(server.url, { http2Only });
      await until(() => seen === 1);
      clock.advance(10_000);
      assert.deepEqual(await outcome, { failure: 'timeout', reason: 'timeout', unanswered: true });
    });
  }

  test('counts the wait for a connection, and then nothing was sent', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const lookup: LookupAll = () => {
      asked += 1;
    };
    await using transport = startTransport({ clock, lookup });
    const outcomes = times(20, () => transport.post('https://push.example'));
    await until(() => asked > 0);
    clock.advance(10_000);
    for (const each of await outcomes) {
      assert.deepEqual(each, { failure: 'timeout', reason: 'timeout', unanswered: false });
    }
  });
});

suite('a connection', () => {
  test('that is refused fails everyone who waits for it, without an attempt for each', async () => {
    const { lookup, count } = resolving(['127.0.0.1']);
    const port = await freePort();
    await using transport = startTransport({ lookup });
    for (const http2Only of [false, true]) {
      const send = () => transport.post(`http://push.example:${port}`, { http2Only });
      for (const each of await times(100, send)) {
        assert.deepEqual(each, { failure: 'connect', reason: 'ECONNREFUSED', unanswered: false });
      }
    }
    assert.ok(count() <= 12, `${count()} attempts`);
  });

  test('without a request is closed after a while', async () => {
    for (const server of [await serveHttp1(ok), await serveHttp2((stream) => answer(stream), { tls })]) {
      await using transport = startTransport({ extraCa: tls.ca, idleMs: 50 });
      assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
      await until(() => server.sockets.size === 0);
      assert.deepEqual(statuses([await transport.post(server.url)]), new Set([201]));
      await server[Symbol.asyncDispose]();
    }
  });

  test('beyond the bound closes the idle one that was used least recently', async () => {
    const servers = await times(3, () => serveHttp1(ok));
    const [first, second, third] = servers;
    assert.ok(first && second && third);
    await using transport = startTransport({ connectionsMax: 2 });
    for (const each of [first, second, first, third]) {
      assert.deepEqual(statuses([await transport.post(each.url)]), new Set([201]));
    }
    assert.deepEqual(
      servers.map(({ connections }) => connections),
      [1, 1, 1],
    );
    await until(() => second.sockets.size === 0);
    assert.deepEqual([first.sockets.size, third.sockets.size], [1, 1]);
    for (const each of servers) await each[Symbol.asyncDispose]();
  });

  test('beyond the bound waits while all are in use', async () => {
    const held: ServerResponse[] = [];
    await using busy = await serveHttp1((_, response) => void held.push(response));
    await using other = await serveHttp1(ok);
    await using transport = startTransport({ connectionsMax: 1 });
    const first = transport.post(busy.url);
    await until(() => held.length === 1);
    const second = transport.post(other.url);
    assert.equal(other.connections, 0);
    held[0]?.writeHead(204).end();
    assert.deepEqual(statuses([await first]), new Set([204]));
    assert.deepEqual(statuses([await second]), new Set([201]));
  });
});

test('requests beyond what an origin or all together may have fail at once', async () => {
  const clock = new ManualClock();
  await using server = await serveHttp1(() => {});
  await using transport = startTransport({ clock, requestsPerOrigin: 3, requestsMax: 5 });
  const full = { failure: 'connect', reason: 'QUEUE_FULL', unanswered: false };
  const waiting = [0, 1, 2].map(() => transport.post(server.url));
  assert.deepEqual(await transport.post(server.url), full);
  const elsewhere = [0, 1].map(() => transport.post(server.url, { http2Only: true }));
  assert.deepEqual(await transport.post(server.url, { http2Only: true }), full);
  await transport.close();
  const outcomes = await Promise.all([...waiting, ...elsewhere]);
  assert.ok(outcomes.every((each) => 'failure' in each));
});

test('nothing rejects: not what is no request, nor after the end', async () => {
  const transport = startTransport();
  const invalid = { failure: 'connect', reason: 'INVALID_URL', unanswered: false };
  assert.deepEqual(await transport.post('ftp://push.example/'), invalid);
  assert.deepEqual(await transport.post('push.example'), invalid);
  const broken = await transport.post('https://push.example/', { headers: { 'x-broken': 'a\r\nb: c' } });
  assert.ok('failure' in broken && !broken.unanswered);
  await transport.close();
  assert.deepEqual(await transport.post('https://push.example/'), { ...invalid, reason: 'CLOSED' });
});
