// What a notification asks of an Apple device beside its texts: the members of `aps`. Every way to such a device uses them,
// its own push service as well as one that passes messages on to it.
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification#Payload-key-reference

import type { InterruptionLevel, VisualContent, VisualMember } from '@carillon/protocol';
import type { Push } from './contract.ts';
import { membersOf } from './shown.ts';

/** https://developer.apple.com/documentation/usernotifications/unnotificationinterruptionlevel */
const levels = {
  passive: 'passive',
  active: 'active',
  timeSensitive: 'time-sensitive',
  critical: 'critical',
} as const satisfies Record<InterruptionLevel, string>;

/** An app registers the actions of a category; without one of its own, a question's. */
const questionCategory = 'carillon.question';

/**
 * The badge is the feed's own count, which the app has after its next sync anyway, so the two agree even when pushes
 * are lost or overtake each other; a background push may not set it, and leaves it to the app.
 */
export function apsOf({ notification, unreadCount }: Push, visual: VisualContent): object {
  const { url, category, actions, interruptionLevel } = visual;
  const kind = category ?? (actions?.length ? questionCategory : null);
  const sound = soundOf(visual, notification?.priority === 'High');
  return {
    badge: unreadCount,
    ...(sound === null ? {} : { sound }),
    ...(notification?.groupName ? { 'thread-id': notification.groupName } : {}),
    'mutable-content': 1,
    ...(kind === null ? {} : { category: kind }),
    ...(interruptionLevel == null ? {} : { 'interruption-level': levels[interruptionLevel] }),
    ...(url == null ? {} : { 'target-content-id': url }),
  };
}

/** A name of the app's is a file of its bundle. A critical alert has the dictionary, which rings though the device is mute. */
function soundOf({ sound, interruptionLevel }: VisualContent, rings: boolean): string | object | null {
  if (sound === 'none') return null;
  const name = sound ?? (rings ? 'default' : null);
  return name !== null && interruptionLevel === 'critical' ? { critical: 1, name, volume: 1 } : name;
}

/** The icon is the app's own, and the device reads the direction of a text from its first strong character. */
const unknownToApple: readonly VisualMember[] = ['iconUrl', 'lang', 'dir'];

export function unshownByApple(visual: VisualContent): VisualMember[] {
  return membersOf(visual).filter((name) => unknownToApple.includes(name));
}
