// What a run needs beside the base URL: one app, one of its users, and a token of each kind.
// However they come about (commands of the hub, Entra ID, a form) is not the suite's concern.

export interface Credentials {
  /** Verified for the app. */
  readonly host: string;
  readonly user: { readonly id: string; readonly name: string };
  /** Of the user, through the app, with Notifications.ReadWrite.CreatedByApp. */
  readonly delegated: string;
  /** Of the app itself. */
  readonly appOnly: string;
}
