// The columns of the feed tables, with what each value is in SQLite: ids are blobs, users and apps are interned to
// integers, what has a name in the model has its number of store/codes. Used by the writer's thread and by the reader of
// the main thread alike, so that both see the same nouns.
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { notificationTypes, type VisualMember } from '@carillon/protocol';
import { BoundedMap } from '../../../lib/bounded-map.ts';
import { hashText } from '../../../lib/fingerprint.ts';
import { uuidFromBytes, uuidToBytes } from '../../../lib/ids.ts';
import type { AppId } from '../../../model/app.ts';
import type { NewWebhookChange } from '../../../model/change-subscription.ts';
import type {
  DeliveryKey,
  PlannedDelivery,
  ProviderAnswer,
  StoredDelivery,
} from '../../../model/delivery.ts';
import type { StoredNotification, StoredResponse } from '../../../model/notification.ts';
import type { UserKey, Visibility } from '../../../model/principal.ts';
import type { PushAddress } from '../../../model/push-address.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';
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
  decodeBytes,
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

type SqlType = 'INTEGER' | 'TEXT' | 'BLOB';

export type Row = Readonly<Record<string, SQLOutputValue>>;
export type Values = readonly SQLOutputValue[];

/** A query for whole rows, which come as arrays: an object for each would cost more than all the reading. */
export interface RowsQuery {
  get(...parameters: SQLInputValue[]): Values | undefined;
  all(...parameters: SQLInputValue[]): Values[];
  iterate(...parameters: SQLInputValue[]): Iterable<Values>;
}

export function prepareRows(db: DatabaseSync, sql: string): RowsQuery {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return {
    get: (...parameters) => statement.get(...parameters) as unknown as Values | undefined,
    all: (...parameters) => statement.all(...parameters) as unknown as Values[],
    iterate: (...parameters) => statement.iterate(...parameters) as unknown as Iterable<Values>,
  };
}

/** For a read of several statements: all see the same commit, whatever the writer's thread commits between them. */
export function inSnapshot<T>(db: DatabaseSync, read: () => T): T {
  db.exec('BEGIN');
  try {
    return read();
  } finally {
    db.exec('COMMIT');
  }
}

const integer: Form<number, SqlType> = { type: 'INTEGER', encode: (value) => value, decode: decodeNumber };
const text: Form<string, SqlType> = { type: 'TEXT', encode: (value) => value, decode: decodeText };
const flag: Form<boolean, SqlType> = {
  type: 'INTEGER',
  encode: Number,
  decode: (stored) => decodeNumber(stored) === 1,
};
const uuid: Form<string, SqlType> = {
  type: 'BLOB',
  encode: uuidToBytes,
  decode: (stored) => uuidFromBytes(decodeBytes(stored)),
};
/** A subscription's id: 16 bytes, base64url as a noun. */
const key: Form<string, SqlType> = {
  type: 'BLOB',
  encode: encodeKey,
  decode: (stored) => Buffer.from(decodeBytes(stored)).toString('base64url'),
};
const address: Form<PushAddress | null, SqlType> = optional<PushAddress, SqlType>({
  type: 'TEXT',
  encode: (value) => JSON.stringify(value),
  decode: (stored) => JSON.parse(decodeText(stored)),
});
const answer: Form<ProviderAnswer | null, SqlType> = optional<ProviderAnswer, SqlType>({
  type: 'TEXT',
  encode: writeAnswer,
  decode: (stored) => readAnswer(decodeText(stored)),
});
const response: Form<StoredResponse | 'open', SqlType> = {
  type: 'TEXT',
  encode: writeResponse,
  decode: (stored) => readResponse(decodeText(stored)),
};

const dropped: Form<readonly VisualMember[], SqlType> = {
  type: 'INTEGER',
  encode: encodeDropped,
  decode: decodeDropped,
};

function coded<Name extends string>({ encode, decode }: Codes<Name>): Form<Name, SqlType> {
  return { type: 'INTEGER', encode, decode };
}

function named<Name extends string>(names: readonly Name[]): Form<Name, SqlType> {
  return { type: 'TEXT', encode: (name) => name, decode: nameIn(names) };
}

export function decodeUser(stored: unknown): UserKey {
  return decodeText(stored) as UserKey;
}

export function encodeKey(subscription: string): Buffer {
  return Buffer.from(subscription, 'base64url');
}

/** The values of a delivery's primary key after the account. */
export function keyValues({ notification, subscription, kind }: DeliveryKey): [Buffer, Buffer, number] {
  return [uuidToBytes(notification), encodeKey(subscription), kindCodes.encode(kind)];
}

