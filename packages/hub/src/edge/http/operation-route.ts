// One request of an operation, from its headers to the bytes of its answer. The order is that of the status table:
//   headers ▶ runner.admit (who calls) ▶ media type ▶ size ▶ JSON ▶ runner.run ▶ the answer, written
// It reads bodies and writes answers past Fastify: its parsers and its header table cost 5 µs a request each, it would
// answer in words of its own, and add a charset to a type that Graph documents without one.
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Committer } from '../../feed/commit.ts';
import type { FanOut } from '../../live/fan-out.ts';
import { HubError, invalid } from '../../model/errors.ts';
import type { WrittenAnswer } from '../../operations/kernel/answer.ts';
import type { Operation } from '../../operations/kernel/operation.ts';
import type { Admission, Arrival, Request, Runner } from '../../operations/kernel/run.ts';
import { baseHeaders } from '../answer/base-headers.ts';
import { answerError, type ErrorOptions } from '../answer/error-answer.ts';
import { write, writeLines } from '../answer/write.ts';
import { runParts } from '../batch/run-parts.ts';
import { readJson } from '../request/json-body.ts';
import {
  literalSiblings,
  methodsAt,
  methodsOf,
  pathOf,
  type Route,
  readQuery,
  wrongMethod,
} from '../request/paths.ts';
import { openSse } from '../streams/sse.ts';
import { checkHandshake, openWebSocket, wantsWebSocket } from '../streams/websocket.ts';
import { isGone, whenClosed } from '../streams/when-closed.ts';
import type { AddressReader } from './address.ts';
import { answerLater } from './answer-later.ts';
import type { Connections } from './connections.ts';
import { addressIn, type RequestLog } from './request-log.ts';
import type { Turns } from './turns.ts';
import type { UnsentAnswers } from './unsent-answers.ts';

export interface OperationRouteOptions extends ErrorOptions {
  readonly runner: Runner;
  readonly fanOut: FanOut;
  readonly committer: Pick<Committer, 'room'>;
  readonly addressOf: AddressReader;
  readonly requestLog: RequestLog;
  readonly connections: Pick<Connections, 'authenticated' | 'isLive'>;
  readonly unsent: UnsentAnswers;
  readonly turns: Turns;
  /** Of the request ids of parts. */
  readonly newId: () => string;
}

type Params = Readonly<Record<string, string>>;

declare module 'fastify' {
  interface FastifyRequest {
    /** What the first hook found out, for the handler. */
    admission: Admission | null;
  }
}

export function addRoute(app: FastifyInstance, route: Route, options: OperationRouteOptions): void {
  const { operation } = route;
  const { runner, connections } = options;
  const siblings = literalSiblings(route.path);
  app.route<{ Params: Params }>({
    method: methodsOf(operation),
    url: route.path,
    exposeHeadRoute: false,
    onRequest(request, reply, done) {
      if (siblings.size > 0) checkId(request, siblings);
      checkHeaders(request, operation);
      const admitted = runner.admit(readArrival(request, route, options.addressOf));
      const next = (admission: Admission): void => {
        connections.authenticated(request.raw.socket);
        if (admission.release)
          whenClosed(wantsWebSocket(request) ? request.raw.socket : reply.raw, admission.release);
        request.admission = admission;
        done();
      };
      if (admitted instanceof Promise) admitted.then(next, done);
      else next(admitted);
    },
    async handler(request, reply) {
      const { admission } = request;
      if (!admission) throw new Error('a request reached its operation without being admitted');
      await handlerOf(operation)(request, reply, admission, options);
      return reply;
    },
  });
}

type Asking = FastifyRequest<{ Params: Params }>;

function handlerOf({ method, answer, access }: Operation): typeof act {
  if (access === 'batch') return actInParts;
  return method === 'GET' && answer.type !== 'text/event-stream' ? read : act;
}

