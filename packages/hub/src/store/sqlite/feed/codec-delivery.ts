// Rows of deliveries <-> nouns of the model. One place knows how a kind, a status or an answer is packed.
// Used by the writer's snapshot, by its apply, and by the reader.
import type { SQLInputValue } from 'node:sqlite';
import { platformTypes, type Verdict, verdicts } from '@carillon/protocol';
import { uuidFromBytes, uuidToBytes } from '../../../lib/ids.ts';
import {
  type DeliveryKey,
  type DeliveryKind,
  deliveryKinds,
  type PlannedDelivery,
  type ProviderAnswer,
  type SendStatus,
  type StoredDelivery,
  sendStatuses,
} from '../../../model/delivery.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { Row } from './codec.ts';
import type { Interned } from './interned.ts';

export function packKind(kind: DeliveryKind): number {
  return deliveryKinds.indexOf(kind);
}

export function packStatus(status: SendStatus): number {
  return sendStatuses.indexOf(status);
}

/** A subscription's id: 16 bytes, base64url as a noun. */
export function packSubscription(id: string): Buffer {
  return Buffer.from(id, 'base64url');
}

/** `verdict status at reason`. */
export function packAnswer(answer: ProviderAnswer | null): string | null {
  if (answer === null) return null;
  return `${verdicts.indexOf(answer.verdict)} ${answer.status ?? '-'} ${answer.at} ${answer.reason ?? ''}`;
}

function readAnswer(text: string | null): ProviderAnswer | null {
  if (text === null) return null;
  const [verdict, status, at, ...reason] = text.split(' ');
  return {
    verdict: verdicts[Number(verdict)] as Verdict,
    status: status === '-' ? null : Number(status),
    reason: reason.join(' ') || null,
    at: Number(at),
  };
}

/** The values of the primary key after the account. */
export function keyValues({ notification, subscription, kind }: DeliveryKey): [Buffer, Buffer, number] {
  return [uuidToBytes(notification), packSubscription(subscription), packKind(kind)];
}

export const deliveryColumns =
  'notification, subscription, kind, app, platform, channel, seq, status, reason, attempts, due, claimed, planned_at, ' +
  'sent_at, truncated, answer, fetched_at, shown_at, acted_at';

/** The values from `platform` on, in the order of `deliveryColumns`. */
export function deliveryValues(row: StoredDelivery): SQLInputValue[] {
  return [
    platformTypes.indexOf(row.platform),
    row.channel,
    row.seq,
    packStatus(row.status),
    row.reason,
    row.attempts,
    row.due,
    Number(row.claimed),
    row.plannedAt,
    row.sentAt,
    Number(row.truncated),
    packAnswer(row.answer),
    row.fetchedAt,
    row.shownAt,
    row.actedAt,
  ];
}

export function readDelivery(user: UserKey, interned: Interned, row: Row): StoredDelivery {
  return {
    ...readKey(user, row),
    app: interned.appName(row.app as number),
    platform: platformTypes[row.platform as number] as StoredDelivery['platform'],
    channel: row.channel as number | null,
    seq: row.seq as number,
    status: sendStatuses[row.status as number] as SendStatus,
    reason: row.reason as string | null,
    attempts: row.attempts as number,
    due: row.due as number,
    claimed: row.claimed === 1,
    plannedAt: row.planned_at as number,
    sentAt: row.sent_at as number | null,
    truncated: row.truncated === 1,
    answer: readAnswer(row.answer as string | null),
    fetchedAt: row.fetched_at as number | null,
    shownAt: row.shown_at as number | null,
    actedAt: row.acted_at as number | null,
  };
}

/** What a claim hands out. */
export function readPlanned(interned: Interned, row: Row): PlannedDelivery {
  return {
    ...readKey(interned.user(row.account as number), row),
    app: interned.appName(row.app as number),
    channel: row.channel as number,
    seq: row.seq as number,
  };
}

function readKey(user: UserKey, row: Row): DeliveryKey {
  return {
    user,
    notification: uuidFromBytes(row.notification as Uint8Array),
    subscription: Buffer.from(row.subscription as Uint8Array).toString('base64url'),
    kind: deliveryKinds[row.kind as number] as DeliveryKind,
  };
}
