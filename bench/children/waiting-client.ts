// Keeps waits open in a process of its own, so that only the hub's memory counts. The first message says which, and each
// question is read once without waiting, so that the hub has seen its user; the second opens the waits. It answers each
// when that is done, asks anew for a wait whose time is over, and ends with the benchmark.
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import type { WaitOrder } from '../benchmarks/hub/waits.ts';
import { HttpConnection } from '../load/http-connection.ts';
import { responsePath } from '../load/question-requests.ts';
import { getRequest } from '../load/requests.ts';
import { sendAll } from '../load/send-all.ts';

type Asked = WaitOrder['questions'][number];

/** They begin, and so end, spread over a minute: what a burst of them takes is not what they keep. */
const atOnce = 50;
const pauseMs = 300;
const waitSeconds = 60;
const stillOpen = 204;

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
process.once('message', async (order: WaitOrder) => {
  await read(order);
  process.once('message', async () => {
    await open(order);
    process.send?.('open');
  });
  process.send?.('read');
});

async function read({ port, streamsPerConnection, questions }: WaitOrder): Promise<void> {
  if (streamsPerConnection === 0) {
    const requests = questions.map(({ user, id }) => getRequest(user, responsePath(id, 0)));
    return sendAll(port, requests, stillOpen);
  }
  const session = openSession(port);
  for (const question of questions) await readOver(session, question, 0);
  session.removeAllListeners('close').close();
}

async function open({ port, streamsPerConnection, questions }: WaitOrder): Promise<void> {
  let session: ClientHttp2Session | null = null;
  for (const [index, question] of questions.entries()) {
    if (streamsPerConnection === 0) keepOverHttp1(port, question);
    else {
      if (index % streamsPerConnection === 0 || !session) session = openSession(port);
      void keepOverHttp2(session, question);
    }
    if (index % atOnce === 0) await delay(pauseMs);
  }
}

function keepOverHttp1(port: number, { user, id }: Asked): void {
  const connection = new HttpConnection(port, fail);
  const request = getRequest(user, responsePath(id, waitSeconds));
  const ask = (): void => connection.send(request, (status) => (status === stillOpen ? ask() : fail(status)));
  ask();
}

function openSession(port: number): ClientHttp2Session {
  const session = connectHttp2(`https://localhost:${port}`, {
    rejectUnauthorized: false,
    lookup: (_host, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  return session.on('error', fail).on('close', () => fail('the connection ended'));
}

async function keepOverHttp2(session: ClientHttp2Session, question: Asked): Promise<void> {
  for (;;) await readOver(session, question, waitSeconds);
}

async function readOver(session: ClientHttp2Session, { user, id }: Asked, seconds: number): Promise<void> {
  const stream = session.request({
    ':path': responsePath(id, seconds),
    authorization: `Bearer ${user.token}`,
  });
  const [{ ':status': status }] = await once(stream, 'response');
  if (status !== stillOpen) fail(status);
  stream.resume();
  if (!stream.closed) await once(stream, 'close');
}

function fail(why: unknown): void {
  console.error('a wait ended:', why);
  process.exit(1);
}