/** `head` is that of the feed's apps, or of the preferences when they changed later. */
export const feedTable = new Table<FeedRow, 'user' | 'head', SqlType>({
  epoch: { column: 'epoch', form: integer },
  issuer: { column: 'issuer', form: text },
  subject: { column: 'subject', form: text },
  name: { column: 'name', form: text },
  preferences: { column: 'preferences', form: optional(text) },
  preferencesSeq: { column: 'preferences_seq', form: integer },
});
export const sqlHead =
  'max(preferences_seq, (SELECT coalesce(max(head), 0) FROM feed_app WHERE account = account.id))';

type AppForm = Form<AppId, SqlType>;

function feedAppTable(app: AppForm) {
  return new Table<FeedAppRow, 'user', SqlType>({
    app: { column: 'app', form: app },
    unread: { column: 'unread', form: integer },
    head: { column: 'head', form: integer },
    floor: { column: 'floor', form: integer },
    contentBytes: { column: 'content_bytes', form: integer },
    countedTo: { column: 'counted_to', form: integer },
    modified: { column: 'modified', form: integer },
    era: { column: 'era', form: integer },
    newestId: { column: 'newest_id', form: optional(text) },
  });
}

function notificationTable(app: AppForm) {
  const removed = { type: 'INTEGER', encode: encodeRemoved, decode: decodeRemoved } as const;
  return new Table<StoredNotification, 'user', SqlType>(
    {
      id: { column: 'id', form: uuid },
      app: { column: 'app', form: app },
      seq: { column: 'seq', form: integer },
      removed: { column: 'removed', form: removed },
      purgeAt: { column: 'purge_at', form: optional(integer) },
      readState: { column: 'state', form: { decode: decodeReadState } },
      userActionState: { column: 'state', form: { decode: decodeActionState } },
      snoozeUntil: { column: 'snooze_until', form: optional(integer) },
      expires: { column: 'expires', form: integer },
      announcedExpiry: { column: 'announced_expiry', form: integer },
      displaySeconds: { column: 'display_seconds', form: optional(integer) },
      displayUntil: { column: 'display_until', form: optional(integer) },
      modified: { column: 'modified', form: integer },
      postedAt: { column: 'posted_at', form: integer },
      contentVersion: { column: 'content_version', form: integer },
      changes: { column: 'changes', form: integer },
      appNotificationId: { column: 'name', form: optional(text) },
      sentAs: { column: 'sent_as', form: optional(text) },
      content: { column: 'content', form: text },
      era: { column: 'era', form: integer },
      respondBy: { column: 'respond_by', form: optional(integer) },
      response: { column: 'response', form: optional(response) },
    },
    [
      { name: 'state', type: 'INTEGER', of: encodeState },
      {
        name: 'name_key',
        type: 'INTEGER',
        of: ({ appNotificationId: name }) => (name === null ? null : hashText(name)),
      },
    ],
  );
}

/** Without `fetched_seq` and `seen`, which a registration leaves as they are. */
function subscriptionTable(app: AppForm) {
  return new Table<StoredSubscription, 'user', SqlType>({
    id: { column: 'id', form: text },
    app: { column: 'app', form: app },
    installationId: { column: 'installation', form: text },
    targetHostName: { column: 'host', form: text },
    displayName: { column: 'display_name', form: optional(text) },
    platform: { column: 'platform', form: named(platformCodes.names) },
    notificationType: { column: 'notification_type', form: named(notificationTypes) },
    channel: { column: 'channel', form: address },
    addressHash: { column: 'address_hash', form: optional(text) },
    seesAll: { column: 'sees_all', form: flag },
    leaseUntil: { column: 'lease_until', form: integer },
    created: { column: 'created', form: integer },
    registered: { column: 'registered', form: integer },
    session: { column: 'session', form: optional(text) },
  });
}

const deliveryMembers = {
  notification: { column: 'notification', form: uuid },
  subscription: { column: 'subscription', form: key },
  kind: { column: 'kind', form: coded(kindCodes) },
  seq: { column: 'seq', form: integer },
};

function deliveryTable(app: AppForm) {
  return new Table<StoredDelivery, 'user', SqlType>({
    ...deliveryMembers,
    app: { column: 'app', form: app },
    platform: { column: 'platform', form: coded(platformCodes) },
    channel: { column: 'channel', form: optional(integer) },
    status: { column: 'status', form: coded(statusCodes) },
    reason: { column: 'reason', form: optional(text) },
    attempts: { column: 'attempts', form: integer },
    due: { column: 'due', form: integer },
    claimed: { column: 'claimed', form: flag },
    plannedAt: { column: 'planned_at', form: integer },
    sentAt: { column: 'sent_at', form: optional(integer) },
    truncated: { column: 'truncated', form: flag },
    dropped: { column: 'dropped', form: dropped },
    answer: { column: 'answer', form: answer },
    fetchedAt: { column: 'fetched_at', form: optional(integer) },
    shownAt: { column: 'shown_at', form: optional(integer) },
    actedAt: { column: 'acted_at', form: optional(integer) },
  });
}

