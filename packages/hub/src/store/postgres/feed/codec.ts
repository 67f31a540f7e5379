// Rows of the feed tables <-> nouns of the model. One place knows how a state, an id or a user's key is packed.
// Used by the snapshot of a commit and by the reader alike, so that both see the same nouns.
import type { NotificationType, PlatformType } from '@carillon/protocol';
import { readStates, userActionStates } from '@carillon/protocol';
import { BoundedMap } from '../../../lib/bounded-map.ts';
import { isUuid, uuidToBytes } from '../../../lib/ids.ts';
import type { Removal, StoredNotification } from '../../../model/notification.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { PushAddress } from '../../../model/push-address.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';
import type { FeedAppRow, FeedRow } from '../../store.ts';
import type { Row } from '../wire/pipeline.ts';
import type { Column } from './columns.ts';

/** Of 4 096: the first 12 bits of the key, so that everyone computes the same one for ever. */
export function laneOf(user: UserKey): number {
  const key = packUser(user);
  return ((key[0] as number) << 4) | ((key[1] as number) >> 4);
}

/** A batch names each of its users several times. */
const packed = new BoundedMap<UserKey, Buffer>({ entriesMax: 4096 });

function packUser(user: UserKey): Buffer {
  let key = packed.get(user);
  if (!key) {
    key = packKey(user);
    packed.set(user, key);
  }
  return key;
}

/** A user's key or a subscription's id: 16 bytes, base64url as a noun. Another text names nobody. */
export function packKey(key: string): Buffer {
  const bytes = Buffer.from(key, 'base64url');
  return bytes.length === 16 ? bytes : nobody;
}

export function readKey(uuid: unknown): string {
  return uuidToBytes(uuid as string).toString('base64url');
}

export function userOf(row: Row): UserKey {
  return readKey(row.user_key) as UserKey;
}

export function packUuid(id: string): Buffer {
  return isUuid(id) ? uuidToBytes(id) : nobody;
}

const nobody = Buffer.alloc(16, 0xff);

// A text of PostgreSQL can't hold U+0000, which a client may well send: it is escaped, and so is what escapes it.
const escaped = '\ue000';

export function packText(text: string): string {
  if (!text.includes('\0') && !text.includes(escaped)) return text;
  return text.replaceAll(escaped, `${escaped}1`).replaceAll('\0', `${escaped}0`);
}

function packOptional(text: string | null): string | null {
  return text === null ? null : packText(text);
}

export function readText<T extends string | null>(text: T): T {
  if (text?.includes(escaped) !== true) return text;
  return text.replaceAll(`${escaped}0`, '\0').replaceAll(`${escaped}1`, escaped) as T;
}

interface OfUser {
  readonly user: UserKey;
}

export const userColumns: readonly Column<OfUser>[] = [
  { name: 'lane', type: 'smallint', of: ({ user }) => laneOf(user) },
  { name: 'user_key', type: 'uuid', of: ({ user }) => packUser(user) },
];

export const feedColumns: readonly Column<FeedRow>[] = [
  ...userColumns,
  { name: 'epoch', type: 'integer', of: (row) => row.epoch },
  { name: 'head', type: 'bigint', of: (row) => row.head },
  { name: 'issuer', type: 'text', of: (row) => packText(row.issuer) },
  { name: 'subject', type: 'text', of: (row) => packText(row.subject) },
  { name: 'name', type: 'text', of: (row) => packText(row.name) },
];

export function readFeed(user: UserKey, row: Row): FeedRow {
  return {
    user,
    epoch: row.epoch as number,
    head: row.head as number,
    issuer: readText(row.issuer as string),
    subject: readText(row.subject as string),
    name: readText(row.name as string),
  };
}

export const feedAppColumns: readonly Column<FeedAppRow>[] = [
  ...userColumns,
  { name: 'app', type: 'text', of: (row) => row.app },
  { name: 'unread', type: 'integer', of: (row) => row.unread },
  { name: 'head', type: 'bigint', of: (row) => row.head },
  { name: 'floor', type: 'bigint', of: (row) => row.floor },
];

export function readFeedApp(user: UserKey, row: Row): FeedAppRow {
  return {
    user,
    app: row.app as string,
    unread: row.unread as number,
    head: row.head as number,
    floor: row.floor as number,
  };
}

const removals = [null, 'deleted', 'expired'] as const satisfies readonly (Removal | null)[];

function packState({ readState, userActionState }: StoredNotification): number {
  return readStates.indexOf(readState) + 2 * userActionStates.indexOf(userActionState);
}

