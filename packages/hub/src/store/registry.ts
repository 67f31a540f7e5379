// Store contract, part two: what is registered rather than posted. Apps with their clients and push credentials, the
// users and grants of the embedded OpenID provider, the audit, and the hub's own facts and secrets. Commands write it
// beside a running hub, and what they write applies from the hub's next request on. Apps and credentials are in memory and
// answer at once, also while the store is unreachable. All else is a promise, which rejects with a StoreError within two
// seconds when the store can't be reached.
import type { App, AppId } from '../model/app.ts';
import type { ChangeSubscription, KnownChangeSubscription } from '../model/change-subscription.ts';
import type {
  CredentialKind,
  Credentials,
  GivenCredentials,
  ShownCredentials,
} from '../model/credentials.ts';
import type { RedriveHold, RedriveJob, RedriveProgress } from '../model/delivery.ts';

export interface AppRegistry {
  /**
   * Changes when any process changed an app, at the latest in the next turn of the event loop; cheap enough to ask on
   * every request. No reader may cache an app without asking.
   */
  version(): number;
  findById(appId: string): App | null;
  findByClient(clientId: string): App | null;
  list(): App[];
  /** Adds the app or replaces it. Throws a HubError when a host or client id belongs to another app. */
  put(app: App): Promise<void>;
}

/** A host name that an app has not proven to be its own yet. */
export interface HostClaim {
  readonly app: AppId;
  /** In lower case. */
  readonly host: string;
  /** What must be found in its DNS or at its well-known address; public by nature. */
  readonly value: string;
  readonly claimedAt: number;
}

export interface HostClaims {
  find(app: AppId, host: string): Promise<HostClaim | null>;
  list(app: AppId): Promise<HostClaim[]>;
  put(claim: HostClaim): Promise<void>;
  /** Whether there was one. */
  remove(app: AppId, host: string): Promise<boolean>;
}

/** Encrypted at rest; see store/secret-box. */
export interface CredentialRegistry {
  /** As that of the apps. */
  version(): number;
  /** Cheap enough for every push. Throws a SecretKeyError when what is stored can't be read with the key at hand. */
  find(app: AppId, kind: CredentialKind): Credentials | null;
  list(app: AppId): StoredCredentials[];
  /** Adds or replaces; answers whether they are new. Throws a HubError without a key, or beside another one's. */
  put(app: AppId, kind: CredentialKind, given: GivenCredentials, now: number): Promise<boolean>;
  /** Whether there were any. */
  remove(app: AppId, kind: CredentialKind): Promise<boolean>;
}

export interface StoredCredentials {
  readonly kind: CredentialKind;
  readonly shown: ShownCredentials;
  readonly setAt: number;
}

/** Who did what. Never a secret, and of a person only the id. */
export interface Audit {
  /**
   * Runs the write and adds the entry, which is kept for good: both become durable, or neither. Only what is written
   * through `within` is part of it.
   */
  record<T>(entry: AuditEntry, write: (within: AuditedWrites) => Promise<T>): Promise<T>;
  /** Adds what changed nothing that operators manage: sign-ins, tokens, refusals. */
  note(entries: readonly AuditNote[]): Promise<void>;
  /** Removes what is beyond the bounds of its kind, at most `limit` entries of each. Answers how many. */
  forget(bounds: readonly NoteBound[], limit: number): Promise<number>;
  /** The newest first. */
  list(page: AuditPage): Promise<AuditRecord[]>;
}

/** Keys of the hub that are replaced beside running hubs; each is a fact, in the form of whoever uses it. */
export const keyNames = ['signing-keys', 'cookie-keys', 'sealing-keys'] as const;
export type KeyName = (typeof keyNames)[number];

export interface KeyRegistry {
  /** Cheap enough for every request. Null until it was replaced for the first time: then the fact is as it was made. */
  find(name: KeyName): string | null;
}

export interface KeyWrites {
  /** As it is stored; nobody else replaces a key until the transaction ends. */
  findToChange(name: KeyName): Promise<string | null>;
  /** Counts from the next request of every process. */
  put(name: KeyName, value: string): Promise<void>;
}

export interface AppWrites extends Pick<AppRegistry, 'put'> {
  /** The app as it is stored; nobody else changes an app until the transaction ends. */
  findToChange(appId: string): Promise<App | null>;
}

/** What operators change, as part of one transaction. */
export interface AuditedWrites {
  readonly apps: AppWrites;
  readonly hostClaims: HostClaims;
  readonly credentials: Pick<CredentialRegistry, 'put' | 'remove'>;
  readonly users: Users;
  readonly refreshFamilies: RefreshFamilies;
  readonly revocations: Pick<Revocations, 'add'>;
  readonly changeSubscriptions: Omit<ChangeSubscriptions, 'version' | 'known'>;
  readonly redrives: Pick<Redrives, 'add' | 'cancel'>;
  readonly meta: Meta;
  readonly keys: KeyWrites;
}

