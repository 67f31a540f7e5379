// Rows of the feed database <-> nouns of the model. One place knows how a state, an id or an app is packed.
// Used by the writer's snapshot and by the reader alike, so that both see the same nouns.

import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { NotificationType, PlatformType } from '@carillon/protocol';
import { readStates, userActionStates } from '@carillon/protocol';
import { hashText } from '../../../lib/fingerprint.ts';
import { uuidFromBytes } from '../../../lib/ids.ts';
import type { Removal, StoredNotification } from '../../../model/notification.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { PushAddress } from '../../../model/push-address.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';

export type Row = Record<string, SQLOutputValue>;

const removals = [null, 'deleted', 'expired'] as const satisfies readonly (Removal | null)[];

function packState({ readState, userActionState }: StoredNotification): number {
  return readStates.indexOf(readState) + 2 * userActionStates.indexOf(userActionState);
}

function packRemoved(removed: Removal | null): number {
  return removals.indexOf(removed);
}

export const notificationColumns =
  'id, app, seq, removed, purge_at, state, snooze_until, expires, announced_expiry, display_seconds, display_until, ' +
  'modified, posted_at, content_version, changes, name, name_key, sent_as, content';

/** The values after (account, id, app), in the order of `notificationColumns` from `seq` on. */
export function notificationValues(row: StoredNotification): SQLInputValue[] {
  return [
    row.seq,
    packRemoved(row.removed),
    row.purgeAt,
    packState(row),
    row.snoozeUntil,
    row.expires,
    row.announcedExpiry,
    row.displaySeconds,
    row.displayUntil,
    row.modified,
    row.postedAt,
    row.contentVersion,
    row.changes,
    row.appNotificationId,
    row.appNotificationId === null ? null : hashText(row.appNotificationId),
    row.sentAs,
    row.content,
  ];
}

export function readNotification(
  user: UserKey,
  appName: (app: number) => string,
  row: Row,
): StoredNotification {
  const state = row.state as number;
  return {
    user,
    id: uuidFromBytes(row.id as Uint8Array),
    app: appName(row.app as number),
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
    appNotificationId: row.name as string | null,
    sentAs: row.sent_as as string | null,
    content: row.content as string,
  };
}

export const subscriptionColumns =
  'id, app, installation, host, display_name, platform, notification_type, channel, address_hash, sees_all, lease_until, created';

/** The values after (account, id, app), in the order of `subscriptionColumns` from `installation` on. */
export function subscriptionValues(row: StoredSubscription): SQLInputValue[] {
  return [
    row.installationId,
    row.targetHostName,
    row.displayName,
    row.platform,
    row.notificationType,
    row.channel === null ? null : JSON.stringify(row.channel),
    row.addressHash,
    Number(row.seesAll),
    row.leaseUntil,
    row.created,
  ];
}

export function readSubscription(
  user: UserKey,
  appName: (app: number) => string,
  row: Row,
): StoredSubscription {
  return {
    user,
    id: row.id as string,
    app: appName(row.app as number),
    installationId: row.installation as string,
    targetHostName: row.host as string,
    displayName: row.display_name as string | null,
    platform: row.platform as PlatformType,
    notificationType: row.notification_type as NotificationType,
    channel: row.channel === null ? null : (JSON.parse(row.channel as string) as PushAddress),
    addressHash: row.address_hash as string | null,
    seesAll: row.sees_all === 1,
    leaseUntil: row.lease_until as number,
    created: row.created as number,
  };
}
