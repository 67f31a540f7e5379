// What of docs/openapi.json breaks a client of the last release: a path, a method, a status, a parameter or a member that is
// gone, a request that must have or be more, an answer that may have or be less. What is added breaks nobody.
import { resolve, type Schema, schemaBreaks } from './schemas.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<
    Record<string, (Content & { readonly headers?: object }) | { readonly $ref: string }>
  >;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: object;
}

interface Both<T> {
  readonly old: T;
  readonly now: T;
}

export function openApiBreaks(old: OpenApi, now: OpenApi): string[] {
  return Object.entries(old.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const present = now.paths[path]?.[method];
      if (!present) return [`${name} is removed`];
      return operationBreaks({ old: operation, now: present }, { old, now }).map(
        (what) => `${name}: ${what}`,
      );
    }),
  );
}

function operationBreaks({ old, now }: Both<Operation>, documents: Both<OpenApi>): string[] {
  const renamed =
    old.operationId === now.operationId
      ? []
      : [`operationId "${old.operationId}" is now "${now.operationId}"`];
  return [
    ...renamed,
    ...parameterBreaks({ old, now }, documents),
    ...bodyBreaks({ old, now }, documents),
    ...Object.keys(old.responses).flatMap((status) => statusBreaks(status, { old, now }, documents)),
  ];
}

function parameterBreaks({ old, now }: Both<Operation>, documents: Both<OpenApi>): string[] {
  const before = parametersOf(old, documents.old);
  const after = parametersOf(now, documents.now);
  const gone = [...before].flatMap(([key, parameter]) => {
    const present = after.get(key);
    if (!present) return [`${key} is removed`];
    const required = present.required && !parameter.required ? [`${key} is required`] : [];
    const schemas = { old: parameter.schema ?? {}, now: present.schema ?? {} };
    return [...required, ...schemaBreaks(schemas, { documents, side: 'request', at: key })];
  });
  const added = [...after].filter(([key, { required }]) => required && !before.has(key));
  return [...gone, ...added.map(([key]) => `${key} is required`)];
}

function parametersOf({ parameters = [] }: Operation, document: OpenApi): Map<string, Parameter> {
  const all = parameters.map((each) => ('$ref' in each ? resolve<Parameter>(each.$ref, document) : each));
  return new Map(all.map((each) => [`${each.in} ${each.name}`, each]));
}

function bodyBreaks({ old, now }: Both<Operation>, documents: Both<OpenApi>): string[] {
  if (!old.requestBody) return now.requestBody?.required ? ['a body is required'] : [];
  if (!now.requestBody) return ['its body is removed'];
  return contentBreaks({ old: old.requestBody, now: now.requestBody }, documents, 'request');
}

function statusBreaks(status: string, { old, now }: Both<Operation>, documents: Both<OpenApi>): string[] {
  const [before, after] = [old.responses[status], now.responses[status]];
  if (!before) return [];
  if (!after) return [`${status} is removed`];
  const both = { old: answerOf(before, documents.old), now: answerOf(after, documents.now) };
  const headers = Object.keys(both.old.headers ?? {}).filter((name) => !(name in (both.now.headers ?? {})));
  return [
    ...headers.map((name) => `${status}: header ${name} is removed`),
    ...contentBreaks(both, documents, 'answer').map((what) => `${status}: ${what}`),
  ];
}

function answerOf(
  answer: Operation['responses'][string],
  document: OpenApi,
): Content & { readonly headers?: object } {
  return '$ref' in answer ? resolve(answer.$ref, document) : answer;
}

function contentBreaks(
  { old, now }: Both<Content>,
  documents: Both<OpenApi>,
  side: 'request' | 'answer',
): string[] {
  return Object.entries(old.content ?? {}).flatMap(([type, { schema = {} }]) => {
    const present = now.content?.[type];
    if (!present) return [`${type} is removed`];
    return schemaBreaks({ old: schema, now: present.schema ?? {} }, { documents, side, at: '' });
  });
}
