// The documents of the API may grow between releases, and break no client of the last one: a check of today's, and planted
// breaks of each kind, each of which is named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xml2json } from 'odata-csdl';
import { readDocument } from '../documents.ts';
import { released } from '../generated.ts';
import { metadataBreaks } from './metadata.ts';
import { type OpenApi, openApiBreaks } from './open-api.ts';

const now = readDocument('docs/openapi.json');
const metadataNow = xml2json(readDocument('docs/metadata.xml'));
const hint = 'breaks clients of the last release (CONTRIBUTING.md, "Make a release")';

test('docs/openapi.json breaks no client of the last release', () => {
  const old: OpenApi = JSON.parse(readDocument(released['docs/openapi.json'] ?? ''));
  assert.deepEqual(openApiBreaks(old, JSON.parse(now)), [], hint);
});

test('docs/metadata.xml breaks no client of the last release', () => {
  const old = xml2json(readDocument(released['docs/metadata.xml'] ?? ''));
  assert.deepEqual(metadataBreaks(old, metadataNow), [], hint);
});

// biome-ignore lint/suspicious/noExplicitAny: a planted fault reaches wherever it likes
type Any = any;

const me = '/v1.0/me/notifications';
const shapes = (document: Any): Any => document.components.schemas;

/** By what is told of it, a change of the document. */
const breaks: readonly (readonly [string, (document: Any) => void])[] = [
  [`GET ${me}/{id} is removed`, ({ paths }) => void delete paths[`${me}/{id}`].get],
  [`GET ${me}/delta is removed`, ({ paths }) => void delete paths[`${me}/delta`]],
  [`POST ${me}: 200 is removed`, ({ paths }) => void delete paths[me].post.responses[200]],
  [
    `POST ${me}: 201: header Location is removed`,
    ({ paths }) => void delete paths[me].post.responses[201].headers.Location,
  ],
  [`GET ${me}: query $filter is removed`, ({ paths }) => void paths[me].get.parameters.shift()],
  [
    `GET ${me}: query $top has another maximum: 50`,
    ({ paths }) => {
      paths[me].get.parameters.find(({ name }: Any) => name === '$top').schema.maximum = 50;
    },
  ],
  [
    `GET ${me}: query color is required`,
    ({ paths }) => {
      paths[me].get.parameters.push({ name: 'color', in: 'query', required: true, schema: {} });
    },
  ],
  [
    `GET ${me}: operationId "listNotifications" is now "list"`,
    ({ paths }) => {
      paths[me].get.operationId = 'list';
    },
  ],
  [
    `GET ${me}: 200: value[].readState is removed`,
    (document) => void delete shapes(document).SelectedNotification.properties.readState,
  ],
  [
    `GET ${me}/{id}: 200: contentVersion may be of type null`,
    (document) => {
      shapes(document).SelectedNotification.properties.contentVersion.type = ['integer', 'null'];
    },
  ],
  [
    `PATCH ${me}/{id}: 200: readState may be absent`,
    (document) => {
      const shape = shapes(document).Notification;
      shape.required = shape.required.filter((name: string) => name !== 'readState');
    },
  ],
  [
    `POST ${me}: appNotificationId is required`,
    (document) => void shapes(document).NotificationPost.required.push('appNotificationId'),
  ],
  [
    `POST ${me}: groupName is removed`,
    (document) => void delete shapes(document).NotificationPost.properties.groupName,
  ],
  [
    `POST ${me}: groupName is no longer of type null`,
    (document) => {
      shapes(document).NotificationPost.properties.groupName.type = 'string';
    },
  ],
  [
    `POST ${me}: priority no longer takes "Low"`,
    (document) => {
      shapes(document).Priority.enum = ['None', 'High'];
    },
  ],
  [
    `POST ${me}: payload.visualContent.sound has another maxLength: 8`,
    (document) => {
      shapes(document).VisualContent.properties.sound.maxLength = 8;
    },
  ],
  [
    `GET /v1.0/me: 404: error.code is removed`,
    (document) => void delete shapes(document).Refusal.properties.error.properties.code,
  ],
];

