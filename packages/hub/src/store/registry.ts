// Store contract, part two: what is registered rather than posted. Apps with their clients and push credentials, the
// users and grants of the embedded OpenID provider, the audit, and the hub's own facts and secrets. Commands write it beside a running hub, and what they
// write counts from the hub's next request on, so no reader may cache it without asking `version`.
import type { App, AppId } from '../model/app.ts';
import type {
  CredentialKind,
  Credentials,
  GivenCredentials,
  ShownCredentials,
} from '../model/credentials.ts';

export interface AppRegistry {
  /**
   * Changes when any process changed an app, at the latest in the next turn of the event loop; cheap enough to ask on
   * every request.
   */
  version(): number;
  findById(appId: string): App | null;
  findByClient(clientId: string): App | null;
  list(): App[];
  /** Adds the app or replaces it. Throws a HubError when a host or client id belongs to another app. */
  put(app: App): void;
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
  find(app: AppId, host: string): HostClaim | null;
  list(app: AppId): HostClaim[];
  put(claim: HostClaim): void;
  /** Whether there was one. */
  remove(app: AppId, host: string): boolean;
}

/** Encrypted at rest; see store/secret-box. */
export interface CredentialRegistry {
  /** As that of the apps. */
  version(): number;
  /** Cheap enough for every push. Throws a SecretKeyError when what is stored can't be read with the key at hand. */
  find(app: AppId, kind: CredentialKind): Credentials | null;
  list(app: AppId): StoredCredentials[];
  /** Adds or replaces; answers whether they are new. Throws a HubError without a key, or beside another one's. */
  put(app: AppId, kind: CredentialKind, given: GivenCredentials, now: number): boolean;
  /** Whether there were any. */
  remove(app: AppId, kind: CredentialKind): boolean;
}

export interface StoredCredentials {
  readonly kind: CredentialKind;
  readonly shown: ShownCredentials;
  readonly setAt: number;
}

/** What operators did. Only ever added to, and never a secret. */
export interface Audit {
  /** Runs the write and adds the entry: both become durable, or neither. */
  record<T>(entry: AuditEntry, write: () => T): T;
  /** The newest first; `before` is the id of an entry. */
  list(page: { readonly before: number | null; readonly limit: number }): AuditRecord[];
}

export interface AuditEntry {
  readonly at: number;
  /** The operator's name, or `command line`. */
  readonly who: string;
  /** The operation, such as `putChannel`. */
  readonly what: string;
  /** What it was done to, such as `apps/shop/hosts/shop.example`. */
  readonly on: string;
}

export type AuditRecord = AuditEntry & { readonly id: number };

export interface LocalUser {
  /** The subject of its tokens, a UUID. */
  readonly id: string;
  /** The user principal name, unique in any case. */
  readonly name: string;
  /** `scrypt$N$r$p$salt$hash`, base64url parts. */
  readonly passwordHash: string;
  readonly operator: boolean;
}

export interface Users {
  findById(id: string): LocalUser | null;
  findByName(name: string): LocalUser | null;
  list(): LocalUser[];
  /** Adds the user, or replaces the one with the same id. */
  put(user: LocalUser): void;
}

/** What the OpenID provider keeps: sessions, grants, codes, refresh tokens, by model name and id. */
export interface Grants {
  put(record: GrantRecord): void;
  find(model: string, id: string): GrantRecord | null;
  findByUid(model: string, uid: string): GrantRecord | null;
  findByUserCode(model: string, userCode: string): GrantRecord | null;
  /** Marks it as used at that time, in seconds since 1970. */
  consume(model: string, id: string, atSeconds: number): void;
  remove(model: string, id: string): void;
  removeByGrant(grantId: string): void;
  /** Removes what ended before that time; at most `limit` records. Answers how many. */
  removeExpired(nowMs: number, limit: number): number;
}

export interface GrantRecord {
  readonly model: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly grantId: string | null;
  readonly uid: string | null;
  readonly userCode: string | null;
  /** Milliseconds since 1970; null when it never ends. */
  readonly expiresAt: number | null;
}

export interface Meta {
  read(key: string): string | null;
  write(key: string, value: string): void;
  /** The value of the key, made and kept by the first process that asks for it. */
  readOrMake(key: string, make: () => string): string;
}

export interface SpentTickets {
  /** True for the first caller of any process, false ever after. Forgets ids after `expiresAt`. */
  spend(id: string, expiresAt: number, now: number): boolean;
}

export interface Registry {
  readonly apps: AppRegistry;
  readonly hostClaims: HostClaims;
  readonly credentials: CredentialRegistry;
  readonly audit: Audit;
  readonly users: Users;
  readonly grants: Grants;
  readonly meta: Meta;
  readonly tickets: SpentTickets;
  close(): void;
}
