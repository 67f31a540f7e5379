// What can be done with a notification, by the view and by what became of it: in the inbox it is read, snoozed, dismissed;
// what was snoozed or dismissed comes back. Row, menu and keys take the actions from here.
import type { Notification } from '@carillon/protocol';
import type { TextMessages } from '@carillon/words';
import { inboxEvent } from '../inbox-events.ts';
import type { InboxHost } from './host.ts';
import type { icons } from './icons.ts';

export interface Act {
  readonly icon: keyof typeof icons;
  readonly label: keyof TextMessages;
  readonly run: () => void;
}

export function actsOf(host: InboxHost, item: Notification): readonly Act[] {
  const remove: Act = { icon: 'delete', label: 'delete', run: () => host.actions.delete(item) };
  if (item.userActionState === 'snoozed') {
    return [{ icon: 'unsnooze', label: 'unsnooze', run: () => host.actions.unsnooze(item) }, remove];
  }
  const isUnread = item.readState === 'unread';
  const read: Act = {
    icon: isUnread ? 'read' : 'unread',
    label: isUnread ? 'markRead' : 'markUnread',
    run: () => host.actions.toggleRead(item),
  };
  if (item.userActionState === 'dismissed') {
    return [{ icon: 'restore', label: 'restore', run: () => host.actions.restore(item) }, read, remove];
  }
  if (host.view === 'history') return [read, remove];
  const snooze: Act = { icon: 'snooze', label: 'snooze', run: () => host.openMenu(item, 'snooze') };
  const dismiss: Act = { icon: 'dismiss', label: 'dismiss', run: () => host.actions.dismiss(item) };
  const ask = () => void host.dispatchEvent(inboxEvent('carillon-mute', { notification: item }));
  const mute: readonly Act[] = host.mutes ? [{ icon: 'mute', label: 'mute', run: ask }] : [];
  return [read, snooze, dismiss, ...mute, remove];
}