test('each break of the OpenAPI document is named', () => {
  for (const [told, plant] of breaks) {
    const planted = JSON.parse(now);
    plant(planted);
    const found = openApiBreaks(JSON.parse(now), planted);
    assert.ok(found.includes(told), `${told}: ${JSON.stringify(found.slice(0, 5))}`);
  }
});

test('what is added to the OpenAPI document breaks nobody', () => {
  const grown = JSON.parse(now);
  const { Notification, NotificationPost, Priority, ReadState } = shapes(grown);
  grown.paths['/v1.0/me/letters'] = { get: { operationId: 'listLetters', responses: {} } };
  grown.paths[me].get.parameters.push({ name: 'color', in: 'query', schema: {} });
  grown.paths[me].get.responses[203] = { description: 'more' };
  Notification.properties.color = { type: 'string' };
  ReadState.enum.push('glanced');
  NotificationPost.properties.color = { type: 'string' };
  Priority.enum.push('Urgent');
  NotificationPost.properties.appNotificationId.maxLength = 1000;
  assert.deepEqual(openApiBreaks(JSON.parse(now), grown), []);
});

const typeBreaks: readonly (readonly [string, (types: Any) => void])[] = [
  ['microsoft.graph/delivery is removed', (types) => void delete types.delivery],
  [
    'microsoft.graph/notification/readState is removed',
    ({ notification }) => void delete notification.readState,
  ],
  [
    'microsoft.graph/notification/id: Type is Edm.Guid, was Edm.String',
    ({ notification }) => {
      notification.id.$Type = 'Edm.Guid';
    },
  ],
  [
    'microsoft.graph/notification/contentVersion may be null',
    ({ notification }) => {
      notification.contentVersion.$Nullable = true;
    },
  ],
  [
    'microsoft.graph/notification/deliveries: Collection is false, was true',
    ({ notification }) => void delete notification.deliveries.$Collection,
  ],
  ['microsoft.graph/readState/read is removed', ({ readState }) => void delete readState.read],
  [
    'microsoft.graph/readState/read is 2, was 1',
    ({ readState }) => {
      readState.read = 2;
    },
  ],
  ['microsoft.graph/delta is removed', (types) => void delete types.delta],
  [
    'microsoft.graph/respond(text) is removed',
    ({ respond: [{ $Parameter }] }) => void $Parameter.splice(2, 1),
  ],
  [
    'microsoft.graph/respond(text) is required',
    ({ respond: [{ $Parameter }] }) => void delete $Parameter[2].$Nullable,
  ],
  [
    'microsoft.graph/respond(color) is required',
    ({ respond: [{ $Parameter }] }) => void $Parameter.push({ $Name: 'color' }),
  ],
  [
    'microsoft.graph/respond ReturnType is removed',
    ({ respond: [action] }) => void delete action.$ReturnType,
  ],
  ['microsoft.graph/GraphService/me is removed', ({ GraphService }) => void delete GraphService.me],
  ['microsoft.graph/user/notifications is removed', ({ user }) => void delete user.notifications],
];

test('each break of $metadata is named, and what is added is none', () => {
  for (const [told, plant] of typeBreaks) {
    const planted: Any = structuredClone(metadataNow);
    plant(planted['microsoft.graph']);
    const found = metadataBreaks(metadataNow, planted);
    assert.ok(found.includes(told), `${told}: ${JSON.stringify(found.slice(0, 5))}`);
  }
  const grown: Any = structuredClone(metadataNow);
  const { notification, readState, respond } = grown['microsoft.graph'];
  notification.color = {};
  readState.glanced = 2;
  respond[0].$Parameter.push({ $Name: 'color', $Nullable: true });
  grown['microsoft.graph'].letter = { $Kind: 'EntityType' };
  assert.deepEqual(metadataBreaks(metadataNow, grown), []);
});
