// The element <carillon-inbox>: it has the state that its views show, and runs their actions on the feed that the page sets.
// Its parts are controllers (feed, list, undo, history, panel) and views, which are functions to templates.
import type { Notification } from '@carillon/protocol';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Actions } from './actions.ts';
import { systemClock } from './clock.ts';
import { FeedController } from './feed-controller.ts';
import { type InboxEventMap, inboxEvent } from './inbox-events.ts';
import { InboxProperties } from './inbox-properties.ts';
import { FilteredItems } from './list/filtered-items.ts';
import { ListController } from './list/list-controller.ts';
import { PersonItems } from './list/person-items.ts';
import { groupNames } from './list/rows.ts';
import { LanguageController } from './locale/language-controller.ts';
import type { Localizer } from './locale/localizer.ts';
import { PanelController } from './panel-controller.ts';
import { SeenController } from './seen-controller.ts';
import { inboxStyles } from './styles/inbox-styles.ts';
import { TickController } from './time/tick-controller.ts';
import { UndoController } from './undo-controller.ts';
import { renderBell } from './view/bell.ts';
import { type Filter, type InboxHost, noFilter, type OpenMenu, type Place } from './view/host.ts';
import { renderPanel } from './view/panel.ts';
import { titleOf } from './view/row.ts';
import { OwnRows } from './visual/own-rows.ts';
import { VisualController } from './visual/visual-controller.ts';

const noItems: readonly Notification[] = [];

export class CarillonInbox extends InboxProperties implements InboxHost {
  static override styles = inboxStyles;

  readonly listening = new FeedController(this);
  readonly undoing = new UndoController(this);
  readonly panel = new PanelController(this);
  readonly actions = new Actions(this);
  readonly visual = new VisualController(this);
  readonly #ownRows = new OwnRows(this);
  readonly #seen = new SeenController(this);
  readonly #person = { items: new PersonItems(), all: new PersonItems() };
  readonly #language = new LanguageController(this);
  readonly #lists = { inbox: new ListController(this), history: new ListController(this) };
  view: InboxHost['view'] = 'inbox';
  menu: OpenMenu | null = null;
  announcement = '';
  groups: readonly string[] = [];
  readonly #filtered = new FilteredItems();
  #filters = { inbox: noFilter, history: noFilter };
  #grouped: readonly Notification[] | null = null;
  #told = 0;

  constructor() {
    super();
    new TickController(this);
  }

  get words(): Localizer {
    return this.#language.words;
  }

  get direction(): 'ltr' | 'rtl' {
    return this.#language.direction;
  }

  get now(): number {
    // Times compare by the hub's clock: that of the device may be hours off.
    return this.clock === systemClock ? (this.feed?.now() ?? systemClock.now()) : this.clock.now();
  }

  get isSheet(): boolean {
    return this.panel.isSheet;
  }

  get filter(): Filter {
    return this.#filters[this.view];
  }

  get list(): ListController {
    return this.#lists[this.view];
  }

  /** What is hidden until its deletion is sent is not counted, nor what is for the app alone. */
  get unreadCount(): number {
    const { feed, undoing } = this;
    return feed ? this.#person.items.countUnread(feed, undoing.hidden) : 0;
  }

  get unseenCount(): number {
    return this.#seen.countUnseen(this.#person.items.read(this.feed?.items ?? noItems));
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('feed')) this.#replaceFeed();
    if (changed.has('apps') || changed.has('pictures') || changed.has('renderItem'))
      this.visual.show({ apps: this.apps, pictures: this.pictures });
    this.undoing.showReplaced();
    const isLookedAt = this.open || this.inline;
    if (isLookedAt && !document.hidden) this.#seen.see(this.feed?.items ?? noItems);
    const items = this.#offered();
    if (items !== this.#grouped) {
      this.groups = groupNames(items, this.words.tag);
      this.#grouped = items;
    }
    this.list.show(this.#filtered.read(items, this.filter, this.undoing.hidden));
    if (this.menu && !this.list.has(this.menu.item.id)) this.menu = null;
  }

  /** What the filter chooses from. */
  #offered(): readonly Notification[] {
    const isAll = this.view === 'history' || this.filter.show === 'snoozed';
    const { items, all } = this.#person;
    return isAll ? all.read(this.feed?.all ?? noItems) : items.read(this.feed?.items ?? noItems);
  }

  protected override render(): TemplateResult {
    return html`${this.inline ? nothing : renderBell(this)}
      ${this.inline || this.open ? renderPanel(this) : nothing}
      <div class="hidden" role="log" aria-live="polite">${this.announcement}</div>`;
  }

  protected override updated(changed: PropertyValues): void {
    this.#ownRows.removeUnused();
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
    this.#filters = { inbox: noFilter, history: noFilter };
    this.listening.listenTo(this.feed);
  }

  togglePanel(): void {
    this.open = !this.open;
  }

  close(): void {
    this.open = false;
    this.menu = null;
  }

  /** What is shown: `carillon-place` tells of it, and `showPlace` shows it again. */
  get place(): Place {
    return { view: this.view, ...this.filter };
  }

  showPlace({ view, ...filter }: Place): void {
    this.view = view;
    this.#filters = { ...this.#filters, [view]: filter };
    this.menu = null;
    this.requestUpdate();
  }

  showView(view: InboxHost['view']): void {
    this.showPlace({ view, ...this.#filters[view] });
    this.#send('carillon-place', this.place);
    this.panel.focusFirst();
  }

  filterBy(filter: Partial<Filter>): void {
    this.showPlace({ ...this.place, ...filter });
    this.#send('carillon-place', this.place);
  }

  activate(notification: Notification): boolean {
    // The bell's panel lies over what the page opens now.
    if (!this.inline) this.close();
    return this.#send('carillon-activate', { notification }) && this.#open(notification);
  }

  followAction(notification: Notification, actionId: string): boolean {
    return this.#send('carillon-action', { notification, actionId }) && this.#open(notification);
  }

  /** What was snoozed or dismissed stays that; opening it in the history is only a look. */
  #open({ id, userActionState }: Notification): true {
    if (userActionState === 'noInteraction') this.feed?.activate(id);
    return true;
  }

  slotOf(item: Notification): string | null {
    return this.#ownRows.slotOf(item, this.renderItem);
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
    const one = { title: titleOf(first, this.words), app: this.visual.nameOf(first) };
    this.announcement =
      added.length === 1 ? this.words.text('announcedOne', one) : this.words.count('announced', added.length);
    this.requestUpdate();
  }

  #send<Name extends keyof InboxEventMap>(name: Name, detail: InboxEventMap[Name]['detail']): boolean {
    return this.dispatchEvent(inboxEvent(name, detail));
  }
}