/** What changes something, or opens a stream. */
async function act(
  request: Asking,
  reply: FastifyReply,
  admission: Admission,
  { runner, fanOut, connections, unsent, requestLog }: OperationRouteOptions,
): Promise<void> {
  const { operation } = admission.arrival;
  const caller = callerOf(admission);
  unsent.check(caller);
  const json = operation.body ? await readJson(request, operation.body) : undefined;
  const { stream, ...answer } = await runner.run(admission, readRequest(request, json));
  if (!stream) {
    // What was committed is answered in any case.
    await write(answer, request, reply);
    unsent.follow(caller, reply.raw, answer.body);
    return requestLog(request, reply.raw.statusCode);
  }
  connections.isLive(request.raw.socket);
  if (wantsWebSocket(request)) openWebSocket(request, reply, stream, fanOut);
  else openSse(request, reply, { order: stream, fanOut, headers: baseHeaders(request) });
  requestLog(request, reply.raw.statusCode);
}

/** Its body and the answers to its parts are under way from here, as one answer. */
async function actInParts(
  request: Asking,
  reply: FastifyReply,
  admission: Admission,
  { runner, committer, unsent, turns, log, publicUrl, newId, requestLog }: OperationRouteOptions,
): Promise<void> {
  const caller = callerOf(admission);
  unsent.check(caller);
  const held = unsent.hold(caller, reply.raw);
  const { body: spec } = admission.arrival.operation;
  try {
    const bytes = bytesOfBody(request, spec?.bytesMax ?? 0);
    held.keep(bytes);
    await committer.room();
    if (isGone(reply.raw)) return void reply.hijack();
    const json = spec && (await readJson(request, spec));
    const { parts = [], ...answer } = await runner.run(admission, readRequest(request, json));
    const body = await runParts(parts, {
      ...{ runner, admission, caller, turns, held, bytes, newId },
      authorization: request.headers.authorization ?? '',
      isGone: () => isGone(reply.raw),
      refuse: (thrown, part) => answerError(thrown, { ...part, publicUrl, hasCredentials: true }, log),
    });
    await write({ ...answer, body }, request, reply);
    requestLog(request, reply.raw.statusCode);
  } catch (error) {
    if (error instanceof HubError) runner.countRefused(admission);
    throw error;
  }
}

/** As it says, or as many as it may have. */
function bytesOfBody({ headers }: FastifyRequest, bytesMax: number): number {
  if (headers['content-encoding'] !== undefined || headers['content-length'] === undefined) return bytesMax;
  return Math.min(Number(headers['content-length']), bytesMax);
}

/** What reads: one that may be answered much later is a wait, and any other takes its turn. */
async function read(
  request: Asking,
  reply: FastifyReply,
  admission: Admission,
  options: OperationRouteOptions,
): Promise<void> {
  // Its client left while it was admitted: the end of its connection, by which it would be counted out, is over.
  if (isGone(reply.raw)) return void reply.hijack();
  const caller = callerOf(admission);
  options.unsent.check(caller);
  const reading = { admission, caller, asked: readRequest(request, undefined) };
  const isWait = admission.arrival.operation.waits?.(reading.asked.query) ?? false;
  await (isWait ? wait : readInTurn)(reading, request, reply, options);
}

interface Reading {
  readonly admission: Admission;
  readonly caller: string;
  readonly asked: Request;
}

/** A read is under way from here. It begins when the answer before it on its connection has left, and it is the caller's turn. */
async function readInTurn(
  { admission, caller, asked }: Reading,
  request: Asking,
  reply: FastifyReply,
  { runner, unsent, turns, requestLog }: OperationRouteOptions,
): Promise<void> {
  const held = unsent.hold(caller, reply.raw);
  if (request.raw.httpVersionMajor === 1 && !reply.raw.socket) await whenNext(reply.raw);
  const writeRest = await turns.take(caller, async () => {
    // Nobody waits for the answer any more.
    if (isGone(reply.raw)) return void reply.hijack();
    const answer = await runner.run(admission, asked);
    const { lines } = answer;
    if (lines) return () => writeLines(answer, lines, request, reply);
    held.check(answer.body);
    await write(answer, request, reply);
    return held.add(reply.raw, answer.body);
  });
  if (writeRest) await writeRest();
  requestLog(request, reply.raw.statusCode);
}

