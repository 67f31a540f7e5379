// The notifications that a list shows: those of its filter, without those that are hidden until their deletion is sent.
// It returns the same array until one of these changes, so that the list lays its rows out only then.
import type { Notification } from '@carillon/protocol';
import type { Filter, Shown } from '../view/host.ts';

export class FilteredItems {
  #last: { readonly from: readonly unknown[]; readonly items: readonly Notification[] } | null = null;
  /** The words of each notification, as they are compared. */
  readonly #words = new WeakMap<Notification, string>();

  read(
    items: readonly Notification[],
    { show, group, text }: Filter,
    hidden: ReadonlySet<string>,
  ): readonly Notification[] {
    const from = [items, show, group, text, hidden];
    if (this.#last?.from.every((each, index) => each === from[index])) return this.#last.items;
    const sought = comparable(text).split(/\s+/).filter(Boolean);
    const isAll = show === 'all' && group === null && sought.length === 0 && hidden.size === 0;
    const isShown = (item: Notification): boolean =>
      !hidden.has(item.id) &&
      (show === 'all' || show === shownAs(item)) &&
      (group === null || item.groupName === group) &&
      sought.every((word) => this.#wordsOf(item).includes(word));
    this.#last = { from, items: isAll ? items : items.filter(isShown) };
    return this.#last.items;
  }

  #wordsOf(item: Notification): string {
    const known = this.#words.get(item);
    if (known !== undefined) return known;
    const { title, body } = item.payload.visualContent ?? {};
    const words = comparable([title, body, item.groupName, item.targetHostName].join('\n'));
    this.#words.set(item, words);
    return words;
  }
}

/** What became of it, as the filters name it. */
export function shownAs({ readState, userActionState }: Notification): Exclude<Shown, 'all'> {
  if (readState === 'unread') return 'unread';
  return userActionState === 'noInteraction' ? 'read' : userActionState;
}

/** Without case and accents: a person types neither. */
function comparable(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
