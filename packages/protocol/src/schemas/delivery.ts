// Schemas of what became of a notification on each device, and of what devices say of it themselves.
// That a receipt's subscription is the caller's own is the hub's to decide.

import { deliveryStatuses, receiptKinds, verdicts } from '../delivery.ts';
import { limits } from '../limits.ts';
import { platformTypes } from '../notification.ts';
import { visualMembers } from '../visual-content.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';
import { Type } from './type.ts';

const receipt = strictObject({
  id: Type.String({ maxLength: 64 }),
  subscriptionId: Type.String({ maxLength: 512 }),
  kind: oneOf(receiptKinds),
  dateTime: Type.Optional(nullable(dateTime)),
  contentVersion: Type.Optional(Type.Integer({ minimum: 1 })),
});

export const receiptsPostSchema = strictObject({
  receipts: Type.Array(receipt, { minItems: 1, maxItems: limits.receiptsPerCall }),
});

export const receiptsAnswerSchema = strictObject({
  recordedCount: Type.Integer({ minimum: 0 }),
  notFound: Type.Array(Type.String()),
});

/** The provider's last answer, without its body; null before there is one. */
export const lastAnswerSchema = nullable(
  strictObject({
    verdict: oneOf(verdicts),
    status: nullable(Type.Integer()),
    reason: nullable(Type.String()),
    dateTime,
  }),
);

const dropped = Type.Array(oneOf(visualMembers));

export const deliverySchema = strictObject({
  subscriptionId: Type.String(),
  platform: oneOf(platformTypes),
  kind: oneOf(['notify', 'fallback']),
  status: oneOf(deliveryStatuses),
  reason: nullable(Type.String()),
  attempts: Type.Integer({ minimum: 0 }),
  truncated: Type.Boolean(),
  dropped,
  lastAnswer: lastAnswerSchema,
  plannedDateTime: dateTime,
  sentDateTime: nullable(dateTime),
  fetchedDateTime: nullable(dateTime),
  shownDateTime: nullable(dateTime),
  actedDateTime: nullable(dateTime),
});

export const explanationSchema = strictObject({
  subscriptionId: Type.String(),
  platform: oneOf(platformTypes),
  decision: oneOf(['push', 'skip']),
  reason: Type.String(),
  dropped,
  request: nullable(
    strictObject({
      method: Type.String(),
      headers: Type.Record(Type.String(), Type.String()),
      body: Type.Unknown(),
      truncated: Type.Boolean(),
    }),
  ),
});
