// The panel as a popover: above everything, placed at its bell, closed by a press outside. It keeps the focus: when the
// focused element is removed, the nearest row gets the focus, and the bell when the panel closes.
import type { LitElement, ReactiveController } from 'lit';
import type { InboxHost } from './view/host.ts';
import { placeAt } from './view/placing.ts';

type Owner = LitElement & InboxHost;

const sheetQuery = '(max-width: 480px)';

export class PanelController implements ReactiveController {
  isSheet = false;
  readonly #host: Owner;
  #query: MediaQueryList | null = null;
  #wasOpen = false;
  #hadFocus = false;
  #menuPage: string | null = null;
  /** The row to focus once it is back in the list. */
  #awaited: string | null = null;

  constructor(host: Owner) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#query = matchMedia(sheetQuery);
    this.#query.addEventListener('change', this.#changed);
    this.isSheet = this.#query.matches;
    document.addEventListener('pointerdown', this.#pressed, { capture: true });
    window.addEventListener('resize', this.#place);
    window.addEventListener('scroll', this.#place, { capture: true, passive: true });
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#query?.removeEventListener('change', this.#changed);
    document.removeEventListener('pointerdown', this.#pressed, { capture: true });
    window.removeEventListener('resize', this.#place);
    window.removeEventListener('scroll', this.#place, { capture: true });
    this.#wasOpen = false;
  }

  hostUpdate(): void {
    this.#hadFocus = this.#root?.activeElement != null;
  }

  hostUpdated(): void {
    const { open, inline, isConnected } = this.#host;
    // An update that was requested before the element was removed from the page: nothing can open.
    if (!isConnected) return;
    const isOpen = open && !inline;
    if (isOpen && !this.#wasOpen) this.#show();
    const isClosed = this.#wasOpen && !isOpen;
    this.#wasOpen = isOpen;
    this.#showMenu();
    if (isClosed) this.#returnToBell();
    else this.#keepFocus();
  }

  /** The panel's first control, after its content was replaced. */
  focusFirst(): void {
    void this.#host.updateComplete.then(() => this.#find('.bar .tool')?.focus());
  }

  focusActive(): void {
    void this.#focusListOrPlace();
  }

  focusRow(id: string): void {
    this.#awaited = id;
    this.#host.requestUpdate();
  }

  get #root(): ShadowRoot | null {
    return this.#host.shadowRoot;
  }

  #find(selector: string): HTMLElement | null {
    return this.#root?.querySelector<HTMLElement>(selector) ?? null;
  }

  #show(): void {
    this.#find('.panel')?.showPopover?.();
    this.#place();
    void this.#focusListOrPlace();
  }

  /** Only when the panel had the focus; after a press elsewhere the focus is there. */
  #returnToBell(): void {
    if (this.#hadFocus || document.activeElement === document.body) this.#find('.bell')?.focus();
  }

  #keepFocus(): void {
    const { list } = this.#host;
    const awaited = this.#awaited === null ? null : list.rows.find((row) => row.key === this.#awaited);
    if (awaited?.type === 'item') {
      this.#awaited = null;
      void list.focusPosition(awaited.position);
    } else if (this.#hadFocus && this.#root?.activeElement == null) {
      // A choice that asks for more has taken the place of the one that was pressed.
      const asked = this.#find('.reply .line, .reply .main');
      if (asked) asked.focus({ preventScroll: true });
      else void this.#focusListOrPlace();
    }
  }

  async #focusListOrPlace(): Promise<void> {
    if (await this.#host.list.focusActive()) return;
    await this.#host.updateComplete;
    (this.#find('.place, .loading') ?? this.#find('.panel'))?.focus();
  }

  #showMenu(): void {
    const { menu, direction, list } = this.#host;
    const page = menu && `${menu.page} ${menu.item.id}`;
    if (page === this.#menuPage) return;
    this.#menuPage = page;
    const element = this.#find('.menu');
    if (!menu || !element) return;
    // Safari 16.4, Chrome 105 and Firefox 115 have no popovers, and refuse the selector.
    if ('showPopover' in element && !element.matches(':popover-open')) element.showPopover();
    const acts = list.element(menu.item.id)?.querySelector('.acts');
    if (acts) placeAt({ anchor: acts.getBoundingClientRect(), element, gap: 4, direction });
    element.querySelector<HTMLElement>('.entry, input')?.focus();
  }

  readonly #place = (): void => {
    const { open, inline, direction } = this.#host;
    const bell = this.#find('.bell');
    const element = this.#find('.panel');
    if (!open || inline || !bell || !element) return;
    placeAt({ anchor: bell.getBoundingClientRect(), element, gap: 8, direction });
  };

  readonly #changed = (event: MediaQueryListEvent): void => {
    this.isSheet = event.matches;
    this.#host.requestUpdate();
  };

  readonly #pressed = (event: PointerEvent): void => {
    const path = event.composedPath();
    const menu = this.#find('.menu');
    if (menu && !path.includes(menu)) this.#host.closeMenu();
    if (this.#host.open && !this.#host.inline && !path.includes(this.#host)) this.#host.close();
  };
}
