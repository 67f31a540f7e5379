// The interface between the element and its views: what to show, and what the user can do. The element implements it; the
// views are functions from it to a template.
import type { Feed } from '@carillon/client';
import type { Notification } from '@carillon/protocol';
import type { Actions } from '../actions.ts';
import type { FeedController } from '../feed-controller.ts';
import type { ListController } from '../list/list-controller.ts';
import type { Localizer } from '../locale/localizer.ts';
import type { UndoController } from '../undo-controller.ts';

/** By what became of a notification. */
export type Shown = 'all' | 'unread' | 'read' | 'activated' | 'dismissed' | 'snoozed';

export interface Filter {
  readonly show: Shown;
  readonly group: string | null;
  /** Each of its words must occur. */
  readonly text: string;
}

/** What is shown, for an address that leads back to it. */
export interface Place extends Filter {
  readonly view: 'inbox' | 'history';
}

export const noFilter: Filter = { show: 'all', group: null, text: '' };

export interface OpenMenu {
  readonly item: Notification;
  readonly page: 'actions' | 'snooze' | 'pick';
}

export interface InboxHost {
  readonly feed: Feed | null;
  readonly inline: boolean;
  readonly open: boolean;
  /** The panel fills a small screen and holds the focus. */
  readonly isSheet: boolean;
  readonly words: Localizer;
  readonly direction: 'ltr' | 'rtl';
  readonly now: number;
  readonly unreadCount: number;
  /** Of the unread ones those that came since the panel was last open. */
  readonly unseenCount: number;
  readonly view: 'inbox' | 'history';
  /** Of this view. */
  readonly filter: Filter;
  readonly groups: readonly string[];
  readonly list: ListController;
  readonly menu: OpenMenu | null;
  readonly announcement: string;
  readonly listening: FeedController;
  readonly undoing: UndoController;
  readonly actions: Actions;

  togglePanel(): void;
  close(): void;
  showView(view: 'inbox' | 'history'): void;
  filterBy(filter: Partial<Filter>): void;
  activate(item: Notification): void;
  openMenu(item: Notification, page: OpenMenu['page']): void;
  closeMenu(): void;
  signIn(): void;
}
