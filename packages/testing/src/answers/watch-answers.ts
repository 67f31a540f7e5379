// Loaded into every process of the tests that a hub may run in, with `--import`: each answer of the hub is held against
// docs/openapi.json, and each context in it against $metadata. What does not fit is thrown, so that the test under way fails;
// in a process of the hub's own it is written, and its test throws it (served-answers.ts). What it needs is loaded by the first answer.
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import type { Exchange } from './answer-fault.ts';
import { answerFaultMark } from './served-answers.ts';

/** Not loaded by a hub that is only started. */
let reader: Promise<typeof import('./answer-fault.ts')> | null = null;

/** Of Fastify, which tells it of each instance before that has a request. */
subscribe('fastify.initialization', (made) => {
  const { server }: { server: Server } = Object(Object(made).fastify);
  const watch = (request: IncomingMessage, response: ServerResponse): void =>
    collect(request, response, (exchange) => {
      reader ??= import('./answer-fault.ts');
      void reader.then(({ answerFault }) => report(answerFault(exchange)));
    });
  // Before the hub's own listener, which may answer at once.
  server.prependListener('request', watch);
  server.prependListener('checkExpectation', watch);
});

type Written = Pick<ServerResponse, 'writeHead' | 'write' | 'end'>;

/** Passes everything on as it is. */
function collect(
  request: IncomingMessage,
  response: ServerResponse,
  done: (exchange: Exchange) => void,
): void {
  const chunks: Buffer[] = [];
  let given: object = {};
  const { writeHead, write, end }: Written = response;
  const keep = (chunk: unknown): void => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const pass = (method: unknown, args: unknown[]): unknown =>
    Reflect.apply(method as () => unknown, response, args);
  Object.assign(response, {
    writeHead(...args: unknown[]) {
      given = Object(args.at(-1));
      return pass(writeHead, args);
    },
    write(...args: unknown[]) {
      keep(args[0]);
      return pass(write, args);
    },
    end(...args: unknown[]) {
      keep(args[0]);
      const header = (name: string): string =>
        headerOf(given, name) ?? String(response.getHeader(name) ?? '');
      const { method = '', url = '' } = request;
      const [type, coding] = [header('content-type'), header('content-encoding')];
      done({ method, url, status: response.statusCode, type, coding, body: Buffer.concat(chunks) });
      return pass(end, args);
    },
  });
}

function headerOf(headers: object, name: string): string | undefined {
  const [, value] = Object.entries(headers).find(([each]) => each.toLowerCase() === name) ?? [];
  return value === undefined ? undefined : String(value);
}

const told = new Set<string>();
const isHub = basename(process.argv[1] ?? '') === 'carillon.js';

function report(fault: string | null): void {
  if (fault === null || told.has(fault)) return;
  told.add(fault);
  if (isHub) process.stderr.write(`${answerFaultMark}${fault}\n`);
  else
    setImmediate(() => {
      throw new Error(`${answerFaultMark}${fault}`);
    });
}
