// All texts, as typed objects: a catalogue without one of them does not compile. `{name}` is replaced; a plural has the
// categories of Intl.PluralRules for its language.

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
  readonly mute: string;
  readonly more: string;
  /** Of a text of more than two lines. */
  readonly unfold: string;
  readonly fold: string;
  readonly unreadMark: string;
  readonly lowPriority: string;
  /** How much it presses. */
  readonly timeSensitive: string;
  readonly critical: string;
  /** Of a question: the label of its actions. */
  readonly choices: string;
  readonly cancel: string;
  readonly answerSure: string;
  /** {action} */
  readonly answered: string;
  /** {action} */
  readonly answeredByDeadline: string;
  readonly unanswered: string;
  /** {time}, such as "in 5 min." */
  readonly answerWithin: string;
  /** {action} */
  readonly answeredElsewhere: string;
  readonly askedAnew: string;
  readonly askedNoMore: string;
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

/** Of the component. */
export type InboxMessages = TextMessages & CountMessages;

/** Of the inbox page. */
export interface PageMessages {
  readonly inboxTitle: string;
  readonly inboxText: string;
  readonly signIn: string;
  readonly moment: string;
  readonly signingOut: string;
  readonly signingOutText: string;
  readonly unreachableTitle: string;
  readonly unreachableText: string;
  readonly tryAgain: string;
  readonly otherAddressTitle: string;
  /** {address} */
  readonly otherAddressText: string;
  readonly insecureTitle: string;
  readonly insecureText: string;
  readonly noClientTitle: string;
  /** {issuer} */
  readonly noClientText: string;
  readonly signedOut: string;
  readonly signInEnded: string;
  readonly issuerUnreachable: string;
  /** {found}, {issuer} */
  readonly issuerOther: string;
  readonly begunElsewhere: string;
  readonly otherService: string;
  /** {reason} */
  readonly notCompleted: string;
  readonly cancelled: string;
  /** {reason} */
  readonly refused: string;
  /** {reason} */
  readonly idTokenRefused: string;
  readonly idTokenExpired: string;
  readonly backToInbox: string;
  readonly devices: string;
  readonly sendOne: string;
  /** {name} */
  readonly account: string;
  readonly signedInAs: string;
  readonly install: string;
  readonly signOut: string;
  readonly language: string;
  readonly preferences: string;
  readonly changePassword: string;
  readonly downloadData: string;
  /** {reason} */
  readonly failed: string;
  readonly thisDevice: string;
  readonly otherDevices: string;
  readonly noOthers: string;
  readonly ring: string;
  readonly rename: string;
  /** {name} */
  readonly renameDevice: string;
  readonly remove: string;
  /** {name} */
  readonly removeDevice: string;
  readonly deviceName: string;
  readonly save: string;
  /** {name} */
  readonly removeAsk: string;
  readonly removeText: string;
  /** Of a device that removing signs out. */
  readonly removeOutText: string;
  readonly keep: string;
  readonly sessions: string;
  readonly currentSession: string;
  /** {time} */
  readonly signedInSince: string;
  /** {time} */
  readonly sessionUsed: string;
  /** {what} */
  readonly signOutSession: string;
  readonly signOutText: string;
  readonly pushOn: string;
  /** {time} */
  readonly added: string;
  /** {time} */
  readonly seen: string;
  readonly neverSeen: string;
  /** {date} */
  readonly until: string;
  readonly untilHelp: string;
  /** {browser}, {system} */
  readonly thisBrowser: string;
  /** {app} */
  readonly appOf: string;
  readonly windowsApp: string;
  readonly iosApp: string;
  readonly androidApp: string;
  readonly browser: string;
  readonly pushIsOn: string;
  readonly pushIsOff: string;
  readonly pushNotAsked: string;
  readonly pushDenied: string;
  readonly pushNeedsHttps: string;
  readonly pushNeedsInstall: string;
  readonly pushUnsupported: string;
  readonly pushServiceFailed: string;
  readonly pushHubFailed: string;
  readonly pushNoWorker: string;
  readonly pushRemoved: string;
}

/** Of the hub’s own sign-in pages. */
export interface SignInMessages {
  readonly signIn: string;
  readonly signInTitle: string;
  /** {app} */
  readonly continueTo: string;
  readonly yourInbox: string;
  readonly theApp: string;
  readonly userName: string;
  readonly password: string;
  readonly wrong: string;
  /** {seconds} */
  readonly tooMany: string;
  readonly endedTitle: string;
  readonly endedText: string;
  readonly signOutTitle: string;
  readonly signOutAsk: string;
  readonly signOut: string;
  readonly stay: string;
  readonly signingOut: string;
  readonly moment: string;
  readonly signedOutTitle: string;
  readonly mayClose: string;
  readonly problemTitle: string;
  readonly unavailable: string;
  readonly busy: string;
  readonly tooOften: string;
  readonly tooLarge: string;
  readonly impossible: string;
  readonly language: string;
  readonly choosePassword: string;
  readonly passwordRule: string;
  readonly passwordWeak: string;
  readonly newPassword: string;
  readonly samePassword: string;
  readonly setPassword: string;
  readonly passwordsDiffer: string;
  readonly passwordsBusy: string;
  readonly linkOverTitle: string;
  readonly linkOverText: string;
  readonly passwordSetTitle: string;
  readonly passwordSetText: string;
  readonly changePassword: string;
  readonly currentPassword: string;
  readonly changePasswordWill: string;
}
