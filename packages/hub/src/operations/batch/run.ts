// Several requests in one, answered together. The parts are the edge's to route and run: each is admitted, counted,
// authorized and answered as a request of its own, by the token of the batch.
import { limits } from '@carillon/protocol';
import { batchAnswerSchema, batchSchema } from '@carillon/protocol/schemas';
import { plain } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';
import { readParts } from './part-order.ts';

export const runBatch = operation({
  name: 'runBatch',
  method: 'POST',
  paths: ['/$batch'],
  access: 'batch',
  summary: `run up to ${limits.batchRequests} requests in one, and answer them together`,
  body: { ...bodyOf(batchSchema, readParts, limits.batchBodyBytes), inParts: true },
  answer: plain(batchAnswerSchema),
  run: ({ body }) => ({ outcome: 'ok', parts: body }),
});
