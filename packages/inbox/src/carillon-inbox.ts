// The element <carillon-inbox>: it has the state that its views show, and runs their actions on the feed that the page sets.
// Its parts are controllers (feed, list, undo, history, panel) and views, which are functions to templates.
import type { Feed } from '@carillon/client';
import type { Notification } from '@carillon/protocol';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { type Clock, systemClock } from './clock.ts';
import { FeedController } from './feed-controller.ts';
import { HistoryController } from './history-controller.ts';
import { type InboxEventMap, inboxEvent } from './inbox-events.ts';
import { FilteredItems } from './list/filtered-items.ts';
import { ListController } from './list/list-controller.ts';
import { groupNames } from './list/rows.ts';
import { LanguageController } from './locale/language-controller.ts';
import type { Localizer } from './locale/localizer.ts';
import { PanelController } from './panel-controller.ts';
import { inboxStyles } from './styles/inbox-styles.ts';
import { TickController } from './time/tick-controller.ts';
import { UndoController } from './undo-controller.ts';
import { renderBell } from './view/bell.ts';
import type { Filter, InboxHost, OpenMenu } from './view/host.ts';
import { renderPanel } from './view/panel.ts';
import { titleOf } from './view/row.ts';

const noItems: readonly Notification[] = [];

export class CarillonInbox extends LitElement implements InboxHost {
  static override properties = {
    feed: { attribute: false },
    clock: { attribute: false },
    inline: { type: Boolean, reflect: true },
    open: { type: Boolean, reflect: true },
    theme: { reflect: true },
    undoSeconds: { type: Number, attribute: 'undo-seconds' },
  };
  static override styles = inboxStyles;

  /** What is shown, and what everything goes through; null until the page has one. */
  declare feed: Feed | null;
  declare clock: Clock;
  /** Without the bell, as a part of the page; it takes the height that it is given. */
  declare inline: boolean;
  declare open: boolean;
  /** `light` and `dark` force it, `auto` follows the system; absent: the page's color-scheme. */
  declare theme: 'light' | 'dark' | 'auto' | null;
  /** How long what was done can be undone. */
  declare undoSeconds: number;

  readonly listening = new FeedController(this);
  readonly undoing = new UndoController(this);
  readonly history = new HistoryController(this);
  readonly panel = new PanelController(this);
  readonly #language = new LanguageController(this);
  readonly #lists = { inbox: new ListController(this), history: new ListController(this) };
  view: InboxHost['view'] = 'inbox';
  filter: Filter = { unreadOnly: false, group: null };
  menu: OpenMenu | null = null;
  announcement = '';
  groups: readonly string[] = [];
  readonly #filtered = new FilteredItems();
  #grouped: readonly Notification[] | null = null;
  #told = 0;

  constructor() {
    super();
    this.feed = null;
    this.clock = systemClock;
    this.inline = false;
    this.open = false;
    this.theme = null;
    this.undoSeconds = 8;
    this.#lists.history.onNearEnd = () => this.history.phase === 'ready' && void this.history.more();
    new TickController(this);
  }

  get words(): Localizer {
    return this.#language.words;
  }

  get direction(): 'ltr' | 'rtl' {
    return this.#language.direction;
  }

  get now(): number {
    return this.clock.now();
  }

  get isSheet(): boolean {
    return this.panel.isSheet;
  }

  get list(): ListController {
    return this.#lists[this.view];
  }

  /** What is hidden until its deletion is sent is not counted. */
  get unreadCount(): number {
    const { feed, undoing } = this;
    if (!feed) return 0;
    if (undoing.hidden.size === 0) return feed.unreadCount;
    const isHiddenUnread = ({ id, readState }: Notification) =>
      undoing.hidden.has(id) && readState === 'unread';
    return Math.max(0, feed.unreadCount - feed.items.filter(isHiddenUnread).length);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('feed')) this.#replaceFeed();
    this.undoing.showReplaced();
    const items = this.feed?.items ?? noItems;
    if (items !== this.#grouped) {
      this.groups = groupNames(items, this.words.tag);
      this.#grouped = items;
    }
    this.#lists.inbox.show(this.#filtered.read(items, this.filter, this.undoing.hidden));
    this.#lists.history.show(this.history.items);
    if (this.menu && this.view === 'inbox' && !items.some(({ id }) => id === this.menu?.item.id))
      this.menu = null;
  }

  protected override render(): TemplateResult {
    return html`${this.inline ? nothing : renderBell(this)}
      ${this.inline || this.open ? renderPanel(this) : nothing}
      <div class="hidden" role="log" aria-live="polite">${this.announcement}</div>`;
  }

  protected override updated(changed: PropertyValues): void {
    const count = this.unreadCount;
    if (count !== this.#told) this.#send('carillon-count', { count });
    this.#told = count;
    if (changed.has('open') && changed.get('open') !== undefined)
      this.#send('carillon-toggle', { open: this.open });
  }

  #replaceFeed(): void {
    this.undoing.commit();
    this.view = 'inbox';
    this.menu = null;
    this.announcement = '';
    this.filter = { unreadOnly: false, group: null };
    this.listening.listenTo(this.feed);
  }

  togglePanel(): void {
    this.open = !this.open;
  }

  close(): void {
    this.open = false;
    this.menu = null;
  }

  showView(view: InboxHost['view']): void {
    this.view = view;
    this.menu = null;
    this.requestUpdate();
    if (view === 'history') void this.history.open();
    this.panel.focusFirst();
  }

  filterBy(filter: Partial<Filter>): void {
    this.filter = { ...this.filter, ...filter };
    this.requestUpdate();
  }

  markAllRead(group?: string): void {
    this.feed?.markAllRead(group);
  }

  activate(notification: Notification): void {
    if (!this.#send('carillon-activate', { notification })) return;
    this.feed?.activate(notification.id);
  }

  toggleRead({ id, readState }: Notification): void {
    if (readState === 'unread') this.feed?.markRead(id);
    else this.feed?.markUnread(id);
  }

  dismiss({ id }: Notification): void {
    this.undoing.add('dismissed', id);
  }

  snooze({ id }: Notification, until: number): void {
    this.closeMenu();
    this.undoing.add('snoozed', id, until);
  }

  deleteItem({ id }: Notification): void {
    this.undoing.add('deleted', id);
  }

  undo(): void {
    const [id] = this.undoing.undo();
    if (id !== undefined) this.panel.focusRow(id);
  }

  openMenu(item: Notification, page: OpenMenu['page']): void {
    this.menu = { item, page };
    this.requestUpdate();
  }

  closeMenu(): void {
    this.menu = null;
    this.requestUpdate();
    this.panel.focusActive();
  }

  signIn(): void {
    this.#send('carillon-sign-in', null);
  }

  announce(added: readonly Notification[]): void {
    const [first] = added;
    if (!first) return;
    const one = { title: titleOf(first, this.words), app: first.targetHostName };
    this.announcement =
      added.length === 1 ? this.words.text('announcedOne', one) : this.words.count('announced', added.length);
    this.requestUpdate();
  }

  #send<Name extends keyof InboxEventMap>(name: Name, detail: InboxEventMap[Name]['detail']): boolean {
    return this.dispatchEvent(inboxEvent(name, detail));
  }
}
