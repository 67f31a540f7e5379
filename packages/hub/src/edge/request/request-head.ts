// What a request says before and beside its body: the head that is admitted, the query, the headers an operation knows.
// What is wrong with headers is found here, before anybody is asked who calls.
import type { IncomingMessage } from 'node:http';
import { limits, type OperationName } from '@carillon/protocol';
import type { FastifyRequest } from 'fastify';
import { invalid } from '../../model/errors.ts';
import type { Query } from '../../operations/kernel/call.ts';
import type { Knock } from '../../operations/kernel/door.ts';
import type { Head, Request } from '../../operations/kernel/run.ts';
import type { AddressReader } from '../http/address.ts';
import { checkHandshake, wantsWebSocket } from '../streams/websocket.ts';
import { checkBodyHead, parseJson, readBytes } from './json-body.ts';
import type { Route } from './paths.ts';

export interface Params {
  readonly user?: string;
  readonly id?: string;
}

export function readHead(
  request: FastifyRequest,
  { operation, version }: Route,
  addressOf: AddressReader,
): Head {
  const knock = readKnock(request, addressOf);
  const ticket =
    operation === 'openStream' && knock.token === null
      ? new URLSearchParams(request.url.split('?')[1]).get('ticket')
      : null;
  return { ...knock, ticket, operation, version };
}

/** Who calls, as far as the headers tell. */
export function readKnock({ headers, raw }: FastifyRequest, addressOf: AddressReader): Knock {
  const { authorization, 'x-uns-id': unsId } = headers;
  return {
    token: authorization === undefined ? null : bearerOf(authorization),
    ticket: null,
    unsId: typeof unsId === 'string' ? unsId : null,
    address: addressOf(raw.socket?.remoteAddress ?? '', headerText(headers['x-forwarded-for'])),
  };
}

/** The token; empty for another scheme, which no token is. The scheme may stand in any case. */
function bearerOf(authorization: string): string {
  if (authorization.startsWith('Bearer ey')) return authorization.slice(7).trimEnd();
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
}

export function readRequest(request: FastifyRequest<{ Params: Params }>, json: unknown): Request {
  const { headers, params } = request;
  return {
    userParam: params.user ?? null,
    id: params.id ?? '',
    query: readQuery(request.url),
    ifMatch: headerText(headers['if-match']) ?? null,
    lastEventId: headerText(headers['last-event-id']) ?? null,
    json,
  };
}

const noQuery: Query = new Map();

export function readQuery(url: string): Query {
  const start = url.indexOf('?');
  if (start < 0) return noQuery;
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    if (query.has(name)) throw invalid(`The query option "${name}" is given twice.`, name);
    query.set(name, value);
  }
  return query;
}

export async function readJson(
  { raw, headers }: FastifyRequest,
  bytesMax: number = limits.bodyBytes,
): Promise<unknown> {
  const encoding = checkBodyHead({
    bytesMax,
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    contentLength: headers['content-length'],
  });
  return parseJson(await readBytes(raw as IncomingMessage, bytesMax), encoding, bytesMax);
}

/** Headers come before who calls: a ticket must not be spent on a request that can't be answered. */
export function checkHead(request: FastifyRequest, operation: OperationName): void {
  const { headers } = request;
  checkHost(request);
  if (operation === 'createNotification') {
    // Graph documents that these two are not supported on a post.
    for (const name of ['if-modified-since', 'if-range']) {
      if (headers[name] === undefined) continue;
      throw invalid(`The header ${name} is not supported here: leave it out.`, name);
    }
  }
  if (operation === 'openStream') checkStreamHead(request);
}

export function checkHost({ headers, raw }: FastifyRequest): void {
  if (headers.host !== undefined || raw.httpVersion !== '1.1' || headers[':authority'] !== undefined) return;
  throw invalid('HTTP/1.1 needs a Host header.', 'Host');
}

function checkStreamHead(request: FastifyRequest): void {
  if (wantsWebSocket(request)) checkHandshake(request);
  else if (!/text\/event-stream/i.test(request.headers.accept ?? '')) {
    throw invalid('Ask for a stream with Accept: text/event-stream, or upgrade to a WebSocket.', 'Accept');
  }
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
