// The notification that a write names: only what its caller may see, and whether its content is what the device showed.
// Used by the plans of single notifications.
import { isAlive, type StoredNotification } from '../../model/notification.ts';
import type { UserKey, Visibility } from '../../model/principal.ts';
import type { StateTarget } from '../../model/write.ts';
import type { Overlay } from './overlay.ts';

export function visible(overlay: Overlay, user: UserKey, visibility: Visibility, id: string, now: number) {
  const row = overlay.notification(user, id);
  if (!row || !isAlive(row, now)) return null;
  return visibility === null || row.app === visibility ? row : null;
}

/** The device has not seen this content, so its change does not apply to it. */
export function isStale(
  row: StoredNotification,
  { contentVersion }: Pick<StateTarget, 'contentVersion'>,
): boolean {
  return contentVersion !== null && contentVersion < row.contentVersion;
}
