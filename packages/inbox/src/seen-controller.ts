// What the person has seen on this device: everything that was there when the panel was last open. Unseen is less than unread: the
// bell counts it, and reading stays what the hub counts. The mark is a time of the hub's, kept over reloads where storage is allowed.
import type { Notification } from '@carillon/protocol';
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const storedName = 'carillon-seen';

export class SeenController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  /** The newest change of what was seen; later ones are unseen. Times of the hub compare as texts. */
  #mark = '';

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#read();
    window.addEventListener('storage', this.#changed);
  }

  hostDisconnected(): void {
    window.removeEventListener('storage', this.#changed);
  }

  /** How many of these are unread and came or changed since. */
  countUnseen(items: readonly Notification[]): number {
    return items.filter((item) => item.readState === 'unread' && item.lastModifiedDateTime > this.#mark)
      .length;
  }

  see(items: readonly Notification[]): void {
    let newest = this.#mark;
    for (const { lastModifiedDateTime: time } of items) if (time > newest) newest = time;
    if (newest === this.#mark) return;
    this.#mark = newest;
    try {
      localStorage.setItem(storedName, newest);
    } catch {
      // It holds until the page closes.
    }
  }

  #read(): void {
    try {
      const stored = localStorage.getItem(storedName) ?? '';
      if (stored > this.#mark) this.#mark = stored;
    } catch {
      // Without storage nothing was kept.
    }
  }

  /** Another tab has seen more. */
  readonly #changed = ({ key }: StorageEvent): void => {
    if (key !== storedName) return;
    this.#read();
    this.#host.requestUpdate();
  };
}
