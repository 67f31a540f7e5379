// How operators name a delivery: by an id that seals its key, since the id of a subscription is part of a capability.
// The same delivery has the same id each time.
import { createHash } from 'node:crypto';
import { type DeliveryKey, keyOfDelivery } from '../../../model/delivery.ts';
import { invalid } from '../../../model/errors.ts';
import type { Services } from '../../kernel/call.ts';

const scope = 'delivery';

export function writeDeliveryId(delivery: DeliveryKey, { adminSeal }: Services): string {
  return adminSeal.seal(Buffer.from(writeKey(delivery)), scope);
}

export function readDeliveryId(id: string, { adminSeal }: Services): DeliveryKey {
  const plain = adminSeal.open(id, scope);
  if (plain) return readKey(plain.toString());
  throw invalid('"ids" holds one that is not the id of a delivery: take them from the list.', 'ids');
}

export function writeKey(delivery: DeliveryKey): string {
  return JSON.stringify(keyOfDelivery(delivery));
}

/** Of a text that the hub sealed itself. */
export function readKey(text: string): DeliveryKey {
  return JSON.parse(text);
}

/** Distinguishes subscriptions without revealing the id, which is part of a capability. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
