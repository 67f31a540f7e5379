// POST /mcp, the Streamable HTTP transport of the Model Context Protocol, for agents that have a delegated token. The order
// is that of every request: headers ▶ who calls ▶ origin ▶ media type ▶ size ▶ JSON ▶ the protocol, whose tools run
// operations. It holds no state beyond a request, so any node answers any of them, and there is no stream to open with GET.
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { limits } from '@carillon/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import { isUuid } from '../../lib/ids.ts';
import { denied, invalid } from '../../model/errors.ts';
import { nothing } from '../../operations/kernel/answer.ts';
import { type Operation, operation } from '../../operations/kernel/operation.ts';
import type { Admission, Runner } from '../../operations/kernel/run.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { AddressReader } from '../http/address.ts';
import type { Connections } from '../http/connections.ts';
import { bearerOf, callerOf } from '../http/operation-route.ts';
import { addressIn } from '../http/request-log.ts';
import type { UnsentAnswers } from '../http/unsent-answers.ts';
import { readJson } from '../request/json-body.ts';
import { whenLeft } from '../streams/when-closed.ts';
import { openKernelCalls } from './kernel-calls.ts';
import { agentPath } from './protected-resource.ts';
import { AgentRequests, type RequestName } from './requests.ts';
import type { ServerParts } from './serve.ts';

export interface AgentRouteOptions {
  readonly runner: Runner;
  readonly publicUrl: string;
  readonly version: string;
  readonly addressOf: AddressReader;
  readonly connections: Pick<Connections, 'authenticated'>;
  readonly unsent: UnsentAnswers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a request needs before its tools: each of those is admitted once more, as its operations say. */
const callTools: Operation = operation({
  name: 'callTools',
  method: 'POST',
  paths: [agentPath],
  access: 'user',
  summary: 'the tools of agents',
  answer: nothing,
  run: () => ({ outcome: 'noContent' }),
});

export function addAgentRoute(app: FastifyInstance, options: AgentRouteOptions): void {
  const { runner, publicUrl, addressOf, connections } = options;
  const requests = new AgentRequests();
  // A person may take longer to answer than a hub that stops waits.
  app.addHook('preClose', async () => requests.endAll());
  app.route({
    method: 'POST',
    url: agentPath,
    async onRequest(request) {
      const { authorization } = request.headers;
      request.admission = await runner.admit({
        operation: callTools,
        version: 'v1.0',
        token: authorization === undefined ? null : bearerOf(authorization),
        ...{ ticket: null, lastEventId: null, unsId: null },
        address: addressIn(request, addressOf),
      });
      connections.authenticated(request.raw.socket);
    },
    async handler(request, reply) {
      const { admission } = request;
      if (!admission) throw new Error('a request reached the tools without being admitted');
      checkOrigin(request, publicUrl);
      const rpc = readRpc(await readJson(request, { bytesMax: limits.bodyBytes }));
      const underWay = requests.begin(appOf(admission), nameOf(rpc, request, admission));
      whenLeft(request.raw, reply.raw, underWay.end);
      const cancelled = cancelledBy(rpc, request, admission);
      if (cancelled) requests.cancel(cancelled);
      const parts = partsOf(admission, reply, options);
      const { answerRequest } = await import('./serve.ts');
      return write(await answerRequest(parts, requestOf(request, underWay.signal), rpc), rpc, reply);
    },
  });
}

/** A page of another origin never calls for a person who looks at it (MCP, Streamable HTTP, security). */
function checkOrigin({ headers }: FastifyRequest, publicUrl: string): void {
  const { origin } = headers;
  if (origin === undefined || origin === new URL(publicUrl).origin) return;
  throw denied('A page of that origin may not call this: only pages of the hub may.', 'Origin');
}

/** One message of JSON-RPC. */
type Rpc = Readonly<Record<string, unknown>>;

/** JSON-RPC's batches were part of one revision of the protocol, and in it a client need not send any. */
function readRpc(json: unknown): Rpc {
  if (Array.isArray(json)) throw invalid('The body is an array: send one JSON-RPC message.');
  if (isObject(json)) return json;
  throw invalid('The body is no object: send one JSON-RPC message.');
}

function isObject(value: unknown): value is Rpc {
  return typeof value === 'object' && value !== null;
}

function appOf({ principal }: Admission): string {
  return principal.kind === 'operator' ? '' : principal.app.id;
}

const sessionHeader = 'mcp-session-id';

/** Of a request that its client may cancel by name. */
function nameOf({ id, method }: Rpc, request: FastifyRequest, admission: Admission): RequestName | null {
  return method === undefined ? null : named(id, request, admission);
}

function cancelledBy(
  { method, params }: Rpc,
  request: FastifyRequest,
  admission: Admission,
): RequestName | null {
  if (method !== 'notifications/cancelled' || !isObject(params)) return null;
  return named(params.requestId, request, admission);
}

function named(id: unknown, { headers }: FastifyRequest, admission: Admission): RequestName | null {
  const session = headers[sessionHeader];
  if (typeof session !== 'string' || !isUuid(session)) return null;
  const isName = typeof id === 'number' || (typeof id === 'string' && id.length <= nameCharacters);
  return isName ? { caller: callerOf(admission), session, id } : null;
}

const nameCharacters = 256;

function partsOf(admission: Admission, reply: FastifyReply, options: AgentRouteOptions): ServerParts {
  const { runner, unsent, version, clock, log } = options;
  return {
    version,
    openCalls: (signal) => openKernelCalls({ runner, admission, signal, unsent, clock, response: reply.raw }),
    onFailure: (error) =>
      log.error({ err: error, requestId: reply.request.id }, 'a tool failed unexpectedly'),
  };
}

/** As the SDK takes it. Nothing that says who calls goes there. */
function requestOf({ headers }: FastifyRequest, signal: AbortSignal): Request {
  const passed = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    /^(?:accept|content-type|mcp-.+)$/.test(name) && typeof value === 'string' ? [[name, value]] : [],
  );
  return new Request(`http://localhost${agentPath}`, { method: 'POST', headers: passed, signal });
}

async function write(
  { status, headers, body }: Response,
  rpc: Rpc,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Of HTTP/1 alone, and Node's own to decide.
  headers.delete('connection');
  reply.code(status).headers(Object.fromEntries(headers));
  // What the client repeats is no more than a name, under which it can cancel a request.
  if (rpc.method === 'initialize') reply.header(sessionHeader, randomUUID());
  return reply.send(body === null ? '' : Readable.fromWeb(body));
}
