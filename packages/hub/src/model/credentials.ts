// Push credentials of an app: what a provider gave its operator, so that the hub may push in the app's name. Write-only on
// the wire and encrypted at rest. What they hold is known to their channel alone (push/channels/<name>/credentials.ts).

/** A push channel that has credentials, by its name on the wire. */
export type CredentialKind = string;

/** As their channel read them from what an operator gave, and as JSON in the store. */
export type Credentials = object;

/** The members that are no secret, shaped as they were put. Kept beside the sealed ones, so that showing needs no key. */
export type ShownCredentials = Readonly<Record<string, unknown>>;

/** As they are put: what is to be sealed, and what of it may be shown. */
export interface GivenCredentials {
  readonly credentials: Credentials;
  readonly shown: ShownCredentials;
}