const webhookTable = new Table<NewWebhookChange, 'user', SqlType>({
  backlog: { column: 'subscription', form: uuid },
  seq: { column: 'seq', form: integer },
  type: { column: 'type', form: coded(changeTypeCodes) },
  notification: { column: 'notification', form: uuid },
  changes: { column: 'changes', form: integer },
  at: { column: 'at', form: integer },
  data: { column: 'data', form: optional(text) },
});

/** What a claim hands out. */
function claimedTable(app: AppForm) {
  return new Table<PlannedDelivery, 'user', SqlType>({
    ...deliveryMembers,
    app: { column: 'app', form: app },
    channel: { column: 'channel', form: integer },
  });
}

export type Tables = ReturnType<typeof openTables>;

/** The account stands in each of them too: rows are read and written one user's at a time. */
export function openTables(db: DatabaseSync) {
  const interned = new Interned(db);
  const app: AppForm = {
    type: 'INTEGER',
    encode: (name) => interned.internApp(name),
    decode: (id) => interned.appName(decodeNumber(id)),
  };
  return {
    interned,
    feedApp: feedAppTable(app),
    notification: notificationTable(app),
    subscription: subscriptionTable(app),
    delivery: deliveryTable(app),
    claimed: claimedTable(app),
    webhook: webhookTable,
  };
}

const noApp = -1;

/** The app as a number for `?`, or null for all: an app never seen has no rows. */
export function seenApp(interned: Interned, visibility: Visibility): number | null {
  return visibility === null ? null : (interned.app(visibility) ?? noApp);
}

const accountsKept = 100_000;

/**
 * Users and apps as the small integers that stand for them. They never change, so what was seen is kept; the writer's
 * thread and the reader of the main thread have one each. A user who is erased leaves a number that no other gets while
 * the hub runs.
 */
export class Interned {
  readonly #accounts = new BoundedMap<UserKey, number>({ entriesMax: accountsKept });
  readonly #apps = new Map<AppId, number>();
  readonly #appNames = new Map<number, AppId>();
  readonly #db: DatabaseSync;
  readonly #findAccount: StatementSync;
  readonly #findUser: StatementSync;
  readonly #findApp: StatementSync;
  readonly #findAppName: StatementSync;
  #insertApp: StatementSync | null = null;
  #highestErased = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#findAccount = db.prepare('SELECT id FROM account WHERE key = ?');
    this.#findUser = db.prepare('SELECT key FROM account WHERE id = ?');
    this.#findApp = db.prepare('SELECT id FROM app_ref WHERE app = ?');
    this.#findAppName = db.prepare('SELECT app FROM app_ref WHERE id = ?');
  }

  account(user: UserKey): number | null {
    const known = this.#accounts.get(user);
    if (known !== undefined) return known;
    const row = this.#findAccount.get(user);
    if (!row) return null;
    const account = decodeNumber(row.id);
    this.keepAccount(user, account);
    return account;
  }

  get highestErased(): number {
    return this.#highestErased;
  }

  /** The account of the user is gone. */
  erased(user: UserKey): void {
    this.#highestErased = Math.max(this.#highestErased, this.#accounts.get(user) ?? 0);
    this.#accounts.delete(user);
  }

  /** Of a row that is there: an account goes after all its rows. */
  user(account: unknown): UserKey {
    return decodeUser(this.#findUser.get(decodeNumber(account))?.key);
  }

  keepAccount(user: UserKey, account: number): void {
    this.#accounts.set(user, account);
  }

  app(app: AppId): number | null {
    const known = this.#apps.get(app);
    if (known !== undefined) return known;
    const row = this.#findApp.get(app);
    return row ? this.#keepApp(app, decodeNumber(row.id)) : null;
  }

  /** Within the writer's transaction: an app's first row brings its number. */
  internApp(app: AppId): number {
    const known = this.app(app);
    if (known !== null) return known;
    this.#insertApp ??= this.#db.prepare('INSERT INTO app_ref(app) VALUES(?)');
    return this.#keepApp(app, Number(this.#insertApp.run(app).lastInsertRowid));
  }

  appName(id: number): AppId {
    const known = this.#appNames.get(id);
    if (known !== undefined) return known;
    const name = decodeText(this.#findAppName.get(id)?.app);
    this.#keepApp(name, id);
    return name;
  }

  /** After a rollback, what was interned inside the transaction is not there. */
  forget(): void {
    this.#accounts.clear();
    this.#apps.clear();
    this.#appNames.clear();
  }

  #keepApp(app: AppId, id: number): number {
    this.#apps.set(app, id);
    this.#appNames.set(id, app);
    return id;
  }
}
