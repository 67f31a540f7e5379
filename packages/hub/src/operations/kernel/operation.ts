// An operation is one value: its name, method and paths, who may call it, its query options, body and answer, and the
// verb. Routes, access, 405 and CORS, the tables of docs/api.md and the access tests are made from it; so will be the
// documents of the API. operations/table.ts lists them all.
import { limits } from '@carillon/protocol';
import type { Static, TSchema } from 'typebox';
import type { Access } from '../../auth/authorize.ts';
import type { Answer, AnswerSpec } from './answer.ts';
import { openBodyReader } from './body.ts';
import type { Call, Services } from './call.ts';
import type { Query, QueryOptions, QueryValues } from './query.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Beside the body, what it may be read by. */
export interface BodyContext {
  readonly services: Services;
  readonly params: Readonly<Record<string, string>>;
}

/** The body that an operation takes. */
export interface BodySpec<Body> {
  readonly schema: TSchema;
  /** After decompression. */
  readonly bytesMax: number;
  /** Depth and strings are checked part by part. */
  readonly inParts?: boolean;
  /** All that can be said of a body without looking at anybody's feed. Throws `invalidRequest` by member. */
  read(json: unknown, context: BodyContext): Body;
}

/** A body of this schema; `settle` checks what no schema of a single member says. */
export function bodyOf<S extends TSchema, Body>(
  schema: S,
  settle: (value: Static<S>, context: BodyContext) => Body,
  bytesMax: number = limits.bodyBytes,
): BodySpec<Body> {
  const read = openBodyReader(schema);
  return { schema, bytesMax, read: (json, context) => settle(read(json), context) };
}

/** The names in braces of a path. */
type ParamOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamOf<Rest>
  : never;

export interface OperationSpec<
  Who extends Access,
  Path extends string,
  Options extends QueryOptions,
  Body,
  Answered,
> {
  readonly name: string;
  readonly method: Method;
  /** What begins with /me is also below /users/{id | userPrincipalName}; all but /admin is below /beta and /v1.0. */
  readonly paths: readonly [Path, ...Path[]];
  readonly access: Who;
  /** One line of the documents. */
  readonly summary: string;
  readonly query?: Options;
  /** Headers that this operation does not support, though others ignore them. */
  readonly refusedHeaders?: readonly string[];
  /** Absent when it takes none. */
  readonly body?: BodySpec<Body>;
  readonly answer: AnswerSpec<Answered>;
  /** Of a read, whether it may be answered much later. How many such there are, the operation bounds by itself. */
  readonly waits?: (query: Query) => boolean;
  // A method, so that each operation's call is its own type and the list of all has one (see Operation).
  run(
    call: Call<Who, ParamOf<Path>, QueryValues<Options>, Body>,
    services: Services,
  ): Answer<Answered> | Promise<Answer<Answered>>;
}

/** Any operation, as the list and the runner see it: the runner gives each the call that it declares. */
export type Operation = OperationSpec<Access, string, QueryOptions, unknown, unknown>;

export function operation<
  const Who extends Access,
  const Path extends string,
  const Options extends QueryOptions = Record<never, never>,
  Body = undefined,
  Answered = unknown,
>(spec: OperationSpec<Who, Path, Options, Body, Answered>): Operation {
  return spec;
}