export type AuditAuthor = Pick<AuditEntry, 'who' | 'from'>;

export interface AuditEntry {
  readonly at: number;
  /** An operator's, user's or client's id, `command line`, or `unknown`. */
  readonly who: string;
  /** The address of the request, or `command`; null in entries of versions that did not keep it. */
  readonly from: string | null;
  /** The operation, such as `putChannel`, or an event, such as `signedIn`. */
  readonly what: string;
  /** What it was done to, such as `apps/shop/hosts/shop.example`. */
  readonly on: string;
}

/** Those of access and of refusals are bounded each for itself, so that a flood of refusals hides no sign-in. */
export type NoteKind = 'access' | 'refusal';

export interface AuditNote extends AuditEntry {
  readonly kind: NoteKind;
  /** How often it happened in the minute. */
  readonly count: number;
}

export interface NoteBound {
  readonly kind: NoteKind;
  readonly entriesMax: number;
  /** Older ones are removed. */
  readonly since: number;
}

interface AuditPage extends AuditFilter {
  /** The id of an entry. */
  readonly before: number | null;
  readonly limit: number;
}

export interface AuditFilter {
  readonly what?: string | undefined;
  readonly who?: string | undefined;
  /** What it was done to, or what is below that. */
  readonly on?: string | undefined;
  readonly since?: number | undefined;
  /** Before that time. */
  readonly until?: number | undefined;
}

export type AuditRecord = AuditEntry & { readonly id: number; readonly count: number };

export interface LocalUser {
  /** The subject of its tokens, a UUID. */
  readonly id: string;
  /** The user principal name, unique in any case. */
  readonly name: string;
  /** `scrypt$N$r$p$salt$hash`, base64url parts. */
  readonly passwordHash: string;
  readonly operator: boolean;
  /** May see what operators see; absent: may not, unless it is one. */
  readonly operatorRead?: boolean;
  /** May not sign in; absent: may. */
  readonly disabled?: boolean;
}

export interface Users {
  findById(id: string): Promise<LocalUser | null>;
  findByName(name: string): Promise<LocalUser | null>;
  /** By name, in any case; a page holds those after a name. */
  list(page?: { readonly after: string | null; readonly limit: number }): Promise<LocalUser[]>;
  /** Whose names begin so, in any case, by name. */
  byPrefix(prefix: string, limit: number): Promise<LocalUser[]>;
  /** Adds the user, or replaces the one with the same id. Throws a HubError when another one has the name. */
  put(user: LocalUser): Promise<void>;
  /** Another hash of the same password, unless the password was changed meanwhile. */
  rehash(id: string, from: string, to: string): Promise<void>;
  remove(id: string): Promise<void>;
}

/** What the OpenID provider keeps: sessions, grants, codes, refresh tokens, by model name and id. */
export interface Grants {
  put(record: GrantRecord): Promise<void>;
  /** Puts it unless its model has so many records already. Answers whether it did. */
  putFew(record: GrantRecord, most: number): Promise<boolean>;
  find(model: string, id: string): Promise<GrantRecord | null>;
  findByUid(model: string, uid: string): Promise<GrantRecord | null>;
  findByUserCode(model: string, userCode: string): Promise<GrantRecord | null>;
  /** Marks it as used at that time, in seconds since 1970. */
  consume(model: string, id: string, atSeconds: number): Promise<void>;
  remove(model: string, id: string): Promise<void>;
  removeByGrant(grantId: string): Promise<void>;
  /** All of a user and model. */
  listByAccount(model: string, account: string): Promise<GrantRecord[]>;
  /** All of a user, of whatever model. */
  removeByAccount(account: string): Promise<void>;
  /** Removes what ended before that time; at most `limit` records. Answers how many. */
  removeExpired(nowMs: number, limit: number): Promise<number>;
}

export interface GrantRecord {
  readonly model: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly grantId: string | null;
  readonly uid: string | null;
  readonly userCode: string | null;
  /** Of the user whom it is about. */
  readonly account: string | null;
  /** Milliseconds since 1970; null when it never ends. */
  readonly expiresAt: number | null;
}

/** A refresh token and all that follow it, of which one can be spent. */
export interface RefreshFamily {
  readonly id: string;
  /** Of the user. */
  readonly account: string;
  readonly client: string;
  readonly grantId: string;
  /** The session in which it was issued, when there was one. */
  readonly session: string | null;
  /** The provider's own. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** How many of its tokens were spent; the next one is of that number. */
  readonly spent: number;
  readonly spentAt: number | null;
  readonly startedAt: number;
  readonly expiresAt: number;
}

