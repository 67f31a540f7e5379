// What a verb answers, and what becomes of it: status, headers and body, as one pure value that an edge writes. Every URL
// in it is built from the public URL, never from Host or a forwarded header.

import type { GraphVersion } from '@carillon/protocol';
import { Type } from '@carillon/protocol/schemas';
import type { Static, TObject, TProperties, TSchema } from 'typebox';
import type { StreamStart } from '../../live/stream.ts';
import type { Settle } from '../../live/waits.ts';
import type { Principal, User, UserPrincipal } from '../../model/principal.ts';
import type { Picture } from '../../pictures/fetch-picture.ts';
import type { PartOrder } from '../batch/part-order.ts';
import type { Query } from './query.ts';

const statuses = { created: 201, ok: 200, noContent: 204 } as const;
type Outcome = keyof typeof statuses;

/** What an operation declares of its answers. */
export interface AnswerSpec<Body> {
  readonly outcomes: readonly Outcome[];
  /** Of the body without its annotations; null for text, a stream and nothing. */
  readonly schema: TSchema | null;
  /** The entity set, or null for what belongs to none. */
  readonly set: string | null;
  /** What the context URL names after `#users('…')/`, parameters in braces; after `#` where it begins with `/`. */
  readonly context: string | null;
  readonly type:
    | 'application/json'
    | 'application/x-ndjson'
    | 'text/plain'
    | 'text/event-stream'
    | 'image/*'
    | null;
  /** Of a read: it has an ETag, so that a client that has the answer is told so. */
  readonly isTagged?: true;
  /** Never there: carries the type of the body. */
  readonly bodyType?: Body;
}

/** What a verb answers. One of `body`, `json`, `values`, `text`, `lines`, `picture`, `stream` and `parts`, or nothing. */
export interface Answer<Body = unknown> {
  readonly outcome: Outcome;
  readonly body?: Body;
  /** The body, as the text of a JSON object that was made before. */
  readonly json?: string;
  /** The collection `value`, each as the text of a JSON object, with the members beside it. */
  readonly values?: readonly string[];
  readonly beside?: Readonly<Record<string, unknown>>;
  readonly text?: string;
  readonly stream?: StreamOrder;
  /** Requests whose answers, together, are the body. */
  readonly parts?: readonly PartOrder[];
  /** Text of whole lines, which is read only as fast as the reader takes it. */
  readonly lines?: AsyncIterable<string>;
  readonly picture?: Picture;
  readonly later?: Later<Answer<Body>>;
  /** Path of what was created, as in `paths`. */
  readonly location?: string;
  readonly etag?: string;
  readonly result?: 'created' | 'replaced' | 'repeated';
  /** Whose feed it is, for links, when an app calls. */
  readonly owner?: Pick<User, 'name' | 'subject'>;
  /** The token to go on with, when there is more, and the one to come back with, when there is not. */
  readonly nextToken?: string;
  readonly deltaToken?: string;
  /** The token holds the options too, so that the link does not repeat them. */
  readonly tokenHoldsOptions?: boolean;
  /** Of what the request prefers, what was done. */
  readonly applied?: string;
}

/**
 * In place of all else: settles with the answer once there is one, and gives what ends the wait early. Meanwhile no promise
 * is pending, since each of a chain of them would keep what its function has at hand.
 */
export type Later<Answered> = (settle: Settle<Answered>) => () => void;

/** What the edge opens a live stream with. */
export interface StreamOrder {
  readonly user: User;
  readonly principal: UserPrincipal;
  readonly from: StreamStart;
  /** The device that listens, when it said which it is. */
  readonly subscription: string | null;
  /** Takes the cursor that the device says it has come to; settles once that is stored, or can't be. */
  readonly acknowledge: (cursor: string) => Promise<void>;
  /** Counts one frame of the device against its user's allowance. Throws `throttled`. */
  readonly count: () => void;
}

export function entity<S extends TSchema>(
  set: string,
  schema: S,
  outcomes: readonly Outcome[] = ['ok'],
): AnswerSpec<Static<S>> {
  return { outcomes, schema, set, context: `${set}/$entity`, type: 'application/json' };
}

export function tagged<Body>(spec: AnswerSpec<Body>): AnswerSpec<Body> {
  return { ...spec, isTagged: true };
}

