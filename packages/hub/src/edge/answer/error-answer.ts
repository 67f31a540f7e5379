// Every failure, on every path, in Graph's one shape. An answer never contains a token, a secret, a stack or a path: an
// error that is no HubError is a defect, logged in full and answered without details.
import { type ErrorBody, errorTable, statusOf } from '@carillon/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../../lib/clock.ts';
import { isBeyondMeasure } from '../../lib/inbound/dropped-body.ts';
import { retryHeaders } from '../../lib/inbound/retry-headers.ts';
import { busy, HubError, notFound } from '../../model/errors.ts';
import type { Headers } from '../../operations/kernel/answer.ts';
import { StoreError } from '../../store/store.ts';
import type { Logger } from '../../telemetry/log.ts';
import { agentChallenge } from '../mcp/protected-resource.ts';
import { pathOf, versionOf } from '../request/paths.ts';
import { clientRequestId } from './base-headers.ts';

/** What an edge writes in place of an answer. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Of the request, what its refusal depends on. */
export interface Refused {
  readonly url: string;
  readonly publicUrl: string;
  readonly ids: RequestIds;
  /** Whether credentials were sent, good or not. */
  readonly hasCredentials: boolean;
}

interface RequestIds {
  readonly 'request-id': string;
  readonly 'client-request-id': string;
}

function errorAnswer(error: HubError, refused: Refused): ErrorAnswer {
  return {
    status: statusOf(error.kind, versionOf(refused.url)),
    headers: {
      ...errorHeaders(error, refused),
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    },
    body: withEntity(JSON.stringify(errorBody(error, refused.ids)), error),
  };
}

function withEntity(body: string, { details: { entityJson } }: HubError): string {
  return entityJson === undefined ? body : `${body.slice(0, -1)},${entityJson.slice(1)}`;
}

export interface ErrorOptions {
  readonly publicUrl: string;
  readonly log: Logger;
}

export function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  thrown: unknown,
  options: ErrorOptions,
): FastifyReply {
  const { status, headers, body } = refusal(request, thrown, options);
  // What is left of a body is read and dropped; of one without measure it is not. HTTP/2 ends the stream instead.
  if (isBeyondMeasure(request.headers) && request.raw.httpVersionMajor === 1)
    reply.header('Connection', 'close');
  return reply.code(status).headers(headers).send(Buffer.from(body));
}

/** For an answer that is written past Fastify's reply. */
export function refusal(
  request: FastifyRequest,
  thrown: unknown,
  { publicUrl, log }: ErrorOptions,
): ErrorAnswer {
  const ids = { 'request-id': request.id, 'client-request-id': clientRequestId(request) };
  const hasCredentials = request.headers.authorization !== undefined;
  return answerError(thrown, { url: request.url, publicUrl, ids, hasCredentials }, log);
}

/** The answer to whatever was thrown, which is logged when it is a defect. */
export function answerError(thrown: unknown, refused: Refused, log: Logger): ErrorAnswer {
  const error = hubErrorOf(thrown);
  if (error.kind === 'generalException')
    log.error({ err: thrown, requestId: refused.ids['request-id'] }, 'a request failed unexpectedly');
  return errorAnswer(error, refused);
}

export function errorBody(error: HubError, ids: RequestIds): ErrorBody {
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

function errorHeaders(error: HubError, refused: Refused): Headers {
  const { kind, details } = error;
  const { url, publicUrl } = refused;
  return {
    ...challengeOf(error, refused),
    ...retryHeaders(details),
    ...(details.allow ? { Allow: details.allow.join(', ') } : {}),
    // Where to start over.
    ...(kind === 'resyncRequired' ? { Location: publicUrl + pathOf(url) } : {}),
  };
}

/** RFC 6750, section 3: without credentials there is no error code; a scope that is missing is named. */
function challengeOf(
  { kind, details: { scope } }: HubError,
  { url, publicUrl, hasCredentials }: Refused,
): Headers {
  if (kind !== 'invalidToken' && scope === undefined) return {};
  const error = scope === undefined ? (hasCredentials ? 'invalid_token' : null) : 'insufficient_scope';
  const members = {
    realm: 'carillon',
    ...(error === null ? {} : { error }),
    ...agentChallenge(pathOf(url), publicUrl),
    ...(scope === undefined ? {} : { scope }),
  };
  const list = Object.entries(members).map(([name, value]) => `${name}="${value}"`);
  return { 'WWW-Authenticate': `Bearer ${list.join(', ')}` };
}

/** Fastify's own refusals, in the hub's words (https://fastify.dev/docs/latest/Reference/Errors/). */
function hubErrorOf(thrown: unknown): HubError {
  if (thrown instanceof HubError) return thrown;
  if (thrown instanceof StoreError)
    return busy('The store can not be read right now: try again in a moment.', thrown);
  const code = memberOf(thrown, 'code');
  const statusCode = Number(memberOf(thrown, 'statusCode'));
  if (code === 'FST_ERR_BAD_URL')
    return new HubError('invalidRequest', 'The path of the URL is not validly encoded.');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return notFound();
  if (statusCode >= 400 && statusCode < 500) {
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

function memberOf(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
}
