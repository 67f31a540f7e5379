// An app that notifications come from, as people know it. An inbox finds the sender of a notification by its
// `targetHostName` among the host names.

export interface NotificationApp {
  id: string;
  /** Null: the operator has named none. */
  displayName: string | null;
  iconUrl: string | null;
  hostNames: string[];
}
