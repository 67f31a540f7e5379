// What an endpoint is sent: a collection of change notifications, as Microsoft Graph has it, or one of lifecycle events. Each
// has an id that stays the same when it is sent again.
import { createHash } from 'node:crypto';
import { uuidFromBytes } from '../lib/ids.ts';
import type { ChangeSubscription, WebhookChange } from '../model/change-subscription.ts';
import { formatDateTime } from '../model/date-time.ts';
import { answerDelivery, type StoredDelivery } from '../model/delivery.ts';
import type { FeedOwner } from '../model/write.ts';
import { encryptContent } from './encrypted-content.ts';

export interface ChangeContext {
  readonly owner: Pick<FeedOwner, 'issuer' | 'subject'>;
  /** The UNS-ID of a device. */
  readonly unsId: (row: StoredDelivery) => string;
}

/** What is told depends on. */
export type Told = Pick<
  ChangeSubscription,
  'id' | 'expires' | 'clientState' | 'resource' | 'withData' | 'certificate' | 'certificateId'
>;

export function changeValue(
  change: WebhookChange,
  told: Told,
  context: ChangeContext,
): Record<string, unknown> & { readonly id: string } {
  const { owner, unsId } = context;
  const { type, notification: id } = change;
  const resource = `users/${encodeURIComponent(owner.subject)}/notifications/${id}`;
  const isDelivery = told.resource === 'users/getAllDeliveries';
  const ended = isDelivery && change.data !== null ? deliveryOf(change.data, unsId) : null;
  const json = ended === null ? change.data : JSON.stringify({ id, ...ended });
  const etag = change.changes === 0 ? {} : { '@odata.etag': `W/"${change.changes}"` };
  return {
    id: idOf(change),
    ...membersOf(told, owner.issuer),
    changeType: type,
    resource: isDelivery ? `${resource}/deliveries` : resource,
    resourceData: {
      '@odata.type': isDelivery ? '#microsoft.graph.notificationDelivery' : '#microsoft.graph.notification',
      '@odata.id': resource,
      ...etag,
      id,
      ...(told.withData ? {} : ended),
    },
    ...encryptedOf(json, told),
  };
}

function encryptedOf(json: string | null, { withData, certificate, certificateId }: Told) {
  if (!withData || json === null || certificate === null) return {};
  return { encryptedContent: encryptContent(json, { certificate, certificateId }) };
}

function deliveryOf(data: string, unsId: ChangeContext['unsId']) {
  const row: StoredDelivery = JSON.parse(data);
  return answerDelivery(row, unsId(row));
}

export function lifecycleValue(
  told: ChangeSubscription,
  event: ChangeSubscription['events'][number],
): object {
  return {
    id: uuidOf(JSON.stringify([told.id, event])),
    ...membersOf(told, told.issuer),
    resource: told.resource,
    lifecycleEvent: event.name,
  };
}

function membersOf(
  { id, expires, clientState }: Pick<Told, 'id' | 'expires' | 'clientState'>,
  issuer: string,
) {
  return {
    subscriptionId: id,
    subscriptionExpirationDateTime: formatDateTime(expires),
    clientState,
    tenantId: tenantOf(issuer),
  };
}

/** The same whenever the change is told, so that an endpoint recognises what it has got. */
function idOf({ place: _, ...change }: WebhookChange): string {
  return uuidOf(JSON.stringify(Object.entries(change).sort()));
}

const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Entra's issuers name their tenant; another issuer is a tenant of its own. */
function tenantOf(issuer: string): string {
  return guid.exec(issuer)?.[0].toLowerCase() ?? uuidOf(issuer);
}

/** What is told of a change subscription itself never waits for what it is told of changes. */
export function lifecycleBacklogOf(id: string): string {
  return uuidOf(`lifecycle ${id}`);
}

/** A UUID of version 8 (RFC 9562, section 5.8) for a text: always the same one. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return uuidFromBytes(bytes);
}
