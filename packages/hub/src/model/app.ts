// An app: a registered cross-device application with its OAuth clients and verified host names.
// Its clients all count as the same creator: a notification belongs to the app, not to the client that posted it.

/** The app's own id, which is also the id of its first client. */
export type AppId = string;

export interface AppClient {
  readonly clientId: string;
  /** A public client has no secret: a phone app, a page. */
  readonly public: boolean;
  /** SHA-256 of the secret, base64url; null for a public client. */
  readonly secretHash: string | null;
  /** Secrets that were replaced, each good until its end. The one that was replaced last comes first. */
  readonly oldSecrets?: readonly OldSecret[] | undefined;
  readonly redirectUris: readonly string[];
  /** Scopes of the hub that it may ask for. Absent: those of an app's own notifications alone. */
  readonly scopes?: readonly string[] | undefined;
}

export interface OldSecret {
  readonly hash: string;
  readonly until: number;
}

/** What people and platforms are shown of an app, and where its notifications lead. */
export interface ShownMembers {
  /** Where opening one of its notifications leads in a browser, unless the notification says so. */
  readonly openUrl?: string | undefined;
  /** What a browser shows for a push without content. */
  readonly tapTitle?: string | undefined;
  /** Schemes of links that lead into the app itself, in lower case. */
  readonly urlSchemes?: readonly string[] | undefined;
  /** As people know it. */
  readonly displayName?: string | undefined;
  readonly iconUrl?: string | undefined;
  /** Of Android's intent filter that takes an opened notification with a link. */
  readonly clickAction?: string | undefined;
}

export interface App extends ShownMembers {
  readonly id: AppId;
  /** Verified host names in lower case. */
  readonly hosts: readonly string[];
  /** At most ten; the first has the app's own id. */
  readonly clients: readonly AppClient[];
  readonly blocked: boolean;
  /** Whose tokens its clients bear. Absent or empty: the first issuer that the hub trusts. */
  readonly issuers?: readonly string[] | undefined;
}
