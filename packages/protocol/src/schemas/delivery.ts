// Schema of what a device says became of notifications on it.
// That a receipt's subscription is the caller's own is the hub's to decide.
import Type from 'typebox';
import { receiptKinds } from '../delivery.ts';
import { limits } from '../limits.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';

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
