// Eight devices that send frames as fast as they can. The hub answers others meanwhile, counts the frames against the
// user's allowance, and closes with a reason what goes beyond it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers';
import { streamPath } from '@carillon/testing/feed/readers.ts';
import { post, startHub, subscribe, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { WebSocket } from 'ws';

const feed = '/v1.0/me/notifications';
const sockets = 8;
const framesEach = 20_000;
const framesInBurst = 50;

interface Flooder {
  readonly socket: WebSocket;
  readonly frames: { readonly type: string; readonly cursor?: string; readonly reason?: string }[];
}

async function openFlooder(hub: TestHub, unsId: string): Promise<Flooder> {
  const headers = { authorization: `Bearer ${hub.token({ user: 'alice' })}`, 'x-uns-id': unsId };
  const socket = new WebSocket(hub.baseUrl.replace('http', 'ws') + streamPath({}), { headers });
  const frames: Flooder['frames'] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  socket.on('error', () => {});
  await once(socket, 'open');
  return { socket, frames };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Sends in bursts, each once the one before has left, until all are sent or the hub has closed. */
async function flood({ socket }: Flooder, send: () => void): Promise<void> {
  for (let sent = 0; sent < framesEach && socket.readyState === socket.OPEN; sent += framesInBurst) {
    for (let each = 0; each < framesInBurst; each++) send();
    await nextTurn();
    while (socket.bufferedAmount > 0 && socket.readyState === socket.OPEN) await nextTurn();
  }
}

async function startFlood(context: TestContext, throttle: string) {
  const hub = await startHub({ settings: { throttle } });
  const token = hub.token({ user: 'alice' });
  const devices = await Promise.all(
    Array.from({ length: sockets }, (_, index) =>
      subscribe(hub, { token, installationId: `device ${index}` }),
    ),
  );
  const flooders = await Promise.all(devices.map((unsId) => openFlooder(hub, unsId)));
  context.after(async () => {
    for (const { socket } of flooders) socket.terminate();
    await hub.close();
  });
  await hub.request('POST', feed, { token, body: post() });
  await until(() => flooders.every(({ frames }) => frames.some(({ type }) => type === 'change')));
  const cursors = flooders[0]?.frames.flatMap(({ cursor }) => cursor ?? []) ?? [];
  const answersMeanwhile = async (floods: Promise<void>[]): Promise<void> => {
    for (let each = 0; each < 20; each++) {
      // bound: an answer that takes this long is what the flood did before acknowledgements were merged
      const answer = await fetch(`${hub.baseUrl}/healthz`, { signal: AbortSignal.timeout(5000) });
      assert.equal(answer.status, 200);
    }
    await Promise.all(floods);
  };
  return { hub, token, flooders, cursors, answersMeanwhile };
}

const kinds: Readonly<Record<string, (socket: WebSocket, cursors: readonly string[], nth: number) => void>> =
  {
    acknowledgements: (socket, cursors, nth) =>
      socket.send(JSON.stringify({ type: 'ack', cursor: cursors[nth % cursors.length] })),
    'other texts': (socket) => socket.send('{"type":"hello"}'),
    'binary messages': (socket) => socket.send(Buffer.from([1])),
    pings: (socket) => socket.ping(),
    pongs: (socket) => socket.pong(),
  };

describe('a flood of frames over eight WebSockets', { concurrency: true }, () => {
  for (const [kind, send] of Object.entries(kinds)) {
    test(`${kind}: beyond the user's allowance each stream gets its bye, and others are answered`, async (context) => {
      const { hub, flooders, cursors, answersMeanwhile } = await startFlood(context, '40');
      let nth = 0;
      const floods = flooders.map((flooder) =>
        flood(flooder, () => {
          if (flooder.socket.readyState === WebSocket.OPEN) send(flooder.socket, cursors, nth++);
        }),
      );
      await answersMeanwhile(floods);
      await until(() => flooders.every(({ socket }) => socket.readyState !== WebSocket.OPEN));
      for (const { frames } of flooders) {
        const last = frames.at(-1);
        assert.deepEqual([last?.type, last?.reason], ['bye', 'throttled']);
      }
      const bob = await hub.request('GET', feed, { token: hub.token({ user: 'bob' }) });
      assert.equal(bob.status, 200);
    });
  }

  test('with throttling off: others are answered, and a post reaches every stream afterwards', async (context) => {
    const { hub, token, flooders, cursors, answersMeanwhile } = await startFlood(context, 'off');
    let nth = 0;
    const floods = flooders.map((flooder) =>
      flood(flooder, () => flooder.socket.send(JSON.stringify({ type: 'ack', cursor: cursors[nth++ % 2] }))),
    );
    await answersMeanwhile(floods);
    const { status, json } = await hub.request('POST', feed, { token, body: post() });
    assert.equal(status, 201);
    await until(() => flooders.every(({ frames }) => JSON.stringify(frames.at(-1)).includes(json.id)));
  });
});
