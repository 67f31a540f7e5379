// The rows that the page draws itself: its `renderItem` makes an element for a notification, which becomes a child of the component
// in the slot of that row. So the page's own styles apply. Elements of rows that are no longer drawn are removed.
import type { Notification } from '@carillon/protocol';

/** Null leaves the words to the component. Called again when the notification has changed. */
export type RenderItem = (notification: Notification) => HTMLElement | null;

interface Drawn {
  readonly item: Notification;
  readonly by: RenderItem;
  readonly element: HTMLElement | null;
}

export class OwnRows {
  readonly #owner: HTMLElement;
  readonly #drawn = new Map<string, Drawn>();

  constructor(owner: HTMLElement) {
    this.#owner = owner;
  }

  /** The name of the slot that the row needs. */
  slotOf(item: Notification, by: RenderItem | null): string | null {
    const { id } = item;
    const known = this.#drawn.get(id);
    if (!by || known?.item !== item || known.by !== by) {
      known?.element?.remove();
      this.#drawn.delete(id);
      if (by) this.#drawn.set(id, { item, by, element: this.#place(item, by) });
    }
    return this.#drawn.get(id)?.element ? slotName(id) : null;
  }

  removeUnused(): void {
    const root = this.#owner.shadowRoot;
    for (const [id, { element }] of this.#drawn) {
      if (root?.querySelector(`slot[name="${slotName(id)}"]`)) continue;
      element?.remove();
      this.#drawn.delete(id);
    }
  }

  #place(item: Notification, by: RenderItem): HTMLElement | null {
    const element = by(item);
    if (!element) return null;
    element.slot = slotName(item.id);
    this.#owner.append(element);
    return element;
  }
}

function slotName(id: string): string {
  return `item-${id}`;
}
