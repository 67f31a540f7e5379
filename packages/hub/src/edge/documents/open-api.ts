// The API as an OpenAPI 3.1 document, made from the list of operations: their paths, access, query options, bodies and answers.
// `npm run docs` writes it to docs/openapi.json, and a test holds every answer of the tests against it.
import { errorTable } from '@carillon/protocol';
import { type Access, isForOperators } from '../../auth/authorize.ts';
import { statusesOf } from '../../operations/kernel/answer.ts';
import type { Operation } from '../../operations/kernel/operation.ts';
import { operationTable } from '../../operations/table.ts';
import { type Json, jsonSchemaOf, plainSchema } from './json-schema.ts';
import { enumerations, nameOf, shapes } from './shapes.ts';

const selectedName = 'SelectedNotification';
const selectedNameOf = (schema: object): string | null =>
  nameOf(schema) === 'Notification' ? selectedName : nameOf(schema);

const url = { type: 'string', format: 'uri' };
const annotations = { '@odata.context': url, '@odata.etag': { type: 'string' } };

const info = {
  title: 'Carillon',
  version: 'v1.0',
  description:
    'Notifications for users, on all of their devices, in the style of Microsoft Graph. Every path below /v1.0 exists below /beta too, and ' +
    'every path below /me below /users/{id | userPrincipalName}. The two versions differ in the status of what is throttled (406 under /beta), ' +
    'busy (406) and of another type (401).',
  license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
};

export function openApi(publicUrl: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operationTable)
    for (const { path, operationId } of placesOf(operation)) {
      paths[path] ??= {};
      paths[path][operation.method.toLowerCase()] = { operationId, ...describe(operation, path) };
    }
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }],
    tags: [...new Set(operationTable.map(tagOf))].map((name) => ({ name })),
    paths,
    components: components(),
  };
}

/** An app that may name the user in the path does so below /users. */
function placesOf({ name, paths, access }: Operation): { path: string; operationId: string }[] {
  const forms = paths.flatMap((path, index) => {
    const form = { path, operationId: index === 0 ? name : `${name}${index + 1}` };
    const ofUser = { path: path.replace('/me/', '/users/{user}/'), operationId: `${form.operationId}OfUser` };
    return access === 'userOrAppByPath' ? [form, ofUser] : [form];
  });
  return forms.map((form) =>
    form.path.startsWith('/admin/') ? form : { ...form, path: `/v1.0${form.path}` },
  );
}

function tagOf({ paths: [path] }: Operation): string {
  const [, first = '', second = ''] = path.split('/');
  return first === 'me' && second !== '' ? second : first;
}

const callers: Readonly<Record<Access, string>> = {
  user: 'For a delegated token.',
  inbox: 'For a delegated token with the scope Notifications.ReadWrite.',
  userOrApp: 'For a delegated token, or an app-only one with an X-UNS-ID.',
  userOrAppByPath: 'For a delegated token, or an app-only one with an X-UNS-ID or under users/{id}.',
  batch: 'For a delegated or an app-only token.',
  appOrUser: 'For a delegated or an app-only token.',
  operator: 'For an operator with the role Carillon.Admin.',
  operatorRead: 'For an operator with the role Carillon.Admin or Carillon.Read.',
};

function describe(operation: Operation, path: string): Json {
  const { summary, access, body } = operation;
  const parameters = parametersOf(operation, path);
  return {
    tags: [tagOf(operation)],
    summary: summary.replaceAll('`', ''),
    description: callers[access],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: requestBodyOf(operation, body.schema) } : {}),
    responses: responsesOf(operation),
  };
}

function parametersOf({ method, query = {}, access, answer }: Operation, path: string): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
  const options = Object.entries(query).map(([name, { schema }]) => ({
    ...{ name, in: 'query', schema: jsonSchemaOf(schema, nameOf) },
  }));
  const headers = [
    ...(isForOperators(access) || access === 'batch' ? [] : ['UnsId']),
    ...(method === 'PATCH' || method === 'DELETE' ? ['IfMatch'] : []),
    ...(answer.isTagged ? ['IfNoneMatch'] : []),
    ...(method === 'POST' && access !== 'batch' ? ['Prefer'] : []),
    'ClientRequestId',
  ];
  return [...inPath, ...options, ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` }))];
}

const examples: Readonly<Record<string, unknown>> = {
  createNotification: {
    ...{ targetHostName: 'app.example', appNotificationId: 'lunch', priority: 'High' },
    payload: { visualContent: { title: 'Lunch is ready', body: 'In the kitchen, until two.' } },
  },
  updateNotification: { userActionState: 'dismissed' },
  respondToNotification: { actionId: 'approve' },
  runBatch: { requests: [{ id: '1', method: 'GET', url: '/me/notifications?$top=5' }] },
};

function requestBodyOf({ name }: Operation, schema: object): Json {
  const example = examples[name];
  const media = {
    ...{ schema: jsonSchemaOf(schema, nameOf) },
    ...(example === undefined ? {} : { example }),
  };
  return { required: true, content: { 'application/json': media } };
}

function responsesOf(operation: Operation): Json {
  const { answer } = operation;
  const schema = answerSchemaOf(operation);
  const content = answer.type === null ? {} : { content: { [answer.type]: schema ? { schema } : {} } };
  const good = statusesOf(answer).map((status) => [
    status,
    {
      description: descriptions[status] ?? 'OK',
      headers: headersOf(status),
      ...(status === 204 ? {} : content),
    },
  ]);
  const known = answer.isTagged ? { 304: { description: 'not changed' } } : {};
  return { ...Object.fromEntries(good), ...known, ...refusals };
}

const descriptions: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'created',
  204: 'nothing to answer',
};
const text = { schema: { type: 'string' } };

function headersOf(status: number): Json {
  const ids = { 'request-id': text, 'client-request-id': text };
  return status === 201 ? { ...ids, Location: { schema: url } } : ids;
}

/** Any operation may be refused by these; others by what the summary or the table of statuses says. */
const refusals = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 429].map((status) => [status, { $ref: `#/components/responses/Refused${status}` }]),
  ),
  default: { $ref: '#/components/responses/Refused' },
};

