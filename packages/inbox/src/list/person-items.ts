// The notifications that are for a person: without those whose raw content is for the app alone. It returns the same array until the
// feed has another, and says how many unread ones it left out, since the hub counts them.
import { type Feed, isForPerson } from '@carillon/client';
import type { Notification } from '@carillon/protocol';

export class PersonItems {
  #from: readonly Notification[] | null = null;
  #items: readonly Notification[] = [];
  /** The unread ones that were left out. */
  #unreadOut = 0;

  read(items: readonly Notification[]): readonly Notification[] {
    if (items === this.#from) return this.#items;
    const out = items.filter((item) => !isForPerson(item));
    this.#unreadOut = out.filter(({ readState }) => readState === 'unread').length;
    this.#from = items;
    this.#items = out.length === 0 ? items : items.filter(isForPerson);
    return this.#items;
  }

  /** The hub's count, without those that were left out and those that are hidden here. */
  countUnread({ items, unreadCount }: Feed, hidden: ReadonlySet<string>): number {
    const isHiddenUnread = ({ id, readState }: Notification): boolean =>
      readState === 'unread' && hidden.has(id);
    const shown = this.read(items);
    const hiddenCount = hidden.size === 0 ? 0 : shown.filter(isHiddenUnread).length;
    return Math.max(0, unreadCount - this.#unreadOut - hiddenCount);
  }
}
