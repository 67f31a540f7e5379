// The door of the admin operations: /admin/…, outside of the versions, answered as /v1.0 is. The same order as for users'
// operations: route, headers, who calls, media type, size, body, and then the operation.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '../model/errors.ts';
import type { OperatorPrincipal } from '../model/principal.ts';
import type { AdminAnswer } from '../operations/admin/call.ts';
import type { AdminRunner } from '../operations/admin/run.ts';
import { type AdminOperation, type AdminVerb, adminTable } from '../operations/admin/table.ts';
import type { AddressReader } from './http/address.ts';
import { answerPreflight } from './http/base-headers.ts';
import { checkHost, readJson, readKnock, readQuery } from './request/request-head.ts';

export interface AdminOptions {
  readonly runner: AdminRunner;
  readonly publicUrl: string;
  readonly addressOf: AddressReader;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who was admitted, for the handler of an admin operation. */
    operator: OperatorPrincipal | null;
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const statuses = { created: 201, ok: 200, noContent: 204 } as const;

export function mountAdmin(app: FastifyInstance, options: AdminOptions): void {
  app.decorateRequest('operator', null);
  // As of POST and PATCH, the body is read after the head is admitted.
  app.addHttpMethod('PUT', { hasBody: false, overrideExisting: true });
  const verbs = Object.entries(adminTable) as [AdminOperation, AdminVerb][];
  for (const [operation, verb] of verbs) addRoute(app, operation, verb, options);
  for (const path of new Set(verbs.map(([, verb]) => verb.path))) {
    const allowed = verbs.filter(([, verb]) => verb.path === path).map(([, { method }]) => method as string);
    refuseOthers(app, path, allowed);
  }
}

function addRoute(
  app: FastifyInstance,
  operation: AdminOperation,
  { method, path, readBody }: AdminVerb,
  options: AdminOptions,
): void {
  const { runner, addressOf } = options;
  app.route<{ Params: Record<string, string> }>({
    method,
    url: patternOf(path),
    async onRequest(request) {
      checkHost(request);
      request.operator = await runner.admit(readKnock(request, addressOf));
    },
    async handler(request, reply) {
      const operator = request.operator as OperatorPrincipal;
      const json = readBody ? await readJson(request) : undefined;
      const query = readQuery(request.url);
      const answer = await runner.run({ operation, operator, params: request.params, query, json });
      return answerWith(answer, request, reply, options);
    },
  });
}

function answerWith(
  { outcome, body, location, next }: AdminAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
  { publicUrl }: AdminOptions,
): FastifyReply {
  reply.code(statuses[outcome]);
  if (location !== undefined) reply.header('Location', publicUrl + location);
  if (!body) return reply.send();
  const path = (request.url.split('?', 1)[0] as string).replace(/\/$/, '');
  const link = next ? { '@odata.nextLink': `${publicUrl}${path}?${queryText(next)}` } : {};
  return reply
    .header('content-type', 'application/json')
    .header('Cache-Control', 'no-store') // an answer may hold a secret that was made for it
    .send(Buffer.from(JSON.stringify({ ...body, ...link })));
}

/** The router would tell of nothing at the path, though another method is there. */
function refuseOthers(app: FastifyInstance, path: string, allowed: readonly string[]): void {
  app.route({
    method: methods.filter((method) => !allowed.includes(method)),
    url: patternOf(path),
    onRequest(request, reply, done) {
      if (request.method === 'OPTIONS') {
        answerPreflight(reply, allowed);
        return;
      }
      done(new HubError('methodNotAllowed', `This path supports ${allowed.join(', ')}.`, { allow: allowed }));
    },
    handler: (_request, reply) => reply,
  });
}

function patternOf(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function queryText(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
