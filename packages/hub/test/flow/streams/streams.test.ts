import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import {
  edges,
  openHttp2Reader,
  openSession,
  openSseReader,
  openWebSocketReader,
  type Reader,
  Refused,
  type SseReader,
} from '@carillon/testing/feed/readers.ts';
import { assertRetry } from '@carillon/testing/hub/assert-error.ts';
import { allScope, post, startHub, subscribe, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const feed = '/v1.0/me/notifications';
const longSeconds = 1_000_000;

/** A hub whose clock stands still, and a token that outlives every test. */
async function start() {
  const clock = new ManualClock();
  const hub = await startHub({ clock });
  const token = hub.token({ user: 'alice', lifetimeSeconds: longSeconds });
  return {
    hub,
    clock,
    token,
    baseUrl: hub.baseUrl,
    send: (more = {}, by = token) => send(hub, by, more),
    [Symbol.asyncDispose]: () => hub.close(),
  };
}

async function send(hub: TestHub, token: string, more = {}): Promise<Notification> {
  const { status, json, text } = await hub.request('POST', feed, { token, body: post(more) });
  assert.equal(status, 201, text);
  const { '@odata.context': _, ...notification } = json;
  return notification as Notification;
}

async function patch(hub: TestHub, token: string, id: string, body: object): Promise<void> {
  const { status, text } = await hub.request('PATCH', `${feed}/${id}`, { token, body });
  assert.equal(status, 200, text);
}

/** Seconds of the wheel, one by one. */
function seconds(clock: ManualClock, count: number): void {
  for (let second = 0; second < count; second++) clock.advance(1000);
}

const idOf = ({ value }: { value: { id: string } }) => value.id;

for (const [edge, open] of edges) {
  describe(`over ${edge}`, () => {
    test('a stream begins with ready, then tells every change with the count right after it', async () => {
      await using running = await start();
      const { hub, token, baseUrl, send } = running;
      await send();
      const reader = await open({ baseUrl, token });
      const ready = await reader.next('ready');
      assert.deepEqual([ready.unreadCount, ready.heartbeatSeconds], [1, 25]);
      assert.equal(reader.frames[0], ready);
      const made = await send();
      const told = await reader.next('change');
      assert.deepEqual([told.value, told.unreadCount], [made, 2]);
      await patch(hub, token, made.id, { userActionState: 'dismissed' });
      const dismissed = (await reader.next('change', 2)).value as Notification;
      assert.deepEqual([dismissed.id, dismissed.userActionState], [made.id, 'dismissed']);
      await hub.request('DELETE', `${feed}/${made.id}`, { token });
      const removed = await reader.next('change', 3);
      assert.deepEqual(removed.value, { id: made.id, '@removed': { reason: 'deleted' } });
      assert.equal(removed.unreadCount, 1);
    });

    test('it tells that preferences changed, in a position with their ETag, and in ready when they were set before', async () => {
      await using running = await start();
      const { hub, token, baseUrl, send } = running;
      const set = async (mutes: readonly object[]): Promise<string> => {
        const answer = await hub.request('PATCH', '/v1.0/me/notificationPreferences', {
          token,
          body: { mutes },
        });
        assert.equal(answer.status, 200, answer.text);
        return String(answer.headers.etag);
      };
      const reader = await open({ baseUrl, token });
      assert.equal((await reader.next('ready')).preferences, undefined);
      await send();
      await reader.next('change');
      const etag = await set([{ groupName: 'builds' }]);
      const told = await reader.next('position');
      assert.deepEqual([told.preferences, told.unreadCount], [etag, 1]);
      const made = await send();
      assert.equal(idOf((await reader.next('change', 2)) as { value: Notification }), made.id);
      const next = await set([]);
      assert.equal((await reader.next('position', 2)).preferences, next);
      const resumed = await open({ baseUrl, token, query: `?$deltatoken=${told.cursor}` });
      assert.equal((await resumed.next('ready')).preferences, next);
      assert.equal(idOf((await resumed.next('change')) as { value: Notification }), made.id);
      assert.equal(reader.frames.length, 5, 'each once');
    });

    test('resumed by a cursor it tells the latest states since then once, in order, and goes on live', async () => {
      await using running = await start();
      const { hub, token, baseUrl, send } = running;
      const reader = await open({ baseUrl, token });
      const { cursor } = await reader.next('ready');
      reader.leave();
      const [one, two, three] = [await send(), await send(), await send()];
      await patch(hub, token, one.id, { readState: 'read' });
      await hub.request('DELETE', `${feed}/${two.id}`, { token });
      const again = await open({ baseUrl, token, query: `?$deltatoken=${cursor}` });
      assert.equal((await again.next('ready')).unreadCount, 1);
      const changes = [1, 2, 3].map((nth) => again.next('change', nth));
      assert.deepEqual((await Promise.all(changes)).map(idOf), [three.id, one.id, two.id]);
      const live = await send();
      assert.equal(idOf(await again.next('change', 4)), live.id);
      const ids = again.frames.flatMap((frame) => ('cursor' in frame ? [frame.cursor] : []));
      assert.equal(new Set(ids).size, ids.length);
    });

    test('Last-Event-ID goes before the token of the URL, as a browser sends both', async () => {
      await using running = await start();
      const { token, baseUrl, send } = running;
      const reader = await open({ baseUrl, token });
      const { cursor } = await reader.next('ready');
      await send();
      const last = await reader.next('change');
      const newest = await send();
      const headers = { 'last-event-id': last.cursor };
      const again = await open({ baseUrl, token, query: `?$deltatoken=${cursor}`, headers });
      assert.equal(idOf(await again.next('change')), newest.id);
      const latest = await open({ baseUrl, token, query: '?$deltatoken=latest' });
      await latest.next('ready');
      await send();
      await latest.next('change');
      assert.equal(latest.frames.length, 2);
    });

    test('a cursor of another user or app, and a forged one, get resync and the end', async () => {
      await using running = await start();
      const { hub, token, baseUrl } = running;
      const reader = await open({ baseUrl, token });
      const { cursor } = await reader.next('ready');
      const bob = hub.token({ user: 'bob' });
      const other = hub.token({ user: 'alice', app: 'app-b' });
      const all = hub.token({ user: 'alice', scopes: [allScope] });
      const foreign = [bob, other, all].map((by) => ({ token: by, query: `?$deltatoken=${cursor}` }));
      for (const ask of [...foreign, { token, query: '?$deltatoken=forged' }]) {
        const refused = await open({ baseUrl, ...ask });
        await until(refused.closed);
        assert.deepEqual(refused.frames, [{ type: 'resync', reason: 'cursorInvalid' }]);
      }
    });

    test('a cursor below a purged tombstone gets resync cursorTooOld, one of a quiet feed never dies', async () => {
      await using running = await start();
      const { hub, clock, token, baseUrl, send } = running;
      // Nothing else may be in it: what expires meanwhile is a change too.
      const { id } = await send();
      const early = await open({ baseUrl, token });
      const { cursor } = await early.next('ready');
      await hub.request('DELETE', `${feed}/${id}`, { token });
      const { cursor: late } = await early.next('change');
      early.leave();
      clock.advance(31 * 86_400_000);
      const fresh = hub.token({ user: 'alice' });
      const retry = async () => {
        clock.advance(60_000);
        const again = await open({ baseUrl, token: fresh, query: `?$deltatoken=${cursor}` });
        await until(() => again.frames.length > 0);
        again.leave();
        return again.frames.find(({ type }) => type === 'resync');
      };
      assert.deepEqual(await until(retry), { type: 'resync', reason: 'cursorTooOld' });
      const kept = await open({ baseUrl, token: fresh, query: `?$deltatoken=${late}` });
      await kept.next('ready');
    });

    test('every 25 seconds a quiet stream gets a heartbeat and nothing else', async () => {
      await using running = await start();
      const { clock, token, baseUrl, send } = running;
      await send();
      const reader = await open({ baseUrl, token });
      await reader.next('ready');
      for (let beat = 1; beat <= 4; beat++) {
        seconds(clock, 25);
        await until(() => reader.beats() >= beat, `beat ${beat}`);
        assert.equal(reader.beats(), beat);
      }
      assert.equal(reader.frames.length, 1);
    });

    test("another app's changes are not told; the position is, at most once a minute", async () => {
      await using running = await start();
      const { hub, clock, token, baseUrl, send } = running;
      const other = hub.token({ user: 'alice', app: 'app-b', lifetimeSeconds: longSeconds });
      const reader = await open({ baseUrl, token });
      await reader.next('ready');
      const foreign = { targetHostName: 'b.example' };
      await send(foreign, other);
      seconds(clock, 25);
      const position = await reader.next('position');
      assert.equal(position.unreadCount, 0);
      await send(foreign, other);
      seconds(clock, 50);
      await until(() => reader.beats() === 2);
      assert.equal(reader.frames.length, 2);
      seconds(clock, 25);
      await reader.next('position', 2);
      const own = await send();
      const resumed = await open({ baseUrl, token, query: `?$deltatoken=${position.cursor}` });
      assert.equal(idOf(await resumed.next('change')), own.id);
      assert.equal((await reader.next('change')).unreadCount, 1);
    });

    test('who may see all apps is told of all, and each is told its own unread count', async () => {
      await using running = await start();
      const { hub, token, baseUrl, send } = running;
      const other = hub.token({ user: 'alice', app: 'app-b' });
      const all = hub.token({ user: 'alice', scopes: [allScope] });
      const bob = hub.token({ user: 'bob' });
      const [own, inbox, foreign] = await Promise.all(
        [token, all, bob].map((by) => open({ baseUrl, token: by })),
      );
      await Promise.all([own, inbox, foreign].map((reader) => (reader as Reader).next('ready')));
      await send({ targetHostName: 'b.example' }, other);
      await send();
      await send({}, bob);
      const counts = (reader: Reader | undefined) =>
        reader?.frames.flatMap((frame) => (frame.type === 'change' ? [frame.unreadCount] : []));
      await Promise.all([own?.next('change'), inbox?.next('change', 2), foreign?.next('change')]);
      assert.deepEqual([counts(own), counts(inbox), counts(foreign)], [[1], [1, 2], [1]]);
    });

    test('when the token is over, and its minute of grace, the stream is told so and closed', async () => {
      await using running = await start();
      const { hub, clock, baseUrl } = running;
      const reader = await open({ baseUrl, token: hub.token({ user: 'alice', lifetimeSeconds: 100 }) });
      const lasting = await open({
        baseUrl,
        token: hub.token({ user: 'alice', lifetimeSeconds: longSeconds }),
      });
      await Promise.all([reader.next('ready'), lasting.next('ready')]);
      seconds(clock, 155);
      assert.equal(reader.closed(), false);
      seconds(clock, 35);
      await until(reader.closed);
      assert.deepEqual(reader.frames.at(-1), { type: 'bye', reason: 'tokenExpired', retryAfterMs: 0 });
      assert.equal(lasting.closed(), false);
    });

    test('a hub that closes says bye to every stream, each with its own moment to come back', async () => {
      await using running = await start();
      const { hub, token, baseUrl } = running;
      const readers = await Promise.all(Array.from({ length: 10 }, () => open({ baseUrl, token })));
      await Promise.all(readers.map((reader) => reader.next('ready')));
      const closed = hub.close();
      const byes = await Promise.all(readers.map((reader) => reader.next('bye')));
      await closed;
      for (const { reason, retryAfterMs } of byes) {
        assert.equal(reason, 'drain');
        assert.ok(retryAfterMs >= 500 && retryAfterMs <= 5500, `${retryAfterMs}`);
      }
      assert.ok(new Set(byes.map(({ retryAfterMs }) => retryAfterMs)).size > 1);
    });

    test('a ticket opens one stream, once, within a minute, as whoever asked for it', async () => {
      await using running = await start();
      const { hub, clock, token, baseUrl, send } = running;
      const headers = { 'x-uns-id': await subscribe(hub, { token }) };
      const ticket = async () => {
        const { status, json } = await hub.request('POST', `${feed}/streamTicket`, { token, headers });
        assert.deepEqual([status, json.expiresInSeconds], [200, 60]);
        return `?ticket=${json.ticket}`;
      };
      const query = await ticket();
      clock.advance(59_999);
      const reader = await open({ baseUrl, query });
      await reader.next('ready');
      const made = await send();
      assert.equal(idOf(await reader.next('change')), made.id);
      const again = open({ baseUrl, query });
      await assert.rejects(again, (error) => error instanceof Refused && error.answer.status === 401);
      const late = await ticket();
      clock.advance(60_000);
      for (const wrong of [late, '?ticket=forged', '?ticket='])
        await assert.rejects(
          open({ baseUrl, query: wrong }),
          (error) => error instanceof Refused && error.answer.status === 401,
        );
    });
  });
}

test('the X-UNS-ID of a ticket must still be the caller’s when the stream opens', async () => {
  await using running = await start();
  const { hub, token, baseUrl } = running;
  const unsId = await subscribe(hub, { token });
  const headers = { 'x-uns-id': unsId };
  const { json } = await hub.request('POST', `${feed}/streamTicket`, { token, headers });
  await hub.request('DELETE', `/v1.0/me/notificationSubscriptions/${unsId}`, { token });
  const opened = openSseReader({ baseUrl, query: `?ticket=${json.ticket}` });
  await assert.rejects(opened, (error) => error instanceof Refused && error.answer.status === 403);
});

test('a ticket opens nothing but a stream', async () => {
  await using running = await start();
  const { hub, token } = running;
  const { json } = await hub.request('POST', `${feed}/streamTicket`, { token });
  const { status } = await hub.request('GET', `${feed}/delta?ticket=${json.ticket}`);
  assert.equal(status, 401);
});

test('over SSE the event is named by its type and its id is the cursor', async () => {
  await using running = await start();
  const { token, baseUrl, send } = running;
  const reader = await openSseReader({ baseUrl, token });
  await send();
  await reader.next('change');
  assert.match(reader.headers['content-type'] ?? '', /^text\/event-stream/);
  assert.equal(reader.headers['cache-control'], 'no-store, no-transform');
  const events = reader.sent.map(({ event, id }) => ({ event, id }));
  const frames = reader.frames.map((frame) => ({ event: frame.type, id: 'cursor' in frame && frame.cursor }));
  assert.deepEqual(events, frames);
});

test('without Accept of an event stream and without an upgrade a stream is refused', async () => {
  await using running = await start();
  const { hub, token } = running;
  for (const headers of [{}, { accept: 'application/json' }]) {
    const { status, json } = await hub.request('GET', `${feed}/stream`, { token, headers });
    assert.deepEqual([status, json.error.code], [400, 'invalidRequest']);
  }
});

test('an upgrade without a token is refused as any request is', async () => {
  await using running = await start();
  const { baseUrl } = running;
  await assert.rejects(openWebSocketReader({ baseUrl }), (error) => {
    assert.ok(error instanceof Refused);
    assert.equal(error.answer.status, 401);
    assert.equal(JSON.parse(error.answer.text).error.code, 'InvalidAuthenticationToken');
    return true;
  });
});

/** Large enough that a few hundred fill every buffer between the hub and a device that does not read. */
const large = { payload: { rawContent: 'x'.repeat(30_000) } };
const largeCount = 400;

for (const [edge, open] of edges) {
  test(`over ${edge} who does not read is closed after 30 s as a slow consumer, and holds nobody up`, async () => {
    await using running = await start();
    const { hub, clock, token, baseUrl, send } = running;
    const [slow, quick] = [await open({ baseUrl, token }), await open({ baseUrl, token })];
    await Promise.all([slow.next('ready'), quick.next('ready')]);
    slow.pause();
    for (let sent = 0; sent < largeCount; sent += 40)
      await Promise.all(Array.from({ length: 40 }, () => send(large)));
    await quick.next('change', largeCount);
    seconds(clock, 30);
    assert.equal(hub.hub.fanOut.open, 2);
    seconds(clock, 2);
    slow.resume();
    await until(slow.closed);
    const last = slow.frames.at(-1);
    assert.deepEqual(last, { type: 'bye', reason: 'slowConsumer', retryAfterMs: 1000 });
    const told = slow.frames.filter(({ type }) => type === 'change').length;
    assert.ok(told < largeCount, `${told} were told`);
    await send();
    await quick.next('change', largeCount + 1);
  });

  test(`over ${edge} who reads again in time is told the rest from the feed, without a gap`, async () => {
    await using running = await start();
    const { clock, token, baseUrl, send } = running;
    const reader = await open({ baseUrl, token });
    await reader.next('ready');
    reader.pause();
    const made: string[] = [];
    for (let sent = 0; sent < largeCount; sent += 40) {
      const ids = await Promise.all(Array.from({ length: 40 }, () => send(large)));
      made.push(...ids.map(({ id }) => id));
    }
    seconds(clock, 20);
    reader.resume();
    await reader.next('change', largeCount);
    const told = reader.frames.flatMap((frame) => (frame.type === 'change' ? [idOf(frame)] : []));
    assert.deepEqual(told.toSorted(), made.toSorted());
    await send();
    await reader.next('change', largeCount + 1);
    assert.equal(reader.closed(), false);
  });

  test(`over ${edge} who never reads again is cut, and its place is free`, async () => {
    await using running = await start();
    const { hub, clock, token, baseUrl, send } = running;
    const reader = await open({ baseUrl, token });
    await reader.next('ready');
    reader.pause();
    for (let sent = 0; sent < largeCount; sent += 40)
      await Promise.all(Array.from({ length: 40 }, () => send(large)));
    seconds(clock, 31);
    seconds(clock, 6);
    await until(() => hub.hub.fanOut.open === 0);
    reader.leave();
  });
}

test('a user has at most 2 000 streams, and one that ends makes room', async () => {
  await using running = await start();
  const { hub, token, baseUrl } = running;
  const readers: SseReader[] = [];
  while (readers.length < 2000) {
    const more = Array.from({ length: 100 }, () => openSseReader({ baseUrl, token }));
    readers.push(...(await Promise.all(more)));
  }
  const refused = openSseReader({ baseUrl, token });
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof Refused);
    assert.equal(error.answer.status, 429);
    assertRetry(error.answer.headers, 2000);
    return true;
  });
  const bob = await openSseReader({ baseUrl, token: hub.token({ user: 'bob' }) });
  await bob.next('ready');
  readers[0]?.leave();
  await until(() => hub.hub.fanOut.open === 2000);
  const next = await openSseReader({ baseUrl, token });
  await next.next('ready');
  for (const reader of [...readers, bob, next]) reader.leave();
});

test('over TLS and HTTP/2 many streams share a session, and the drain ends them and the session', async () => {
  const hub = await startHub({ settings: { 'tls-dev': true } });
  const baseUrl = hub.baseUrl.replace('http://127.0.0.1', 'https://localhost');
  const session = openSession(baseUrl, readFileSync(hub.hub.caPath ?? ''));
  const token = hub.token({ user: 'alice' });
  const readers = await Promise.all([1, 2, 3].map(() => openHttp2Reader(session, { token })));
  await Promise.all(readers.map((reader) => reader.next('ready')));
  assert.equal(session.alpnProtocol, 'h2');
  const request = session.request({
    ':method': 'POST',
    ':path': feed,
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  });
  request.end(JSON.stringify(post()));
  request.resume();
  await Promise.all(readers.map((reader) => reader.next('change')));
  await hub.close();
  for (const reader of readers) {
    assert.equal((await reader.next('bye')).reason, 'drain');
    assert.ok(reader.closed());
  }
  await until(() => session.closed);
});
