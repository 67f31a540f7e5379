// Schemas of a batch: requests in one body, and their answers in another (Combine multiple HTTP requests using JSON batching,
// Microsoft Graph). What a part's own body holds is the matter of its operation.

import { limits } from '../limits.ts';
import { nullable, strictObject, unlisted } from './build.ts';
import { Type } from './type.ts';

const id = Type.String({ minLength: 1, maxLength: limits.batchIdCharacters });
const names = nullable(Type.Array(id, { maxItems: limits.batchRequests }));
const header = Type.String({ maxLength: limits.batchHeaderCharacters });

export const batchRequestSchema = strictObject({
  id,
  method: Type.String({ minLength: 1, maxLength: 16 }),
  url: Type.String({ minLength: 1, maxLength: limits.batchUrlCharacters }),
  headers: Type.Optional(
    nullable(Type.Record(Type.String(), header, { maxProperties: limits.batchHeaders })),
  ),
  body: Type.Optional(Type.Unknown()),
  dependsOn: Type.Optional(names),
  /** As msgraph-core for Python spells it. */
  depends_on: Type.Optional(unlisted(names)),
});

export const batchSchema = strictObject({
  requests: Type.Array(batchRequestSchema, { minItems: 1, maxItems: limits.batchRequests }),
});

export const batchAnswerSchema = strictObject({
  responses: Type.Array(
    strictObject({
      id,
      status: Type.Integer({ minimum: 200, maximum: 599 }),
      headers: Type.Record(Type.String(), Type.String()),
      body: Type.Optional(Type.Unknown()),
    }),
  ),
});
