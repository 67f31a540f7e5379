// The interface between the element and its views: what to show, and what the user can do. The element implements it; the
// views are functions from it to a template.
import type { Feed } from '@carillon/client';
import type { Notification } from '@carillon/protocol';
import type { TemplateResult } from 'lit';
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

/** Draws what is not words; loaded once a row has any of it. */
export interface Drawing {
  adoptInto(root: HTMLElement | DocumentFragment): void;
  drawIcon(host: InboxHost, url: string): TemplateResult;
  /** What its words go on to say: progress, what was answered, until when an answer counts. */
  drawFacts(host: InboxHost, item: Notification): unknown;
  drawRest(host: InboxHost, item: Notification): unknown;
}

/** A choice that asks for more: a line of text, or whether it is meant. */
export interface Asked {
  readonly id: string;
  readonly actionId: string;
}

/**
 * Where pictures of other sites come from: their sites, nowhere, or where the page says: the address to show for that of a
 * picture, with its path below `me/` of the hub; null shows none. It calls `changed` when that is another.
 */
export type Pictures = 'on' | 'off' | ((url: string, path: string, changed: () => void) => string | null);

/** What notifications show beside their words. */
export interface Visual {
  readonly asked: Asked | null;

  /** Rises with everything that changes how rows are drawn. */
  readonly version: number;
  /** Null until it is loaded. */
  readonly drawing: Drawing | null;
  /** The sender as people know it. */
  nameOf(item: Notification): string;
  /** The picture in place of the sender's initial; null where none may be shown. */
  iconOf(item: Notification): string | null;
  /** The address of a picture that may be loaded. */
  pictureOf(item: Notification, member: 'iconUrl' | 'imageUrl'): string | null;
  /** Null ends it. */
  ask(asked: Asked | null): void;
  /** Draws again each second until then: its time is counted down. */
  countDown(until: number): void;
  /** It could not be loaded. */
  fail(url: string): void;
}

export interface InboxHost extends Pick<EventTarget, 'dispatchEvent'> {
  readonly feed: Feed | null;
  readonly inline: boolean;
  /** The page mutes what the menu of a row asks for. */
  readonly mutes: boolean;
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
  readonly visual: Visual;
  /** The page's own drawing of a notification; null where it has none. */
  slotOf(item: Notification): string | null;

  togglePanel(): void;
  close(): void;
  showView(view: 'inbox' | 'history'): void;
  filterBy(filter: Partial<Filter>): void;
  /** Answers whether the browser may follow the notification's link. */
  activate(item: Notification): boolean;
  /** The same for the link of an action. */
  followAction(item: Notification, actionId: string): boolean;
  openMenu(item: Notification, page: OpenMenu['page']): void;
  closeMenu(): void;
  signIn(): void;
}
