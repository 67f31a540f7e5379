// The notifications that the list shows: those of the filter, without those that are hidden until their deletion is sent.
// It returns the same array until one of these changes, so that the list lays its rows out only then.
import type { Notification } from '@carillon/protocol';
import type { Filter } from '../view/host.ts';

export class FilteredItems {
  #last: { readonly from: readonly unknown[]; readonly items: readonly Notification[] } | null = null;

  read(
    items: readonly Notification[],
    { unreadOnly, group }: Filter,
    hidden: ReadonlySet<string>,
  ): readonly Notification[] {
    const from = [items, unreadOnly, group, hidden];
    if (this.#last?.from.every((each, index) => each === from[index])) return this.#last.items;
    const isAll = !unreadOnly && group === null && hidden.size === 0;
    const isShown = ({ id, readState, groupName }: Notification): boolean =>
      !hidden.has(id) && (!unreadOnly || readState === 'unread') && (group === null || groupName === group);
    this.#last = { from, items: isAll ? items : items.filter(isShown) };
    return this.#last.items;
  }
}
