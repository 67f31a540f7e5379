// What a person has set for their notifications, on every device: what is muted, and when it is quiet.
// Muted ones arrive all the same: stored, counted and shown in every feed, without a sound and without a push that shows.

/** What rings in quiet hours: notifications of an interruption level, or of high priority. */
export const passings = ['critical', 'timeSensitive', 'highPriority'] as const;
export type Passing = (typeof passings)[number];

export const muteSpans = ['hour', 'untilTomorrow', 'forGood'] as const;
export type MuteSpan = (typeof muteSpans)[number];

export interface Mute {
  appId: string;
  /** One of the app's host names. */
  targetHostName: string;
  /** Null: all that the app posts. */
  groupName: string | null;
  /** Null: on all devices. */
  subscriptionId: string | null;
  /** Null: for good. */
  untilDateTime: string | null;
}

/** Names its app by its id or by a host name of it; neither: the calling app. */
export interface MutePost {
  appId?: string;
  targetHostName?: string;
  groupName?: string | null;
  subscriptionId?: string | null;
  untilDateTime?: string | null;
  /** In place of `untilDateTime`, by the hub's clock. */
  lasts?: MuteSpan;
  /** Where tomorrow begins; without it, in the time zone of the quiet hours. */
  timeZone?: string;
}

export interface QuietHours {
  /** Of the IANA database, such as `Europe/Berlin`. */
  timeZone: string;
  /** `HH:mm`, by the wall clock there; past midnight when the end is earlier than the start. */
  startTime: string;
  endTime: string;
  passes: Passing[];
}

export interface NotificationPreferences {
  mutes: Mute[];
  /** Null: never quiet, or a token of one app alone, which does not see them. */
  quietHours: QuietHours | null;
}

export interface NotificationPreferencesPatch {
  /** Takes the place of all that the token sees. */
  mutes?: MutePost[];
  quietHours?: (Omit<QuietHours, 'passes'> & { passes?: Passing[] }) | null;
}
