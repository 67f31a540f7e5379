// What the hub's pages read when they start, without a token: where people sign in and as which client. The hub answers it at
// /inbox/config.json and /console/config.json.
interface PageConfig {
  readonly publicUrl: string;
  readonly issuer: string;
  /** Null: the operator has not said which client of the issuer the page is. */
  readonly clientId: string | null;
  readonly scope: string;
  readonly dev: boolean;
  readonly version: string;
}

export interface InboxConfig extends PageConfig {
  /** The host name of the page's subscriptions and of its own posts. */
  readonly targetHostName: string;
  /** Of what the page of a development hub sends; null elsewhere. */
  readonly demoHostName: string | null;
  /** Absent: notifications may show pictures of other sites. `proxied`: they come through the hub. */
  readonly pictures?: false | 'proxied';
  /** Where a local user changes the password; absent or null where users sign in elsewhere. */
  readonly passwordUrl?: string | null;
}

export interface ConsoleConfig extends PageConfig {
  /** Whether users are made and sign in at this hub. */
  readonly localUsers: boolean;
}
