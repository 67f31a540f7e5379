// A reverse proxy before a real hub that plants one fault at a time in what passes: cases that can't see it prove nothing.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export interface Passing {
  readonly method: string;
  /** With the query. */
  path: string;
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Changes what was asked (before the hub sees it) or what was answered. */
export interface Fault {
  readonly asked?: (passing: Passing) => void;
  readonly answered?: (passing: Passing) => void;
  /** Of streams, block by block. */
  readonly frame?: (text: string) => string;
}

export interface MutatingProxy {
  readonly url: string;
  /** Where it sends what it is asked. */
  upstream: string;
  fault: Fault;
  close(): Promise<void>;
}

export async function openMutatingProxy(): Promise<MutatingProxy> {
  const proxy = { upstream: '', fault: {} as Fault };
  const server = createServer((asked, answer) => {
    pass(asked, answer, proxy).catch(() => answer.destroy());
  });
  // A WebSocket passes as it is.
  server.on('upgrade', ({ method, url, rawHeaders }, socket, head) => {
    const there = connect(Number(new URL(proxy.upstream).port), '127.0.0.1');
    const lines = rawHeaders.map((text, at) => (at % 2 ? `${text}\r\n` : `${text}: `)).join('');
    there.write(`${method} ${url} HTTP/1.1\r\n${lines}\r\n`);
    there.write(head);
    there.pipe(socket).pipe(there);
    for (const each of [there, socket]) each.on('error', () => there.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function pass(
  asked: IncomingMessage,
  answer: ServerResponse,
  { upstream, fault }: Pick<MutatingProxy, 'upstream' | 'fault'>,
) {
  const passing: Passing = {
    method: asked.method ?? '',
    path: asked.url ?? '',
    status: 0,
    headers: { ...asked.headers },
    text: (await bytesOf(asked)).toString('latin1'),
  };
  fault.asked?.(passing);
  // A fault changes text; without one, bytes pass as they are, compressed or not.
  if (fault.answered) delete passing.headers['accept-encoding'];
  const body = Buffer.from(passing.text, 'latin1');
  const sent = request(upstream + passing.path, {
    method: passing.method,
    headers: { ...passing.headers, 'content-length': body.length },
  });
  answer.once('close', () => sent.destroy());
  sent.end(body);
  const [got] = (await once(sent, 'response')) as [IncomingMessage];
  if (got.headers['content-type'] === 'text/event-stream') return stream(got, answer, fault);
  const textEncoding = got.headers['content-encoding'] === undefined ? 'utf8' : 'latin1';
  Object.assign(passing, {
    status: got.statusCode,
    headers: { ...got.headers },
    text: (await bytesOf(got)).toString(textEncoding),
  });
  fault.answered?.(passing);
  const { 'transfer-encoding': _, 'content-length': __, ...headers } = passing.headers;
  answer
    .writeHead(passing.status, headers)
    .end(passing.status === 204 ? '' : Buffer.from(passing.text, textEncoding));
}

async function stream(got: IncomingMessage, answer: ServerResponse, { frame = (text) => text }: Fault) {
  answer.writeHead(got.statusCode ?? 0, got.headers);
  answer.flushHeaders();
  for await (const chunk of got.setEncoding('utf8')) answer.write(frame(chunk as string));
  answer.end();
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
