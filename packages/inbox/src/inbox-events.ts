// The events of the element, typed for addEventListener. All of them bubble and leave the shadow tree.
// A page that prevents `carillon-activate` activates the notification itself.
import type { Notification } from '@carillon/protocol';
import type { Place } from './view/host.ts';

export interface InboxEventMap {
  /** A row was opened. Unless it is prevented, the notification is marked as activated, and its `url` opens beside the page. */
  'carillon-activate': CustomEvent<{ readonly notification: Notification }>;
  /** The link of one of its actions was opened, with the same consequences. */
  'carillon-action': CustomEvent<{ readonly notification: Notification; readonly actionId: string }>;
  /** The number of unread notifications changed. */
  'carillon-count': CustomEvent<{ readonly count: number }>;
  /** The panel opened or closed. */
  'carillon-toggle': CustomEvent<{ readonly open: boolean }>;
  /** The user went to the history or back, or filters: what is shown now. */
  'carillon-place': CustomEvent<Place>;
  /** The user wants to mute what is like this; only where the page has set `mutes`. */
  'carillon-mute': CustomEvent<{ readonly notification: Notification }>;
  /** The user wants to sign in: the hub refuses the feed's token. */
  'carillon-sign-in': CustomEvent<null>;
}

export type InboxEventName = keyof InboxEventMap;

export function inboxEvent<Name extends InboxEventName>(
  name: Name,
  detail: InboxEventMap[Name]['detail'],
): CustomEvent {
  return new CustomEvent(name, {
    detail,
    bubbles: true,
    composed: true,
    cancelable: name === 'carillon-activate' || name === 'carillon-action',
  });
}
