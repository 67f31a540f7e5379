import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { serveHttp1 } from '@carillon/testing/machine/http-servers.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { until } from '@carillon/testing/machine/until.ts';
import { openTransport, type TransportOptions } from '../push/transport/transport.ts';
import { asJson, pauseMs, postSigned } from './post.ts';
import { makeSigningSecret, signedHeaders } from './signature.ts';

const timeoutMs = 10_000;
const secrets = [makeSigningSecret()];

async function open(context: TestContext, listener: RequestListener, more: Partial<TransportOptions> = {}) {
  const clock = new ManualClock();
  const server = await serveHttp1(listener);
  const silenceMs = timeoutMs;
  const options = { clock, allowPrivate: true, extraCa: null, timeoutMs, silenceMs, ...more };
  const transport = openTransport(options);
  context.after(async () => {
    await transport.close();
    await server[Symbol.asyncDispose]();
  });
  const attempt = (url = server.url) =>
    postSigned({ id: 'msg_1', url, body: '{"value":[]}', ...asJson }, { secrets }, { transport, clock });
  return { attempt, clock, server };
}

const answers: [name: string, listener: RequestListener, taken: boolean, answer: string][] = [
  ['202', (_, response) => response.writeHead(202).end(), true, '202'],
  ['204', (_, response) => response.writeHead(204).end(), true, '204'],
  ['a redirect', (_, response) => response.writeHead(307, { location: '/' }).end(), false, '307'],
  ['410', (_, response) => response.writeHead(410).end(), false, '410'],
  ['a connection that breaks', (_, response) => response.destroy(), false, 'reset'],
  [
    'half an answer',
    (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      response.destroy();
    },
    false,
    'reset',
  ],
];
for (const [name, listener, taken, answer] of answers)
  test(`${name}: ${taken ? 'taken' : 'not taken'}`, async (context) => {
    const { attempt } = await open(context, listener);
    const outcome = await attempt();
    // Where the status came before the end, it is the answer.
    if (name === 'half an answer') assert.ok(['200', 'reset'].includes(outcome.answer));
    else assert.deepEqual([outcome.taken, outcome.answer], [taken, answer]);
  });

test('what hangs is given up after its time', async (context) => {
  let arrived = false;
  const { attempt, clock } = await open(context, () => {
    arrived = true;
  });
  const outcome = attempt();
  await until(() => arrived, 'the request');
  clock.advance(timeoutMs);
  assert.deepEqual(await outcome, { taken: false, answer: 'timeout', afterMs: null });
});

test('Retry-After is read as seconds and as a date', async (context) => {
  let after = '120';
  const { attempt, clock } = await open(context, (_, response) =>
    response.writeHead(429, { 'retry-after': after }).end(),
  );
  assert.equal((await attempt()).afterMs, 120_000);
  const at = (Math.floor(clock.now() / 1000) + 60) * 1000;
  after = new Date(at).toUTCString();
  assert.equal((await attempt()).afterMs, at - clock.now());
});

test('a name that leads inside when it is connected to gets nothing', async (context) => {
  let asked = 0;
  const { attempt, server } = await open(context, (_, response) => response.writeHead(200).end(), {
    allowPrivate: false,
    lookup: (_name, _options, callback) => {
      asked++;
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  const outcome = await attempt(server.url.replace('localhost', 'endpoint.example'));
  assert.deepEqual([outcome.taken, outcome.answer, asked], [false, 'forbidden', 1]);
  assert.equal(server.connections, 0);
});

test('pauses grow from a second to ten minutes', () => {
  const pauses = [1, 2, 3, 10, 30].map((attempts) => pauseMs(attempts, () => 1));
  assert.deepEqual(pauses, [1000, 2000, 4000, 512_000, 600_000]);
  assert.equal(
    pauseMs(1, () => 0),
    750,
  );
});

test('a secret that was replaced signs until its end', () => {
  const [current, old] = [makeSigningSecret(), { ...makeSigningSecret(), until: 10 }];
  const signed = (now: number) =>
    signedHeaders({ id: 'a', body: '{}', secrets: [current, old], now })['webhook-signature']?.split(' ')
      .length;
  assert.deepEqual([signed(9), signed(10)], [2, 1]);
});