/** Of an answer with a body, with the annotations that it may have; null for text, a stream and nothing. */
function answerSchemaOf({ answer, query = {} }: Operation): Json | null {
  const { schema } = answer;
  if (schema === null) return null;
  const own = '$select' in query ? selectedNameOf : nameOf;
  if (own(schema) !== null) return jsonSchemaOf(schema, own);
  const links = isCollection(schema) ? { '@odata.nextLink': url, '@odata.deltaLink': url } : {};
  return withMembers(plainSchema(schema, own), { '@odata.context': url, ...links });
}

function isCollection(schema: object): boolean {
  const { properties }: { properties?: object } = schema;
  return properties !== undefined && 'value' in properties;
}

function withMembers(schema: Json, more: Json): Json {
  return { ...schema, properties: { ...more, ...Object(schema.properties) } };
}

/** The shapes that have names, by name. */
function componentSchemas(): Record<string, Json> {
  const named = shapes.map(({ name, schema, isEntity = false }): [string, Json] => {
    const plain = plainSchema({ ...schema, type: 'object' }, nameOf);
    return [name, isEntity ? withMembers(plain, annotations) : plain];
  });
  const values = Object.entries(enumerations).map(([name, each]) => [name, { type: 'string', enum: each }]);
  const schemas = Object.fromEntries([...named, ...values]);
  // All that `$select` may leave out; `Me` is answered by an operation that takes it, and by no other.
  const selected = { required: ['id'] };
  return {
    ...schemas,
    Me: { ...schemas.Me, ...selected },
    [selectedName]: { ...schemas.Notification, ...selected },
    Refusal: refusal,
  };
}

const refusal = {
  type: 'object',
  required: ['error'],
  // A refused answer to a question has the notification beside the error.
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'innerError'],
      properties: {
        code: { type: 'string', enum: [...new Set(Object.values(errorTable).map(({ code }) => code))] },
        message: { type: 'string' },
        target: { type: 'string', description: 'The member, header or query option that is wrong.' },
        innerError: {
          type: 'object',
          required: ['date', 'request-id', 'client-request-id'],
          properties: {
            date: { type: 'string' },
            'request-id': { type: 'string' },
            'client-request-id': { type: 'string' },
          },
        },
      },
      additionalProperties: false,
    },
  },
};

function components(): Json {
  return {
    schemas: componentSchemas(),
    responses: {
      ...Object.fromEntries(refusalResponses()),
      Refused: { description: 'refused', content: refusalContent },
    },
    parameters: {
      UnsId: header(
        'X-UNS-ID',
        'The id of a subscription: of the device that acts, or of whom an app calls for.',
      ),
      IfMatch: header('If-Match', 'The ETag that the change was decided on.'),
      IfNoneMatch: header('If-None-Match', 'The ETag that is known: an answer that has it is 304.'),
      Prefer: header('Prefer', 'return=minimal: the answer to a creation without its body.'),
      ClientRequestId: header('client-request-id', 'A GUID that the answer repeats.'),
    },
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  };
}

function header(name: string, description: string): Json {
  return { name, in: 'header', description, schema: { type: 'string' } };
}

const refusalContent = { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } };
const number = { schema: { type: 'integer' } };
const throttledHeaders = {
  ...{
    'Retry-After': number,
    'RateLimit-Limit': number,
    'RateLimit-Remaining': number,
    'RateLimit-Reset': number,
  },
};

function refusalResponses(): [string, Json][] {
  return [400, 401, 403, 404, 429].map((status) => {
    const codes = Object.values(errorTable).filter(({ v1 }) => v1 === status);
    const description = [...new Set(codes.map(({ code }) => code))].join(', ');
    return [
      `Refused${status}`,
      { description, ...(status === 429 ? { headers: throttledHeaders } : {}), content: refusalContent },
    ];
  });
}
