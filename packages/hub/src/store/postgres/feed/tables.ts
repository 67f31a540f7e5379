// The columns of the feed tables, with what each value is in PostgreSQL: ids and keys are uuids, what has a name in the
// model has its number of store/codes. From one list come the statements that write many rows at once, their parameters,
// and the nouns that are read. Used by the commit and by the reader alike, so that both see the same nouns.
import { notificationTypes, type VisualMember } from '@carillon/protocol';
import { BoundedMap } from '../../../lib/bounded-map.ts';
import { isUuid, uuidToBytes } from '../../../lib/ids.ts';
import type { BacklogResult, NewWebhookChange } from '../../../model/change-subscription.ts';
import type {
  DeliveryKey,
  DeliveryResult,
  PlannedDelivery,
  ProviderAnswer,
  StoredDelivery,
} from '../../../model/delivery.ts';
import { foldName } from '../../../model/fold-name.ts';
import type { StoredNotification, StoredResponse } from '../../../model/notification.ts';
import type { UserKey } from '../../../model/principal.ts';
import type { PushAddress } from '../../../model/push-address.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';
import { userShard } from '../../../model/user-shard.ts';
import {
  type Codes,
  changeTypeCodes,
  decodeActionState,
  decodeDropped,
  decodeReadState,
  decodeRemoved,
  encodeDropped,
  encodeRemoved,
  encodeState,
  kindCodes,
  platformCodes,
  statusCodes,
} from '../../codes.ts';
import {
  decodeBoolean,
  decodeNumber,
  decodeText,
  type Form,
  nameIn,
  optional,
  readAnswer,
  readResponse,
  Table,
  writeAnswer,
  writeResponse,
} from '../../columns.ts';
import type { FeedAppRow, FeedRow } from '../../store.ts';
import type { Element, Elements, ElementType } from '../wire/packet.ts';
import type { Row } from '../wire/pipeline.ts';

export interface Column<Noun> {
  readonly name: string;
  readonly type: ElementType;
  readonly of: (noun: Noun) => Element;
}

export function namesOf(columns: readonly { readonly name: string }[], table = ''): string {
  return columns.map(({ name }) => table + name).join(', ');
}

/** One array a column, in their order. */
export function arraysOf<Noun>(columns: readonly Column<Noun>[], nouns: readonly Noun[]): Elements[] {
  return columns.map(({ type, of }) => ({ type, of, nouns }));
}

/** `unnest($1::smallint[], …) AS k(lane, …)`; parameters are counted from `first`. */
export function unnest(
  columns: readonly { readonly name: string; readonly type: ElementType }[],
  alias = 'k',
  first = 1,
): string {
  const parameters = columns.map(({ type }, index) => `$${first + index}::${type}[]`);
  return `unnest(${parameters.join(', ')}) AS ${alias}(${namesOf(columns)})`;
}

