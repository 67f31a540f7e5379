// What the user does with notifications: at once through the feed, and with a way back where it is easily done by mistake.
// The rows, the menu and the keys call it; the element has one.
import type { Feed } from '@carillon/client';
import type { Notification } from '@carillon/protocol';
import type { FeedController } from './feed-controller.ts';
import type { UndoController, UndoKind } from './undo-controller.ts';

interface Owner {
  readonly feed: Feed | null;
  readonly view: 'inbox' | 'history';
  readonly listening: FeedController;
  readonly undoing: UndoController;
  readonly panel: { focusRow(id: string): void };
  readonly visual: { readonly asked: { readonly id: string } | null; ask(asked: null): void };
  closeMenu(): void;
}

export class Actions {
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** All, or those of a group. */
  markAllRead(group?: string): void {
    const { feed, undoing } = this.#owner;
    const isMeant = ({ id, readState, groupName }: Notification): boolean =>
      readState === 'unread' && (group ?? groupName) === groupName && !undoing.hidden.has(id);
    undoing.add(
      'read',
      (feed?.items ?? []).filter(isMeant).map(({ id }) => id),
    );
  }

  toggleRead({ id, readState }: Notification): void {
    const { feed, view } = this.#owner;
    const isUnread = readState === 'unread';
    if (view === 'history') this.#bringBack(isUnread ? 'read' : 'unread', id);
    else if (isUnread) feed?.markRead(id);
    else feed?.markUnread(id);
  }

  /** An answer can't be undone: other devices have it at once. */
  respond({ id }: Notification, actionId: string, text: string | null): void {
    const { feed, visual, panel } = this.#owner;
    feed?.respond(id, actionId, { text });
    if (visual.asked?.id === id) visual.ask(null);
    panel.focusRow(id);
  }

  /** Neither answered nor closed. */
  leaveQuestion({ id }: Notification): void {
    this.#owner.visual.ask(null);
    this.#owner.panel.focusRow(id);
  }

  dismiss({ id }: Notification): void {
    this.#owner.undoing.add('dismissed', [id]);
  }

  snooze({ id }: Notification, until: number): void {
    this.#owner.closeMenu();
    this.#owner.undoing.add('snoozed', [id], until);
  }

  restore({ id }: Notification): void {
    this.#bringBack('restored', id);
  }

  unsnooze({ id }: Notification): void {
    this.#bringBack('unsnoozed', id);
  }

  delete({ id }: Notification): void {
    this.#owner.undoing.add('deleted', [id]);
  }

  undo(): void {
    const { listening, undoing, panel } = this.#owner;
    listening.silence(undoing.done?.ids ?? []);
    const [id, ...others] = undoing.undo()?.ids ?? [];
    if (id !== undefined && others.length === 0) panel.focusRow(id);
  }

  #bringBack(kind: UndoKind, id: string): void {
    this.#owner.listening.silence([id]);
    this.#owner.undoing.add(kind, [id]);
  }
}
