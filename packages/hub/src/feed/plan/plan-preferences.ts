// What a write does to a person's preferences: what it names takes the place of what was there. Like a notification, they
// carry the sequence of their last change, so that every stream finds out that they have changed.
import { limits } from '@carillon/protocol';
import { invalid } from '../../model/errors.ts';
import {
  isLasting,
  isSameMute,
  type Preferences,
  preferencesEtag,
  readPreferences,
  type StoredMute,
  writePreferences,
} from '../../model/preferences/preferences.ts';
import type { Outcomes, PreferencesWrite } from '../../model/write.ts';
import type { ReadSet } from '../../store/plan-reads.ts';
import { checkMatch } from './check-match.ts';
import type { Overlay } from './overlay.ts';

export function readsOfPreferences({ user }: PreferencesWrite, reads: ReadSet): void {
  reads.feed(user, 1);
  reads.begin(user);
}

export function planPreferences(
  write: PreferencesWrite,
  overlay: Overlay,
  now: number,
): Outcomes['preferences'] {
  const { user, owner, ifMatch, patch } = write;
  const feed = overlay.feed(user);
  const stored = feed?.preferences ?? null;
  checkMatch(preferencesEtag(feed), ifMatch);
  const before = readPreferences(stored);
  const preferences: Preferences = {
    mutes: patch.mutes ? mutesOf(before.mutes, write, overlay, now) : before.mutes,
    quietHours: patch.quietHours === undefined ? before.quietHours : patch.quietHours,
  };
  const text = writePreferences(preferences);
  if (text !== stored) {
    if (Buffer.byteLength(text ?? '') > limits.preferencesBytes)
      throw invalid(`Preferences hold at most ${limits.preferencesBytes} bytes: remove a mute.`, 'mutes');
    overlay.beginFeed(user, owner);
    overlay.putPreferences(user, text);
  }
  return { preferences, etag: preferencesEtag(overlay.feed(user)) };
}

/** An app replaces those of its own. What has ended goes, and what is of a device that is gone. */
function mutesOf(
  before: readonly StoredMute[],
  { user, visibility, patch }: PreferencesWrite,
  overlay: Overlay,
  now: number,
): StoredMute[] {
  const others = before.filter(({ app }) => visibility !== null && app !== visibility);
  const devices = new Set(overlay.feed(user) ? overlay.subscriptions(user).map(({ id }) => id) : []);
  const all = [...others, ...(patch.mutes ?? [])];
  const mutes = all
    .filter((each, index) => !all.slice(index + 1).some((later) => isSameMute(each, later)))
    .filter((each) => isLasting(each, now) && (each.device === null || devices.has(each.device)));
  if (mutes.length > limits.mutesPerUser)
    throw invalid(`A user has at most ${limits.mutesPerUser} mutes: remove one.`, 'mutes');
  if (visibility !== null) checkShare(mutes.filter(({ app }) => app === visibility));
  return mutes;
}

/** An app may not take all that a person has room for. */
function checkShare(own: readonly StoredMute[]): void {
  const { mutesPerApp, muteBytesPerApp } = limits;
  if (own.length <= mutesPerApp && Buffer.byteLength(JSON.stringify(own)) <= muteBytesPerApp) return;
  throw invalid(
    `A token of one app sets at most ${mutesPerApp} mutes of ${muteBytesPerApp} bytes together; an inbox over all apps may set more.`,
    'mutes',
  );
}
