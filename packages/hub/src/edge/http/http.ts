// The door of HTTP: bytes become an operation's request, its answer becomes bytes. The order of Fastify's hooks is the
// order of the status table: route, headers, who calls, media type, size, body, and then the operation.
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { openRequestIds } from '../../lib/ids.ts';
import type { FanOut } from '../../live/fan-out.ts';
import { HubError } from '../../model/errors.ts';
import type { Answer, StreamOrder } from '../../operations/kernel/call.ts';
import type { Admission, Runner } from '../../operations/kernel/run.ts';
import { verbTable } from '../../operations/table.ts';
import type { Logger } from '../../telemetry/log.ts';
import { sendError } from '../answer/error-answer.ts';
import { sendAnswer } from '../answer/odata-answer.ts';
import { isLiteralSibling, methodsAt, type Route, routes } from '../request/paths.ts';
import { checkHead, type Params, readHead, readJson, readRequest } from '../request/request-head.ts';
import { openSse } from '../streams/sse.ts';
import { isWebSocketUpgrade, openWebSocket, takeUpgrades, wantsWebSocket } from '../streams/websocket.ts';
import type { AddressReader } from './address.ts';
import { answerPreflight, baseHeaders } from './base-headers.ts';
import { answerBrokenHttp } from './broken-http.ts';
import { openRequestLog, type RequestLog } from './request-log.ts';

export interface HttpOptions {
  readonly runner: Runner;
  readonly fanOut: FanOut;
  readonly publicUrl: string;
  readonly addressOf: AddressReader;
  readonly log: Logger;
  readonly tls: { readonly key: string; readonly cert: string } | null;
}

const requestTimeoutMs = 30_000;
const headerBytesMax = 32 * 1024;

export function openHttp(options: HttpOptions): FastifyInstance {
  const app = openFastify(options);
  const requestLog = openRequestLog(app, options.log);
  app.decorateRequest('admission', null);
  // The operations and the identity provider read bodies by themselves, after their head is admitted: Fastify's own
  // way to a parser costs 5 µs and answers in its own words.
  for (const method of ['POST', 'PATCH'])
    app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  // Not for an operation's answer, which carries them already and is written past Fastify's reply.
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.headers(baseHeaders(request));
    requestLog(request, reply.statusCode);
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof HubError && error.kind === 'resyncRequired')
      reply.header('Location', `${options.publicUrl}${pathOf(request.url)}`);
    return sendError(request, reply, error, options.log);
  });
  app.setNotFoundHandler((request, reply) => answerMissing(app, request, reply, options.log));
  for (const route of routes) addRoute(app, route, options, requestLog);
  takeUpgrades(app);
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  return app;
}

function openFastify({ tls, log }: HttpOptions): FastifyInstance {
  const shared = {
    genReqId: openRequestIds(),
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: false, // the drain of edge/connections lets requests under way finish
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: answerBrokenHttp,
    // Before any route and its hooks: a path that is not validly encoded, an id that is too long.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendError(request, reply.headers(baseHeaders(request)), error, log),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    rewriteUrl: ({ url = '/' }: { url?: string | undefined }) => localUrl(url),
  };
  const http = {
    maxHeaderSize: headerBytesMax,
    requireHostHeader: false, // Node would refuse in words of its own; checkHead does in Graph's
    shouldUpgradeCallback: isWebSocketUpgrade,
  };
  if (!tls) return fastify({ ...shared, http }) as unknown as FastifyInstance;
  const https = { ...tls, allowHTTP1: true, ...http };
  return fastify({ ...shared, http2: true, https } as never) as unknown as FastifyInstance;
}

/** Without the origin of an absolute-form target (RFC 9112, 3.2.2), which is the client's claim and not the hub's. */
function localUrl(url: string): string {
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*(?=\/)/i, '');
  return local.includes('%24') ? dollars(local) : local;
}

/** `$` may be written %24 in the path; a query is decoded where it is read. */
function dollars(url: string): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  return path.replaceAll('%24', '$') + url.slice(path.length);
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the first hook found out, for the handler. */
    admission: Admission | null;
  }
}

function addRoute(app: FastifyInstance, route: Route, options: HttpOptions, requestLog: RequestLog): void {
  const { operation } = route;
  const { readBody, bodyBytes } = verbTable[operation];
  app.route<{ Params: Params }>({
    method: route.method as 'GET',
    url: route.path,
    onRequest(request, _reply, done) {
      if (isLiteralSibling(route.path, request.params.id ?? '')) throw wrongMethod(methodsAt(request.url));
      checkHead(request, operation);
      const admitted = options.runner.admit(readHead(request, route, options.addressOf));
      const next = (admission: Admission): void => {
        request.admission = admission;
        done();
      };
      if (admitted instanceof Promise) admitted.then(next, done);
      else next(admitted);
    },
    async handler(request, reply) {
      const admission = request.admission as Admission;
      const json = readBody ? await readJson(request, bodyBytes) : undefined;
      const answer = await options.runner.run(admission, readRequest(request, json));
      if (answer.stream) openStream(request, reply, answer.stream, options.fanOut);
      else answerOne(request, reply, answer, admission, options);
      requestLog(request, reply.raw.statusCode);
      return reply;
    },
  });
}

function answerOne(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  admission: Admission,
  { publicUrl }: HttpOptions,
): void {
  const { principal, head } = admission;
  const owner = principal.kind === 'user' ? principal.user : answer.owner;
  const userName = owner?.name ?? '';
  const userPath = principal.kind === 'user' ? 'me' : `users/${encodeURIComponent(owner?.subject ?? '')}`;
  sendAnswer(answer, { request, reply, publicUrl, version: head.version, userName, userPath });
}

function openStream(request: FastifyRequest, reply: FastifyReply, stream: StreamOrder, fanOut: FanOut): void {
  if (wantsWebSocket(request)) openWebSocket(request, reply, stream, fanOut);
  else openSse(request, reply, stream, fanOut);
}

function answerMissing(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): FastifyReply {
  const allow = [...methodsAt(request.url), ...literalMethods(app, pathOf(request.url))];
  if (request.method === 'OPTIONS') return answerPreflight(reply, allow);
  if (allow.length === 0) {
    return sendError(request, reply, new HubError('notFound', 'There is nothing at this path.'), log);
  }
  return sendError(request, reply, wrongMethod(allow), log);
}

function wrongMethod(allow: readonly string[]): HubError {
  return new HubError('methodNotAllowed', `This path supports ${allow.join(', ')}.`, { allow });
}

/** Of what stands beside the operations: health, pages, the identity provider. */
function literalMethods(app: FastifyInstance, url: string): string[] {
  if (routes.some(({ path }) => path === url)) return [];
  return ['GET', 'POST'].filter((method) => app.hasRoute({ method: method as 'GET', url: url || '/' }));
}

function pathOf(url: string): string {
  return (url.split('?', 1)[0] as string).replace(/\/$/, '');
}