/** An entity of a set that is nobody's part. */
export function rootEntity<S extends TSchema>(set: string, schema: S): AnswerSpec<Static<S>> {
  return { ...entity(set, schema), context: `/${set}/$entity` };
}

/** A member of an entity, with a path of its own. */
export function property<S extends TSchema>(
  context: string,
  schema: S,
  outcomes: readonly Outcome[] = ['ok'],
): AnswerSpec<Static<S>> {
  return { outcomes, schema, set: null, context, type: 'application/json' };
}

export function collection<S extends TSchema, const More extends TProperties = Record<never, never>>(
  set: string,
  item: S,
  { more, context = set }: { readonly more?: More; readonly context?: string | null } = {},
): AnswerSpec<{ readonly value: readonly Static<S>[] } & Static<TObject<More>>> {
  const schema = Type.Object({ value: Type.Array(item), ...more }, { additionalProperties: false });
  return { outcomes: ['ok'], schema, set, context, type: 'application/json' };
}

/** An object that is no entity of a set. */
export function plain<S extends TSchema>(
  schema: S,
  outcomes: readonly Outcome[] = ['ok'],
): AnswerSpec<Static<S>> {
  return { outcomes, schema, set: null, context: null, type: 'application/json' };
}

const bare = { schema: null, set: null, context: null };
export const plainText: AnswerSpec<never> = { ...bare, outcomes: ['ok'], type: 'text/plain' };
export const jsonLines: AnswerSpec<never> = { ...bare, outcomes: ['ok'], type: 'application/x-ndjson' };
export const liveStream: AnswerSpec<never> = { ...bare, outcomes: ['ok'], type: 'text/event-stream' };
export const pictureBody: AnswerSpec<never> = { ...bare, outcomes: ['ok'], type: 'image/*' };
export const nothing: AnswerSpec<never> = { ...bare, outcomes: ['noContent'], type: null };

export function statusesOf({ outcomes }: AnswerSpec<unknown>): number[] {
  return outcomes.map((outcome) => statuses[outcome]);
}

export type Headers = Record<string, string | number>;

/** What an edge writes, beside the headers that every answer of its own has. */
export interface WrittenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Opened by the edge in place of a body. */
  readonly stream?: StreamOrder | undefined;
  /** Run by the edge, whose answers are the body. */
  readonly parts?: readonly PartOrder[] | undefined;
  /** Written by the edge in place of a body. */
  readonly lines?: AsyncIterable<string> | undefined;
  /** Written by the edge in place of a body. */
  readonly bytes?: Buffer | undefined;
  /** Awaited by the edge, and written in place of this. */
  readonly later?: Later<WrittenAnswer> | undefined;
}

/** Of the request, what its answer depends on. */
export interface Asked {
  readonly publicUrl: string;
  readonly version: GraphVersion;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  /** Without the query. */
  readonly path: string;
  readonly given: Query;
  readonly prefer: string | null;
}

export function writeAnswer(answer: Answer, spec: AnswerSpec<unknown>, asked: Asked): WrittenAnswer {
  const headers: Headers = { 'Cache-Control': 'no-store' };
  // Operators' answers are no part of the OData service.
  if (asked.principal.kind !== 'operator') headers['OData-Version'] = '4.0';
  if (answer.etag) headers.ETag = answer.etag;
  if (answer.result) headers['Carillon-Result'] = answer.result;
  if (answer.applied) headers['Preference-Applied'] = answer.applied;
  if (answer.location) headers.Location = locationOf(answer.location, answer, asked);
  const body = bodyOf(answer, spec, asked, headers);
  const { stream, parts, lines, picture } = answer;
  if (picture) Object.assign(headers, pictureHeaders(picture));
  const bytes = picture?.bytes;
  const later = answer.later && writeLater(answer.later, spec, asked);
  return { status: statuses[answer.outcome], headers, body, stream, parts, lines, bytes, later };
}

function writeLater(later: Later<Answer>, spec: AnswerSpec<unknown>, asked: Asked): Later<WrittenAnswer> {
  return (settle) => later((answer) => settle(answer.then((settled) => writeAnswer(settled, spec, asked))));
}

