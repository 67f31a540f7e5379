// Holds many streams open in a process of its own, so that only the hub's memory counts. Each message tells it
// what to open; it answers `open` when that is open, and ends with the benchmark.
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { StreamOrder } from '../benchmarks/hub/streams.ts';
import { streamRequest } from '../load/stream-connection.ts';

const atOnce = 32;

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
process.on('message', (order: StreamOrder) => void hold(order));

async function hold(order: StreamOrder): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < order.count) await open(order, order.tokens[next++ % order.tokens.length] as string);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  process.send?.('open');
}

function open(order: StreamOrder, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onText = (text: string): void => {
      if (text.includes('"type":"ready"')) resolve();
    };
    const onEnd = (): void => {
      reject(new Error('a stream ended'));
      process.exit(1);
    };
    if (order.kind === 'h2') openHttp2(order.port, token, onText, onEnd);
    else openSocket(order, token, onText, onEnd);
  });
}

function openSocket(
  { port, kind, tls }: StreamOrder,
  token: string,
  onText: (text: string) => void,
  onEnd: () => void,
): void {
  const socket = tls
    ? connectTls({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
    : connect({ port, host: '127.0.0.1' });
  socket.setEncoding('latin1');
  socket.on('data', onText).on('error', onEnd).on('end', onEnd);
  socket.write(streamRequest(kind === 'ws' ? 'ws' : 'sse', token));
}

/** A connection of its own for each: sharing one would hide what a session costs. */
function openHttp2(port: number, token: string, onText: (text: string) => void, onEnd: () => void): void {
  const session = connectHttp2(`https://localhost:${port}`, {
    rejectUnauthorized: false,
    lookup: (_host, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  session.on('error', onEnd).on('close', onEnd);
  const stream = session.request({
    ':path': '/beta/me/notifications/stream',
    authorization: `Bearer ${token}`,
    accept: 'text/event-stream',
  });
  stream.setEncoding('latin1');
  stream.on('data', onText).on('error', onEnd).on('close', onEnd);
}
