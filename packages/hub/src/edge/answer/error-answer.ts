// Every failure, on every path, in Graph's one shape. What is answered never holds a token, a secret, a stack or a path:
// an error that is not a HubError is a defect, logged whole and answered blank.
import { type ErrorBody, errorTable, statusOf } from '@carillon/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../../lib/clock.ts';
import { busy, HubError, notFound } from '../../model/errors.ts';
import { StoreError } from '../../store/store.ts';
import type { Logger } from '../../telemetry/log.ts';
import { clientRequestId } from '../http/base-headers.ts';
import { versionOf } from '../request/paths.ts';

export function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  thrown: unknown,
  log: Logger,
): FastifyReply {
  const error = hubErrorOf(thrown);
  if (error.kind === 'generalException')
    log.error({ err: thrown, requestId: request.id }, 'a request failed unexpectedly');
  const status = statusOf(error.kind, versionOf(request.url));
  for (const [name, value] of Object.entries(errorHeaders(error, request))) reply.header(name, value);
  const ids = { 'request-id': request.id, 'client-request-id': clientRequestId(request) };
  return reply
    .code(status)
    .header('content-type', 'application/json')
    .send(Buffer.from(JSON.stringify(errorBody(error, ids))));
}

export function errorBody(
  error: HubError,
  ids: { 'request-id': string; 'client-request-id': string },
): ErrorBody {
  const { target } = error.details;
  return {
    error: {
      code: errorTable[error.kind].code,
      message: error.message,
      ...(target === undefined ? {} : { target }),
      innerError: { date: new Date(systemClock.now()).toISOString().slice(0, 19), ...ids },
    },
  };
}

function errorHeaders({ kind, details }: HubError, request: FastifyRequest): Record<string, string> {
  return {
    ...(kind === 'invalidToken' ? { 'WWW-Authenticate': challenge(request) } : {}),
    ...(details.retryAfterMs === undefined
      ? {}
      : { 'Retry-After': String(Math.max(1, Math.ceil(details.retryAfterMs / 1000))) }),
    ...(details.allow ? { Allow: details.allow.join(', ') } : {}),
    // HTTP/2 has no such header, and ends the stream instead.
    ...(kind === 'requestTooLarge' && request.raw.httpVersionMajor === 1 ? { Connection: 'close' } : {}),
  };
}

/** Who sent no credentials at all is told of no error (RFC 6750, section 3.1). */
function challenge({ headers }: FastifyRequest): string {
  const error = headers.authorization === undefined ? '' : ', error="invalid_token"';
  return `Bearer realm="carillon"${error}`;
}

/** Fastify's own refusals, told in ours (https://fastify.dev/docs/latest/Reference/Errors/). */
function hubErrorOf(thrown: unknown): HubError {
  if (thrown instanceof HubError) return thrown;
  if (thrown instanceof StoreError)
    return busy('The store can not be read right now: try again in a moment.', thrown);
  const { code, statusCode } = thrown as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_BAD_URL')
    return new HubError('invalidRequest', 'The path of the URL is not validly encoded.');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return notFound();
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new HubError('invalidRequest', 'The request is not valid HTTP for this path.', { cause: thrown });
  }
  return new HubError(
    'generalException',
    'The hub failed unexpectedly. The operator finds the cause in its log by the request-id.',
    {
      cause: thrown,
    },
  );
}
