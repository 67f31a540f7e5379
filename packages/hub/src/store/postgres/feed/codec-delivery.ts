// Rows of deliveries <-> nouns of the model. One place knows how a kind, a status or an answer is packed.
// Used by the snapshot of a commit, by its apply, and by the reader.
import { platformTypes, type Verdict, verdicts } from '@carillon/protocol';
import {
  type DeliveryKey,
  type DeliveryKind,
  type DeliveryResult,
  deliveryKinds,
  type PlannedDelivery,
  type ProviderAnswer,
  type SendStatus,
  type StoredDelivery,
  sendStatuses,
} from '../../../model/delivery.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { Row } from '../wire/pipeline.ts';
import { packKey, packText, packUuid, readKey, readText, userColumns } from './codec.ts';
import type { Column } from './columns.ts';

export function packKind(kind: DeliveryKind): number {
  return deliveryKinds.indexOf(kind);
}

/** `verdict status at reason`. */
function packAnswer(answer: ProviderAnswer | null): string | null {
  if (answer === null) return null;
  const reason = packText(answer.reason ?? '');
  return `${verdicts.indexOf(answer.verdict)} ${answer.status ?? '-'} ${answer.at} ${reason}`;
}

function readAnswer(text: string | null): ProviderAnswer | null {
  if (text === null) return null;
  const [verdict, status, at, ...reason] = text.split(' ');
  return {
    verdict: verdicts[Number(verdict)] as Verdict,
    status: status === '-' ? null : Number(status),
    reason: readText(reason.join(' ')) || null,
    at: Number(at),
  };
}

export const deliveryKey: readonly Column<DeliveryKey>[] = [
  ...userColumns,
  { name: 'notification', type: 'uuid', of: (row) => packUuid(row.notification) },
  { name: 'subscription', type: 'uuid', of: (row) => packKey(row.subscription) },
  { name: 'kind', type: 'smallint', of: (row) => packKind(row.kind) },
];

/** `claimed_by` stands last: it is the node's, not the noun's. */
const nounColumns: readonly Column<StoredDelivery>[] = [
  ...deliveryKey,
  { name: 'app', type: 'text', of: (row) => row.app },
  { name: 'platform', type: 'smallint', of: (row) => platformTypes.indexOf(row.platform) },
  { name: 'channel', type: 'smallint', of: (row) => row.channel },
  { name: 'seq', type: 'bigint', of: (row) => row.seq },
  { name: 'status', type: 'smallint', of: (row) => sendStatuses.indexOf(row.status) },
  { name: 'reason', type: 'text', of: (row) => row.reason && packText(row.reason) },
  { name: 'attempts', type: 'integer', of: (row) => row.attempts },
  { name: 'due', type: 'bigint', of: (row) => row.due },
  { name: 'planned_at', type: 'bigint', of: (row) => row.plannedAt },
  { name: 'sent_at', type: 'bigint', of: (row) => row.sentAt },
  { name: 'truncated', type: 'boolean', of: (row) => row.truncated },
  { name: 'answer', type: 'text', of: (row) => packAnswer(row.answer) },
  { name: 'fetched_at', type: 'bigint', of: (row) => row.fetchedAt },
  { name: 'shown_at', type: 'bigint', of: (row) => row.shownAt },
  { name: 'acted_at', type: 'bigint', of: (row) => row.actedAt },
];

export function deliveryColumns(node: Buffer): readonly Column<StoredDelivery>[] {
  return [...nounColumns, { name: 'claimed_by', type: 'uuid', of: (row) => (row.claimed ? node : null) }];
}

export const deliveryNames = [...nounColumns, { name: 'claimed_by' }].map(({ name }) => name);

export const resultColumns: readonly Column<DeliveryResult>[] = [
  ...deliveryKey,
  { name: 'seq', type: 'bigint', of: (row) => row.seq },
  { name: 'status', type: 'smallint', of: (row) => sendStatuses.indexOf(row.status) },
  { name: 'reason', type: 'text', of: (row) => row.reason && packText(row.reason) },
  { name: 'attempts', type: 'integer', of: (row) => row.attempts },
  { name: 'due', type: 'bigint', of: (row) => row.due },
  { name: 'sent_at', type: 'bigint', of: (row) => row.sentAt },
  { name: 'truncated', type: 'boolean', of: (row) => row.truncated },
  { name: 'answer', type: 'text', of: (row) => packAnswer(row.answer) },
];

export function readDelivery(row: Row): StoredDelivery {
  return {
    ...readDeliveryKey(row),
    app: row.app as string,
    platform: platformTypes[row.platform as number] as StoredDelivery['platform'],
    channel: row.channel as number | null,
    seq: row.seq as number,
    status: sendStatuses[row.status as number] as SendStatus,
    reason: readText(row.reason as string | null),
    attempts: row.attempts as number,
    due: row.due as number,
    claimed: row.claimed_by !== null,
    plannedAt: row.planned_at as number,
    sentAt: row.sent_at as number | null,
    truncated: row.truncated as boolean,
    answer: readAnswer(row.answer as string | null),
    fetchedAt: row.fetched_at as number | null,
    shownAt: row.shown_at as number | null,
    actedAt: row.acted_at as number | null,
  };
}

/** What a claim hands out. */
export function readPlanned(row: Row): PlannedDelivery {
  return {
    ...readDeliveryKey(row),
    app: row.app as string,
    channel: row.channel as number,
    seq: row.seq as number,
  };
}

function readDeliveryKey(row: Row): DeliveryKey {
  return {
    user: readKey(row.user_key) as UserKey,
    notification: row.notification as string,
    subscription: readKey(row.subscription),
    kind: deliveryKinds[row.kind as number] as DeliveryKind,
  };
}