function bodyOf(answer: Answer, spec: AnswerSpec<unknown>, asked: Asked, headers: Headers): string {
  if (answer.outcome === 'noContent' || answer.stream || answer.picture) return '';
  if (answer.parts) {
    headers['Content-Type'] = 'application/json';
    return '';
  }
  if (answer.lines) {
    headers['Content-Type'] = 'application/x-ndjson';
    return '';
  }
  if (answer.text !== undefined) {
    headers['Content-Type'] = 'text/plain;charset=utf-8';
    return answer.text;
  }
  const preferred = answer.location ? preferredReturn(asked.prefer) : null;
  if (preferred !== null) headers['Preference-Applied'] = `return=${preferred}`;
  if (preferred === 'minimal') return '';
  const isOData = asked.principal.kind !== 'operator';
  headers['Content-Type'] = isOData ? 'application/json;odata.metadata=minimal' : 'application/json';
  return jsonOf(answer, spec, asked);
}

/** Of a creation (RFC 7240, section 4.2); the first counts where both are named. */
function preferredReturn(prefer: string | null): string | null {
  const pattern = /(?:^|[,\s])return\s*=\s*"?(minimal|representation)"?\s*(?=[,;]|$)/i;
  return pattern.exec(prefer ?? '')?.[1]?.toLowerCase() ?? null;
}

/** Nothing of it runs, also where it is opened by itself; a browser keeps it for its own user. */
function pictureHeaders({ type }: Picture): Headers {
  return {
    'Content-Type': type,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, max-age=3600',
  };
}

function jsonOf(answer: Answer, { context }: AnswerSpec<unknown>, asked: Asked): string {
  const { body, json, values, beside } = answer;
  const url = context === null ? null : contextOf(context, answer, asked);
  // Most answers are one entity, whose text was made before.
  if (json !== undefined && beside === undefined)
    return url === null ? json : `{"@odata.context":${JSON.stringify(url)},${json.slice(1)}`;
  const before = url === null ? {} : { '@odata.context': url };
  const members = JSON.stringify({ ...before, ...membersOf(body), ...beside, ...linkOf(answer, asked) });
  if (json !== undefined) return members === '{}' ? json : `${members.slice(0, -1)},${json.slice(1)}`;
  if (values === undefined) return members;
  return `${members === '{}' ? '{' : `${members.slice(0, -1)},`}"value":[${values.join()}]}`;
}

function membersOf(body: unknown): object {
  return typeof body === 'object' && body !== null ? body : {};
}

/** The user whose feed was answered: the caller, or the one that an app named. */
function ownerOf({ owner }: Answer, { principal }: Asked): Pick<User, 'name' | 'subject'> | undefined {
  return principal.kind === 'user' ? principal.user : owner;
}

function contextOf(context: string, answer: Answer, asked: Asked): string {
  const { publicUrl, version, params } = asked;
  if (context.startsWith('/')) return `${publicUrl}/${version}/$metadata#${context.slice(1)}`;
  const named = context.includes('{')
    ? context.replace(/\{(\w+)\}/g, (_, name: string) => (params[name] ?? '').toLowerCase())
    : context;
  const user = encodeURIComponent(ownerOf(answer, asked)?.name ?? '').replaceAll("'", "''");
  return `${publicUrl}/${version}/$metadata#users('${user}')/${named}`;
}

/** An app that called by its own token finds the user's things below users/{id}. */
function locationOf(location: string, answer: Answer, asked: Asked): string {
  const { publicUrl, version, principal } = asked;
  if (principal.kind === 'operator') return publicUrl + location;
  const subject = encodeURIComponent(ownerOf(answer, asked)?.subject ?? '');
  const path = principal.kind === 'user' ? location : location.replace(/^\/me\//, `/users/${subject}/`);
  return `${publicUrl}/${version}${path}`;
}

function linkOf(
  { nextToken, deltaToken, tokenHoldsOptions }: Answer,
  { publicUrl, path, given }: Asked,
): object {
  const token = nextToken ?? deltaToken;
  if (token === undefined) return {};
  const repeated = tokenHoldsOptions ? [] : [...given];
  const kept = repeated.filter(([name]) => name !== '$skiptoken' && name !== '$deltatoken');
  const options = [...kept, [nextToken === undefined ? '$deltatoken' : '$skiptoken', token] as const];
  const query = options.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const link = `${publicUrl}${path}?${query}`;
  return nextToken === undefined ? { '@odata.deltaLink': link } : { '@odata.nextLink': link };
}