export const notificationKey: readonly Column<OfUser & { readonly id: string }>[] = [
  ...userColumns,
  { name: 'id', type: 'uuid', of: ({ id }) => packUuid(id) },
];

export const notificationColumns: readonly Column<StoredNotification>[] = [
  ...notificationKey,
  { name: 'app', type: 'text', of: (row) => row.app },
  { name: 'seq', type: 'bigint', of: (row) => row.seq },
  { name: 'removed', type: 'smallint', of: (row) => removals.indexOf(row.removed) },
  { name: 'purge_at', type: 'bigint', of: (row) => row.purgeAt },
  { name: 'state', type: 'smallint', of: packState },
  { name: 'snooze_until', type: 'bigint', of: (row) => row.snoozeUntil },
  { name: 'expires', type: 'bigint', of: (row) => row.expires },
  { name: 'announced_expiry', type: 'bigint', of: (row) => row.announcedExpiry },
  { name: 'display_seconds', type: 'integer', of: (row) => row.displaySeconds },
  { name: 'display_until', type: 'bigint', of: (row) => row.displayUntil },
  { name: 'modified', type: 'bigint', of: (row) => row.modified },
  { name: 'posted_at', type: 'bigint', of: (row) => row.postedAt },
  { name: 'content_version', type: 'integer', of: (row) => row.contentVersion },
  { name: 'changes', type: 'integer', of: (row) => row.changes },
  { name: 'name', type: 'text', of: (row) => packOptional(row.appNotificationId) },
  { name: 'sent_as', type: 'text', of: (row) => packOptional(row.sentAs) },
  { name: 'content', type: 'text', of: (row) => packText(row.content) },
];

export function readNotification(user: UserKey, row: Row): StoredNotification {
  const state = row.state as number;
  return {
    user,
    id: row.id as string,
    app: row.app as string,
    seq: row.seq as number,
    removed: removals[row.removed as number] as Removal | null,
    purgeAt: row.purge_at as number | null,
    readState: readStates[state & 1] as StoredNotification['readState'],
    userActionState: userActionStates[state >> 1] as StoredNotification['userActionState'],
    snoozeUntil: row.snooze_until as number | null,
    expires: row.expires as number,
    announcedExpiry: row.announced_expiry as number,
    displaySeconds: row.display_seconds as number | null,
    displayUntil: row.display_until as number | null,
    modified: row.modified as number,
    postedAt: row.posted_at as number,
    contentVersion: row.content_version as number,
    changes: row.changes as number,
    appNotificationId: readText(row.name as string | null),
    sentAs: readText(row.sent_as as string | null),
    content: readText(row.content as string),
  };
}

export const subscriptionKey: readonly Column<OfUser & { readonly id: string }>[] = [
  ...userColumns,
  { name: 'id', type: 'uuid', of: ({ id }) => packKey(id) },
];

/** Without `fetched_seq`, which a registration leaves as it is. */
export const subscriptionColumns: readonly Column<StoredSubscription>[] = [
  ...subscriptionKey,
  { name: 'app', type: 'text', of: (row) => row.app },
  { name: 'installation', type: 'text', of: (row) => packText(row.installationId) },
  { name: 'host', type: 'text', of: (row) => packText(row.targetHostName) },
  { name: 'display_name', type: 'text', of: (row) => packOptional(row.displayName) },
  { name: 'platform', type: 'text', of: (row) => row.platform },
  { name: 'notification_type', type: 'text', of: (row) => row.notificationType },
  { name: 'channel', type: 'text', of: (row) => row.channel && JSON.stringify(row.channel) },
  { name: 'address_hash', type: 'text', of: (row) => row.addressHash },
  { name: 'sees_all', type: 'boolean', of: (row) => row.seesAll },
  { name: 'lease_until', type: 'bigint', of: (row) => row.leaseUntil },
  { name: 'created', type: 'bigint', of: (row) => row.created },
];

export function readSubscription(user: UserKey, row: Row): StoredSubscription {
  return {
    user,
    id: readKey(row.id),
    app: row.app as string,
    installationId: readText(row.installation as string),
    targetHostName: readText(row.host as string),
    displayName: readText(row.display_name as string | null),
    platform: row.platform as PlatformType,
    notificationType: row.notification_type as NotificationType,
    channel: row.channel === null ? null : (JSON.parse(row.channel as string) as PushAddress),
    addressHash: row.address_hash as string | null,
    seesAll: row.sees_all as boolean,
    leaseUntil: row.lease_until as number,
    created: row.created as number,
  };
}