/** `d.lane = k.lane AND …` */
export function sameKey(columns: readonly { readonly name: string }[], left: string, right: string): string {
  return columns.map(({ name }) => `${left}.${name} = ${right}.${name}`).join(' AND ');
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

function readKey(stored: unknown): string {
  return uuidToBytes(decodeText(stored)).toString('base64url');
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

/** Bytes of a stored text before it was escaped, which added one to each of the escaping character's three. */
export function sqlTextBytes(column: string): string {
  const without = `replace(${column}, E'\\xEE\\x80\\x80', '')`;
  return `octet_length(${column}) - (octet_length(${column}) - octet_length(${without})) / 3`;
}

export function readText(stored: unknown): string {
  const text = decodeText(stored);
  if (!text.includes(escaped)) return text;
  return text.replaceAll(`${escaped}0`, '\0').replaceAll(`${escaped}1`, escaped);
}

const number = (type: ElementType): Form<number, ElementType> => ({
  type,
  encode: (value) => value,
  decode: decodeNumber,
});
const integer = number('integer');
const bigint = number('bigint');
const smallint = number('smallint');
const text: Form<string, ElementType> = { type: 'text', encode: packText, decode: readText };
/** Never with a character that PostgreSQL refuses. */
const plain: Form<string, ElementType> = { type: 'text', encode: (value) => value, decode: decodeText };
const flag: Form<boolean, ElementType> = { type: 'boolean', encode: Number, decode: decodeBoolean };
const uuid: Form<string, ElementType> = { type: 'uuid', encode: packUuid, decode: decodeText };
const key: Form<string, ElementType> = { type: 'uuid', encode: packKey, decode: readKey };
const address: Form<PushAddress | null, ElementType> = optional<PushAddress, ElementType>({
  type: 'text',
  encode: (value) => JSON.stringify(value),
  decode: (stored) => JSON.parse(decodeText(stored)),
});
const answer: Form<ProviderAnswer | null, ElementType> = optional<ProviderAnswer, ElementType>({
  type: 'text',
  encode: (value) => packText(writeAnswer(value)),
  decode: (stored) => readAnswer(readText(stored)),
});
const response: Form<StoredResponse | 'open', ElementType> = {
  type: 'text',
  encode: (value) => packText(writeResponse(value)),
  decode: (stored) => readResponse(readText(stored)),
};

const dropped: Form<readonly VisualMember[], ElementType> = {
  type: 'integer',
  encode: encodeDropped,
  decode: decodeDropped,
};

function coded<Name extends string>({ encode, decode }: Codes<Name>): Form<Name, ElementType> {
  return { type: 'smallint', encode, decode };
}

function named<Name extends string>(names: readonly Name[]): Form<Name, ElementType> {
  return { type: 'text', encode: (name) => name, decode: nameIn(names) };
}

export interface OfUser {
  readonly user: UserKey;
}

/**
 * The column of a user's shard is called `lane`: hubs of two versions run side by side during an update, and the older one
 * would not find it under another name.
 */
const shardColumn = 'lane';

export const userColumns: readonly Column<OfUser>[] = [
  { name: shardColumn, type: 'smallint', of: ({ user }) => userShard(user) },
  { name: 'user_key', type: 'uuid', of: ({ user }) => packUser(user) },
];

/** The same as single parameters: `$1` and `$2` of `ofUser`. */
export function userValues(user: UserKey): [number, Buffer] {
  return [userShard(user), packUser(user)];
}

/** `n.lane = $1 AND n.user_key = $2` */
export function ofUser(table: string): string {
  return userColumns.map(({ name }, index) => `${table}.${name} = $${index + 1}`).join(' AND ');
}

/** Rows of the user of `k`, or of another alias. */
export function sameUser(table: string, other = 'k'): string {
  return sameKey(userColumns, table, other);
}

export const inUserOrder = `ORDER BY ${namesOf(userColumns, 'k.')}`;

export const feedTable = new Table<FeedRow, 'user', ElementType>({
  epoch: { column: 'epoch', form: integer },
  head: { column: 'head', form: bigint },
  issuer: { column: 'issuer', form: text },
  subject: { column: 'subject', form: text },
  name: { column: 'name', form: text },
  preferences: { column: 'preferences', form: optional(text) },
  preferencesSeq: { column: 'preferences_seq', form: bigint },
});
export const feedColumns: readonly Column<FeedRow>[] = [...userColumns, ...feedTable.columns];
/** With the name as it is compared. */
export const ownedColumns: readonly Column<FeedRow>[] = [
  ...feedColumns,
  { name: 'name_key', type: 'text', of: ({ name }) => packText(foldName(name)) },
];
export const headColumns: readonly Column<FeedRow>[] = feedColumns.filter(
  (column) => column.name === 'head' || userColumns.some(({ name }) => name === column.name),
);

export const feedAppTable = new Table<FeedAppRow, 'user', ElementType>({
  app: { column: 'app', form: plain },
  unread: { column: 'unread', form: integer },
  head: { column: 'head', form: bigint },
  floor: { column: 'floor', form: bigint },
  contentBytes: { column: 'content_bytes', form: bigint },
  countedTo: { column: 'counted_to', form: bigint },
  modified: { column: 'modified', form: bigint },
  era: { column: 'era', form: integer },
  newestId: { column: 'newest_id', form: optional(uuid) },
});
export const feedAppColumns: readonly Column<FeedAppRow>[] = [...userColumns, ...feedAppTable.columns];

export const notificationTable = new Table<StoredNotification, 'user', ElementType>(
  {
    id: { column: 'id', form: uuid },
    app: { column: 'app', form: plain },
    seq: { column: 'seq', form: bigint },
    removed: { column: 'removed', form: { type: 'smallint', encode: encodeRemoved, decode: decodeRemoved } },
    purgeAt: { column: 'purge_at', form: optional(bigint) },
    readState: { column: 'state', form: { decode: decodeReadState } },
    userActionState: { column: 'state', form: { decode: decodeActionState } },
    snoozeUntil: { column: 'snooze_until', form: optional(bigint) },
    expires: { column: 'expires', form: bigint },
    announcedExpiry: { column: 'announced_expiry', form: bigint },
    displaySeconds: { column: 'display_seconds', form: optional(integer) },
    displayUntil: { column: 'display_until', form: optional(bigint) },
    modified: { column: 'modified', form: bigint },
    postedAt: { column: 'posted_at', form: bigint },
    contentVersion: { column: 'content_version', form: integer },
    changes: { column: 'changes', form: integer },
    appNotificationId: { column: 'name', form: optional(text) },
    sentAs: { column: 'sent_as', form: optional(text) },
    content: { column: 'content', form: text },
    era: { column: 'era', form: integer },
    respondBy: { column: 'respond_by', form: optional(bigint) },
    response: { column: 'response', form: optional(response) },
  },
  [{ name: 'state', type: 'smallint', of: encodeState }],
);
export const notificationColumns: readonly Column<StoredNotification>[] = [
  ...userColumns,
  ...notificationTable.columns,
];
export const notificationKey: readonly Column<OfUser & { readonly id: string }>[] = [
  ...userColumns,
  { name: 'id', type: 'uuid', of: ({ id }) => packUuid(id) },
];

export function readNotification(row: Row): StoredNotification {
  return notificationTable.readRow(row, { user: userOf(row) });
}

/** Without `fetched_seq` and `seen`, which a registration leaves as they are. */
export const subscriptionTable = new Table<StoredSubscription, 'user', ElementType>({
  id: { column: 'id', form: key },
  app: { column: 'app', form: plain },
  installationId: { column: 'installation', form: text },
  targetHostName: { column: 'host', form: text },
  displayName: { column: 'display_name', form: optional(text) },
  platform: { column: 'platform', form: named(platformCodes.names) },
  notificationType: { column: 'notification_type', form: named(notificationTypes) },
  channel: { column: 'channel', form: address },
  addressHash: { column: 'address_hash', form: optional(plain) },
  seesAll: { column: 'sees_all', form: flag },
  leaseUntil: { column: 'lease_until', form: bigint },
  created: { column: 'created', form: bigint },
  registered: { column: 'registered', form: bigint },
  session: { column: 'session', form: optional(plain) },
});
export const subscriptionColumns: readonly Column<StoredSubscription>[] = [
  ...userColumns,
  ...subscriptionTable.columns,
];
export const subscriptionKey: readonly Column<OfUser & { readonly id: string }>[] = [
  ...userColumns,
  { name: 'id', type: 'uuid', of: ({ id }) => packKey(id) },
];

const keyMembers = {
  notification: { column: 'notification', form: uuid },
  subscription: { column: 'subscription', form: key },
  kind: { column: 'kind', form: coded(kindCodes) },
};
const resultMembers = {
  seq: { column: 'seq', form: bigint },
  status: { column: 'status', form: coded(statusCodes) },
  reason: { column: 'reason', form: optional(text) },
  attempts: { column: 'attempts', form: integer },
  due: { column: 'due', form: bigint },
  sentAt: { column: 'sent_at', form: optional(bigint) },
  truncated: { column: 'truncated', form: flag },
  dropped: { column: 'dropped', form: dropped },
  answer: { column: 'answer', form: answer },
};

export const deliveryKey: readonly Column<DeliveryKey>[] = [
  ...userColumns,
  ...new Table<DeliveryKey, 'user', ElementType>(keyMembers).columns,
];

/** The node that claimed it, which only the store needs. */
const claimedBy = 'claimed_by';

const deliveryTable = new Table<StoredDelivery, 'user', ElementType>({
  ...keyMembers,
  app: { column: 'app', form: plain },
  platform: { column: 'platform', form: coded(platformCodes) },
  channel: { column: 'channel', form: optional(smallint) },
  ...resultMembers,
  claimed: { column: claimedBy, form: { decode: (stored) => stored !== null } },
  plannedAt: { column: 'planned_at', form: bigint },
  fetchedAt: { column: 'fetched_at', form: optional(bigint) },
  shownAt: { column: 'shown_at', form: optional(bigint) },
  actedAt: { column: 'acted_at', form: optional(bigint) },
});

export function deliveryColumns(node: Buffer): readonly Column<StoredDelivery>[] {
  const claim: Column<StoredDelivery> = {
    name: claimedBy,
    type: 'uuid',
    of: ({ claimed }) => (claimed ? node : null),
  };
  return [...userColumns, ...deliveryTable.columns, claim];
}

export const deliveryNames = deliveryColumns(nobody).map(({ name }) => name);

export const resultColumns: readonly Column<DeliveryResult>[] = [
  ...deliveryKey,
  ...new Table<Omit<DeliveryResult, keyof DeliveryKey | 'planned'>, never, ElementType>(resultMembers)
    .columns,
];

export function readDelivery(row: Row): StoredDelivery {
  return deliveryTable.readRow(row, { user: userOf(row) });
}

const plannedTable = new Table<PlannedDelivery, 'user', ElementType>({
  ...keyMembers,
  app: { column: 'app', form: plain },
  channel: { column: 'channel', form: smallint },
  seq: { column: 'seq', form: bigint },
});

/** What a claim hands out. */
export function readPlanned(row: Row): PlannedDelivery {
  return plannedTable.readRow(row, { user: userOf(row) });
}

export const webhookTable = new Table<NewWebhookChange, 'user', ElementType>({
  backlog: { column: 'subscription', form: uuid },
  seq: { column: 'seq', form: bigint },
  type: { column: 'type', form: coded(changeTypeCodes) },
  notification: { column: 'notification', form: uuid },
  changes: { column: 'changes', form: integer },
  at: { column: 'at', form: bigint },
  data: { column: 'data', form: optional(text) },
});
export const webhookColumns: readonly Column<NewWebhookChange>[] = [...userColumns, ...webhookTable.columns];

/** Of a backlog, as an attempt left it. */
export const backlogColumns: readonly Column<BacklogResult>[] = [
  { name: 'subscription', type: 'uuid', of: ({ backlog }) => packUuid(backlog) },
  { name: 'up_to', type: 'bigint', of: ({ upTo }) => upTo },
  { name: 'attempts', type: 'integer', of: ({ attempts }) => attempts },
  { name: 'due', type: 'bigint', of: ({ due }) => due },
  { name: 'failing_since', type: 'bigint', of: ({ failingSince }) => failingSince },
  { name: 'answer', type: 'text', of: ({ answer: text }) => text },
];
