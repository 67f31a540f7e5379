// The HTTP server: every operation at its paths (operation-route), and one answer for whatever reaches none of them. No
// token, no OData here: that is the operations'.
import { limits } from '@carillon/protocol';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Committer } from '../../feed/commit.ts';
import type { Clock } from '../../lib/clock.ts';
import { openRequestIds } from '../../lib/ids.ts';
import type { FanOut } from '../../live/fan-out.ts';
import { HubError } from '../../model/errors.ts';
import type { Runner } from '../../operations/kernel/run.ts';
import type { Logger } from '../../telemetry/log.ts';
import { baseHeaders } from '../answer/base-headers.ts';
import { sendError } from '../answer/error-answer.ts';
import { nothingHere } from '../request/find-route.ts';
import { checkMaxVersion } from '../request/max-version.ts';
import { localUrl } from '../request/path-forms.ts';
import { methodsAt, pathOf, routes, strippedPaths, wrongMethod } from '../request/paths.ts';
import { checkSingleHeaders } from '../request/single-headers.ts';
import { isWebSocketUpgrade, takeUpgrades } from '../streams/websocket.ts';
import type { AddressReader } from './address.ts';
import { answerBrokenHttp } from './broken-http.ts';
import { Connections } from './connections.ts';
import { boundConnections } from './descriptors.ts';
import { addRoute } from './operation-route.ts';
import { openRequestLog, type RequestLog } from './request-log.ts';
import { Turns } from './turns.ts';
import { UnsentAnswers } from './unsent-answers.ts';

export interface HttpOptions {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly fanOut: FanOut;
  readonly committer: Pick<Committer, 'room'>;
  readonly publicUrl: string;
  readonly addressOf: AddressReader;
  readonly log: Logger;
  readonly tls: { readonly key: string; readonly cert: string } | null;
}

const requestTimeoutMs = 30_000;
const headerBytesMax = 32 * 1024;

export interface Http {
  readonly app: FastifyInstance;
  readonly connections: Connections;
  /** For routes whose answer is written past Fastify's reply. */
  readonly requestLog: RequestLog;
  readonly unsent: UnsentAnswers;
}

export function openHttp(options: HttpOptions): Http {
  const app = openFastify(options);
  boundConnections(app.server, options.log, options.clock);
  const connections = new Connections(app.server, isProxyOf(options.addressOf), options.clock);
  // Node would end the connection of a client that closes its side after its request, and lose the answer.
  Object.assign(app.server, { httpAllowHalfOpen: true });
  const requestLog = openRequestLog(app, options.log, options.addressOf);
  const others = collectRoutes(app);
  app.decorateRequest('admission', null);
  // The operations and the identity provider read bodies by themselves, after their head is admitted: Fastify's own
  // way to a parser costs 5 µs and answers in its own words.
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  // First of all, for whatever stands at a path. Where nothing stands, that comes first.
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) {
      checkSingleHeaders(request.raw);
      checkMaxVersion(request.headers['odata-maxversion']?.toString() ?? null);
    }
    done();
  });
  // Not for an operation's answer, which carries them already and is written past Fastify's reply.
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.headers(baseHeaders(request));
    const isJson = /^application\/json\b/.test(String(reply.getHeader('content-type')));
    if (isJson && !reply.hasHeader('cache-control')) reply.header('Cache-Control', 'no-store');
    requestLog(request, reply.statusCode);
    done();
  });
  const refuse: Refuse = (request, reply, thrown) => sendError(request, reply, thrown, options);
  app.setErrorHandler((error, request, reply) => refuse(request, reply, error));
  app.setNotFoundHandler((request, reply) => answerMissing(others, request, reply, refuse));
  const parts = {
    requestLog,
    connections,
    unsent: new UnsentAnswers(),
    turns: new Turns(),
    newId: openRequestIds(),
  };
  for (const route of routes) addRoute(app, route, { ...options, ...parts });
  takeUpgrades(app);
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  return { app, connections, requestLog, unsent: parts.unsent };
}