/** Holds no turn and is no answer under way until it has one: waits are bounded by themselves (live/waits). */
async function wait(
  { admission, caller, asked }: Reading,
  request: Asking,
  reply: FastifyReply,
  options: OperationRouteOptions,
): Promise<void> {
  const { runner, unsent, requestLog, publicUrl, log } = options;
  const { later, ...first } = await runner.run(admission, asked);
  const finish = async (answer: WrittenAnswer): Promise<void> => {
    if (isGone(reply.raw)) return void reply.hijack();
    await write(answer, request, reply);
    unsent.follow(caller, reply.raw, answer.bytes ?? answer.body);
    requestLog(request, reply.raw.statusCode);
  };
  if (later) return answerLater(later, request, reply, { write: finish, publicUrl, log });
  // A read like any other.
  unsent.check(caller);
  await finish(first);
}

/** When the answers before this one on its connection of HTTP/1 have left, or the connection is gone. */
function whenNext(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('socket', () => resolve()).once('close', resolve));
}

/** A user of an app. An app that names no user is one caller. */
export function callerOf({ principal, user }: Admission): string {
  return principal.kind === 'operator' ? `operator ${principal.name}` : `${principal.app.id} ${user ?? ''}`;
}

function checkId({ params, url }: FastifyRequest<{ Params: Params }>, siblings: ReadonlySet<string>): void {
  for (const name in params) if (siblings.has(params[name] ?? '')) throw wrongMethod(methodsAt(url));
}

/** Headers are checked before authentication: a ticket must not be spent on a request that can't be answered. */
function checkHeaders(request: FastifyRequest, { refusedHeaders = [], answer, access }: Operation): void {
  const { headers, raw } = request;
  if (headers.host === undefined && raw.httpVersion === '1.1' && headers[':authority'] === undefined)
    throw invalid('HTTP/1.1 needs a Host header.', 'Host');
  for (const name of refusedHeaders) {
    if (headers[name] === undefined) continue;
    throw invalid(`The header ${name} is not supported here: leave it out.`, name);
  }
  // OData 4.01 has batches that end at the first failure. Here all parts are tried, so that neither can be asked for.
  if (access === 'batch' && /\bcontinue-on-error\b/i.test(headerText(headers.prefer) ?? ''))
    throw invalid('Prefer: continue-on-error is not supported: each part of a batch is tried.', 'Prefer');
  if (answer.type !== 'text/event-stream') return;
  if (wantsWebSocket(request)) checkHandshake(request);
  else if (!/text\/event-stream/i.test(headers.accept ?? '')) {
    throw invalid('Ask for a stream with Accept: text/event-stream, or upgrade to a WebSocket.', 'Accept');
  }
}

/** What a request says before its body. */
function readArrival(
  request: FastifyRequest,
  { operation, version }: Route,
  addressOf: AddressReader,
): Arrival {
  const { authorization, 'x-uns-id': unsId } = request.headers;
  const token = authorization === undefined ? null : bearerOf(authorization);
  const ticket =
    token === null && operation.answer.type === 'text/event-stream' ? ticketOf(request.url) : null;
  return {
    operation,
    version,
    token,
    ticket,
    lastEventId: ticket === null ? null : (headerText(request.headers['last-event-id']) ?? null),
    unsId: typeof unsId === 'string' ? unsId : null,
    address: addressIn(request, addressOf),
    traceparent: headerText(request.headers.traceparent) ?? null,
  };
}

/** The token; empty for another scheme, which no token is. The scheme may stand in any case. */
export function bearerOf(authorization: string): string {
  if (authorization.startsWith('Bearer ey')) return authorization.slice(7);
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
}

function ticketOf(url: string): string | null {
  return new URLSearchParams(url.split('?')[1]).get('ticket');
}

function readRequest(
  { headers, method, params, url }: FastifyRequest<{ Params: Params }>,
  json: unknown,
): Request {
  return {
    params,
    path: pathOf(url),
    query: readQuery(url),
    ifMatch: headerText(headers['if-match']) ?? null,
    lastEventId: headerText(headers['last-event-id']) ?? null,
    prefer: headerText(headers.prefer) ?? null,
    json,
    isHead: method === 'HEAD',
  };
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
