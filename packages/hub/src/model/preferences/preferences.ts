// What a person has set for all of their notifications: what is muted, and when it is quiet. One set a user, kept with the
// feed as one text, so that a plan sees it with the row that it reads anyway. What is silenced is stored, counted and
// shown like any other; only its push shows and sounds nothing. Pure.
import type { Passing } from '@carillon/protocol';
import type { AppId } from '../app.ts';

export interface StoredMute {
  readonly app: AppId;
  /** One of the app's, by which a person knows it. */
  readonly host: string;
  /** Null: all that the app posts. */
  readonly group: string | null;
  /** The id of a subscription; null: on all devices. */
  readonly device: string | null;
  /** Null: for good. */
  readonly until: number | null;
}

export interface StoredQuietHours {
  /** Of the IANA database. */
  readonly zone: string;
  /** Minutes of the day; past midnight when the end is the lower one. */
  readonly start: number;
  readonly end: number;
  readonly passes: readonly Passing[];
}

export interface Preferences {
  readonly mutes: readonly StoredMute[];
  readonly quietHours: StoredQuietHours | null;
}

const noPreferences: Preferences = { mutes: [], quietHours: null };

export function readPreferences(stored: string | null): Preferences {
  return stored === null ? noPreferences : (JSON.parse(stored) as Preferences);
}

/** Null where nothing is set. */
export function writePreferences({ mutes, quietHours }: Preferences): string | null {
  return mutes.length === 0 && quietHours === null ? null : JSON.stringify({ mutes, quietHours });
}

export function isLasting({ until }: StoredMute, now: number): boolean {
  return until === null || until > now;
}

/** Two that say the same of the same place are one. */
export function isSameMute(one: StoredMute, other: StoredMute): boolean {
  return one.app === other.app && one.group === other.group && one.device === other.device;
}

/** Of a feed that has not begun, as of one without any. */
export function preferencesEtag(feed: { readonly preferencesSeq: number } | null): string {
  return `W/"${feed?.preferencesSeq ?? 0}"`;
}
