// All texts of the component, as one typed object a language: a catalog without one of them does not compile. `{name}` is
// replaced; a plural has the categories of Intl.PluralRules for its language.

export type Plural = { readonly other: string } & { readonly [rule in Intl.LDMLPluralRule]?: string };

/** Texts with a number; `{count}` is replaced. */
export interface CountMessages {
  readonly bell: Plural;
  readonly unread: Plural;
  readonly pending: Plural;
  readonly announced: Plural;
}

export interface TextMessages {
  readonly title: string;
  readonly history: string;
  readonly back: string;
  readonly close: string;
  readonly markAllRead: string;
  /** {group} */
  readonly markGroupRead: string;
  readonly filter: string;
  readonly filterAll: string;
  readonly filterUnread: string;
  readonly filterRead: string;
  readonly filterSnoozed: string;
  readonly search: string;
  /** {count} */
  readonly found: string;
  readonly group: string;
  readonly groupAll: string;
  readonly markRead: string;
  readonly markUnread: string;
  readonly snooze: string;
  readonly dismiss: string;
  /** From dismissed. */
  readonly restore: string;
  readonly unsnooze: string;
  readonly delete: string;
  readonly more: string;
  /** Of a text of more than two lines. */
  readonly unfold: string;
  readonly fold: string;
  readonly unreadMark: string;
  readonly lowPriority: string;
  /** The title of a notification without visible content. */
  readonly untitled: string;
  readonly now: string;
  readonly snoozeHour: string;
  readonly snoozeEvening: string;
  readonly snoozeTomorrow: string;
  readonly snoozeNextWeek: string;
  readonly snoozePick: string;
  readonly snoozeUntil: string;
  readonly undo: string;
  readonly dismissed: string;
  readonly deleted: string;
  readonly restored: string;
  readonly unsnoozed: string;
  /** {count} */
  readonly markedRead: string;
  readonly markedUnread: string;
  /** {time} */
  readonly snoozedUntil: string;
  readonly activated: string;
  readonly handled: string;
  readonly emptyTitle: string;
  readonly emptyText: string;
  readonly noUnreadTitle: string;
  readonly noUnreadText: string;
  readonly showAll: string;
  readonly noHistoryTitle: string;
  readonly noHistoryText: string;
  readonly loading: string;
  readonly offlineTitle: string;
  readonly offlineText: string;
  readonly offlineLine: string;
  readonly signedOutTitle: string;
  readonly signedOutText: string;
  readonly signIn: string;
  readonly errorTitle: string;
  readonly errorText: string;
  readonly closedLine: string;
  readonly connecting: string;
  readonly catchingUp: string;
  /** {reason} */
  readonly refused: string;
  /** {title}, {app} */
  readonly announcedOne: string;
  /** Read by screen readers with the list: its keys. */
  readonly keys: string;
}

export type Messages = TextMessages & CountMessages;