export interface RefreshFamilies {
  /** Adds it, and ends all but the `keep` newest of its user and client. */
  start(family: Omit<RefreshFamily, 'spent' | 'spentAt'>, keep: number): Promise<void>;
  find(id: string): Promise<RefreshFamily | null>;
  /** Counts one more as spent, unless somebody else has. */
  spend(id: string, spent: number, now: number): Promise<void>;
  /** Nothing when it has ended meanwhile. */
  renew(id: string, payload: RefreshFamily['payload'], expiresAt: number): Promise<void>;
  /** Of a user, the newest first. */
  list(account: string): Promise<RefreshFamily[]>;
  remove(id: string): Promise<void>;
  removeByGrant(grantId: string): Promise<void>;
  removeBySession(session: string): Promise<void>;
  removeByAccount(account: string): Promise<void>;
  /** Removes what ended before that time; at most `limit`. Answers how many. */
  removeExpired(nowMs: number, limit: number): Promise<number>;
}

interface Revocation {
  /** `user` or `session`, a space, and its id. */
  readonly subject: string;
  /** Tokens that were issued until then are revoked. */
  readonly at: number;
  /** When it may be forgotten; null: never. */
  readonly until: number | null;
}

export interface Revocations {
  /** As that of the apps. */
  version(): number;
  /** When it was revoked last. Cheap enough for every request. */
  find(subject: string): number | null;
  add(revocation: Revocation): Promise<void>;
}

export interface Meta {
  read(key: string): Promise<string | null>;
  write(key: string, value: string): Promise<void>;
  /** The value of the key, made and kept by the first process that asks for it. */
  readOrMake(key: string, make: () => string | Promise<string>): Promise<string>;
  /** Adds to the whole number of the key, and to `atLeast` where that is more. Answers the sum; processes lose none. */
  count(key: string, to: { readonly atLeast: number; readonly add: number }): Promise<number>;
}

export interface SpentTicket {
  readonly id: string;
  /** The end of the time in which it opens its stream at first. */
  readonly opensUntil: number;
  /** The end of the time in which its stream may be open. */
  readonly heldUntil: number;
  /** Whether the caller has shown to know the stream. */
  readonly comesBack: boolean;
}

/** Tickets of streams, of which each is held by one stream at most, over all processes. */
export interface SpentTickets {
  /**
   * Holds it: for the first caller, and when it was released less than a minute ago, or by the end of its process, for one
   * that comes back. Null for everybody else.
   */
  spend(ticket: SpentTicket, now: number): Promise<'first' | 'again' | null>;
  /** Its stream has ended. Waits for nothing; one that the store refuses is tried again. */
  release(id: string, now: number): void;
  /** Releases what processes held that are gone. To be called at the start, and now and then. */
  releaseLost(now: number): Promise<void>;
}

export interface ChangeSubscriptions {
  /** As that of the apps. */
  version(): number;
  /** Cheap enough for every commit. Those that have ended are there until that is told. */
  known(): readonly KnownChangeSubscription[];
  /** Throws a SecretKeyError when its secrets can't be read with the key at hand. */
  find(id: string): Promise<ChangeSubscription | null>;
  /** Of an app and user, or of an app by itself; those that have ended included. */
  list(app: AppId, user: string | null): Promise<ChangeSubscription[]>;
  /** Throws a HubError when there are so many already, or without a key. */
  add(
    subscription: ChangeSubscription,
    most: { readonly ofOwner: number; readonly ofAll: number },
  ): Promise<void>;
  /** Writes what the function makes of the stored one: the same changes nothing, null removes it. Answers what is there then. */
  change(
    id: string,
    change: (before: ChangeSubscription) => ChangeSubscription | null,
  ): Promise<ChangeSubscription | null>;
}

/** Redrives of many. Of a bounded number the newest are kept. */
export interface Redrives {
  /** Throws `unavailable` while `atOnce` are under way; forgets the oldest ended beyond `kept`. */
  add(
    job: RedriveJob,
    hold: RedriveHold,
    most: { readonly atOnce: number; readonly kept: number },
  ): Promise<void>;
  find(id: string): Promise<RedriveJob | null>;
  /** The newest first. */
  list(): Promise<RedriveJob[]>;
  /** Of the one that holds it. False: it was cancelled, or another holds it. */
  save(id: string, hold: RedriveHold, progress: RedriveProgress): Promise<boolean>;
  /** One that has ended stays as it is. Null: there is none. */
  cancel(id: string, now: number): Promise<RedriveJob | null>;
  /** Holds one whose hold ended before that, but for those of the caller itself. Null: none is lost. */
  takeLost(before: number, hold: RedriveHold, isMine: (id: string) => boolean): Promise<RedriveJob | null>;
}

export interface Registry {
  readonly apps: AppRegistry;
  readonly hostClaims: HostClaims;
  readonly credentials: CredentialRegistry;
  readonly audit: Audit;
  readonly users: Users;
  readonly grants: Grants;
  readonly refreshFamilies: RefreshFamilies;
  readonly revocations: Revocations;
  readonly changeSubscriptions: ChangeSubscriptions;
  readonly redrives: Redrives;
  readonly meta: Meta;
  readonly keys: KeyRegistry;
  readonly tickets: SpentTickets;
  /** A hub says so before its first request: from then on nothing that is asked holds up the caller's thread. */
  startServing(): void;
  close(): Promise<void>;
}