/** Whether that address may say whom it speaks for. */
function isProxyOf(addressOf: AddressReader): (address: string) => boolean {
  const anyone = '192.0.2.1'; // of documentation: nobody's
  return (address) => addressOf(address, anyone) !== address;
}

type Refuse = (request: FastifyRequest, reply: FastifyReply, thrown: unknown) => FastifyReply;

function openFastify({ tls, ...options }: HttpOptions): FastifyInstance {
  const shared = {
    genReqId: openRequestIds(),
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: false, // the drain (connections.ts) lets requests under way finish
    return503OnClosing: false,
    exposeHeadRoutes: true,
    clientErrorHandler: answerBrokenHttp,
    // Before any route and its hooks: a path that is not validly encoded, an id that is too long.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendError(request, reply.headers(baseHeaders(request)), error, options),
    // No route has a schema. Fastify would load compilers for them, and a second Ajv.
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    rewriteUrl: ({ url = '/' }: { url?: string | undefined }) => localUrl(url),
  };
  const http = {
    maxHeaderSize: headerBytesMax,
    requireHostHeader: false, // Node would refuse in words of its own; single-headers.ts does in Graph's
    shouldUpgradeCallback: isWebSocketUpgrade,
  };
  if (!tls) return fastify({ ...shared, http }) as unknown as FastifyInstance;
  const settings = { maxConcurrentStreams: limits.streamsPerConnection };
  const https = { ...tls, allowHTTP1: true, settings, ...http };
  return fastify({ ...shared, http2: true, https } as never) as unknown as FastifyInstance;
}

function noSchema(): never {
  throw new Error('No route has a schema: bodies are read and answers written past Fastify.');
}

function answerMissing(
  others: OtherRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
  refuse: Refuse,
): FastifyReply {
  const methodsOf = (path: string): string[] => [...methodsAt(path), ...(others.get(path) ?? [])];
  const allow = methodsOf(pathOf(request.url));
  if (request.method === 'OPTIONS') return answerPreflight(reply, allow);
  if (allow.length === 0) {
    const isPrefixed = strippedPaths(request.url).some((path) => methodsOf(path).length > 0);
    return refuse(request, reply, isPrefixed ? new HubError('notFound', prefixed) : nothingHere());
  }
  return refuse(request, reply, wrongMethod(allow));
}

const allowedHeaders =
  'Authorization, Content-Type, Content-Encoding, Accept, Prefer, If-Match, If-None-Match, Last-Event-ID, X-UNS-ID, client-request-id, OData-Version, OData-MaxVersion, SdkVersion';

function answerPreflight(reply: FastifyReply, methods: readonly string[]): FastifyReply {
  const list = [...methods, 'OPTIONS'].join(', ');
  return reply
    .code(204)
    .header('Allow', list)
    .header('Access-Control-Allow-Methods', list)
    .header('Access-Control-Allow-Headers', allowedHeaders)
    .header('Access-Control-Max-Age', '86400')
    .send();
}

const prefixed =
  'There is nothing at this path, but there is without the part before it: a reverse proxy that serves the hub below a prefix must strip the prefix.';

/** The methods of what stands beside the operations, by path: health, pages, the identity provider. */
type OtherRoutes = ReadonlyMap<string, ReadonlySet<string>>;

/** Filled as they are added. The router itself throws when it is asked for a path that holds `*`. */
function collectRoutes(app: FastifyInstance): OtherRoutes {
  const others = new Map<string, Set<string>>();
  const own = new Set(routes.map(({ path }) => path));
  app.addHook('onRoute', ({ url, method }) => {
    if (own.has(url) || /[:*]/.test(url)) return;
    const methods = others.get(pathOf(url)) ?? new Set();
    for (const each of [method].flat()) if (/^(?:GET|HEAD|POST)$/.test(each)) methods.add(each);
    others.set(pathOf(url), methods);
  });
  return others;
}
