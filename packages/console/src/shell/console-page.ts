// <carillon-console>: the whole page. Who is signed in decides what it shows: the way in, or the navigation, the search and the
// view of the place. What it does is in start.ts; here is what it looks like.
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { after } from '../clock.ts';
import type { ConsoleConfig } from '../console-config.ts';
import { onLanguage, text, words } from '../language.ts';
import { look, sheet } from '../parts/look.ts';
import { bellMark, marks } from '../parts/marks.ts';
import { bones, failure } from '../parts/states.ts';
import type { Desk, Question } from '../parts/view.ts';
import { hashOf, type Place, placeOf } from '../place.ts';
import type { Api } from '../session/api.ts';
import type { Operator } from '../session/session.ts';
import { giveFocusBack, languageMenu, themeMenu } from './menus.ts';
import { type Outside, outsideLook, outsidePage } from './outside.ts';
import { shellLook } from './shell-look.ts';
import { navigation, sightTable } from './sights.ts';

export type PageState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'outside'; readonly outside: () => Outside }
  | {
      readonly kind: 'inside';
      readonly config: ConsoleConfig;
      readonly operator: Operator;
      readonly api: Api;
    };

const saidMs = 6000;

export class ConsolePage extends LitElement {
  static override properties = {
    view: { attribute: false },
    place: { state: true },
    loaded: { state: true },
    said: { state: true },
    heading: { state: true },
  };
  declare view: PageState;
  declare private place: Place;
  /** The sight whose code is there, or why it is not. */
  declare private loaded: unknown;
  declare private said: string;
  /** Of the view that is shown. */
  declare private heading: string;
  signOut = (): void => {};
  #desk: Desk | null = null;
  #stops: (() => void)[] = [];
  /** The operator went to another place, and what it is called is not there yet. */
  #isArriving = false;

  constructor() {
    super();
    this.view = { kind: 'starting' };
    this.place = placeOf(location.hash);
    this.loaded = null;
    this.said = '';
    this.heading = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#follow);
    addEventListener('keydown', this.#onKey);
    this.#stops.push(onLanguage(() => this.requestUpdate()));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#follow);
    removeEventListener('keydown', this.#onKey);
    for (const stop of this.#stops.splice(0)) stop();
  }

  #follow = (): void => {
    const before = this.place;
    this.place = placeOf(location.hash);
    this.#closeMenus();
    // Another filter of the same sight leaves the focus and the scrolling where they are.
    if (hashOf(before.sight, before.path) === hashOf(this.place.sight, this.place.path)) return;
    this.#isArriving = true;
    this.heading = '';
    scrollTo(0, 0);
  };

  #entitle = (name: string): void => {
    // For measurements: when there is something to read.
    if (this.heading === '') performance.mark('carillon-view');
    this.heading = name;
    if (!this.#isArriving) return;
    this.#isArriving = false;
    this.#toContent();
  };

  #closeMenus(): void {
    for (const each of this.renderRoot.querySelectorAll<HTMLElement>('[popover]')) each.hidePopover();
  }

  /** The slash goes to the search, as it does elsewhere; not where something is typed. */
  #onKey = (event: KeyboardEvent): void => {
    const [at] = event.composedPath();
    const types = at instanceof HTMLElement && at.matches('input, textarea, select');
    if (event.key !== '/' || types || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.renderRoot.querySelector<HTMLInputElement>('#search')?.focus();
  };

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('view') && this.view.kind === 'inside') {
      this.#desk = this.#openDesk(this.view);
      // A sign-in that has returned put the place back without an event.
      this.place = placeOf(location.hash);
    }
    if (this.view.kind === 'inside' && (changed.has('view') || changed.has('place'))) this.#load();
  }

  #load(): void {
    const { sight } = this.place;
    if (this.loaded === sight) return;
    this.loaded = null;
    sightTable[sight]?.load().then(
      () => {
        if (this.place.sight === sight) this.loaded = sight;
      },
      (error: unknown) => {
        this.loaded = error;
      },
    );
  }

  #openDesk({ api, config, operator }: PageState & { kind: 'inside' }): Desk {
    const mayAct = operator.role === 'admin';
    const ask = async (question: Question): Promise<boolean> => {
      await import('../parts/ask-dialog.ts');
      const dialog = this.renderRoot.querySelector('carillon-ask');
      return dialog ? dialog.ask(question) : false;
    };
    const say = (line: string): void => {
      this.said = line;
      after(saidMs, () => {
        if (this.said === line) this.said = '';
      });
    };
    return { api, config, operator, mayAct, ask, say, entitle: this.#entitle, focusContent: this.#toContent };
  }

  override updated(): void {
    const isNamed = this.view.kind === 'inside' && this.heading !== '';
    document.title = isNamed ? `${this.heading} – Carillon` : 'Carillon';
  }

  override render(): TemplateResult {
    if (this.view.kind === 'starting') return html`<slot></slot>`;
    if (this.view.kind === 'outside') return outsidePage(this.view.outside());
    return this.#inside(this.view);
  }

  #inside({ config, operator }: PageState & { kind: 'inside' }): TemplateResult {
    return html`
      <nav class="rail" aria-label=${text('console')}><button class="skip main" @click=${this.#toContent}>${text('toContent')}</button>${this.#brand()}${this.#links()}</nav>
      <div class="page">
        <header>
          <button class="icon bare narrow" popovertarget="menu" aria-label=${text('menu')}>${marks.menu}</button>
          ${this.#search()}
          <button class="account" popovertarget="account" aria-label=${words().signIn('account', { name: operator.name })}>${[...operator.name][0] ?? '?'}</button>
        </header>
        <main id="content" tabindex="-1" aria-label=${this.heading || nothing}>${this.#sight()}</main>
        <p class="sr" role="status">${this.heading === '' ? '' : text('shownNow', { what: this.heading })}</p>
      </div>
      <nav id="menu" class="card" popover @toggle=${giveFocusBack} aria-label=${text('menu')}>${this.#links()}</nav>
      <div id="account" class="card" popover @toggle=${giveFocusBack}>
        <p class="who"><span class="soft small">${words().signIn('signedInAs')}</span><strong dir="auto">${operator.name}</strong>
          <span class="badge ${operator.role === 'admin' ? 'warn' : 'info'}">${text(operator.role === 'admin' ? 'roleAdmin' : 'roleRead')}</span></p>
        ${languageMenu()}${themeMenu()}
        <a class="button bare" href="${config.publicUrl}/inbox">${marks.notifications}${text('toInbox')}</a>
        <button class="bare" @click=${() => this.signOut()}>${marks.leave}${words().signIn('signOut')}</button>
        <p class="soft small about">Carillon ${config.version}<br>${new URL(config.publicUrl).host}</p>
      </div>
      <p class="said card" role="status" ?hidden=${this.said === ''}>${this.said}</p>
      <carillon-ask></carillon-ask>
    `;
  }

  #brand(): TemplateResult {
    return html`<a class="brand" href=${hashOf('overview')}>${bellMark}<span>Carillon</span></a>`;
  }

  #links(): TemplateResult {
    const { sight: shown } = this.place;
    return html`<ul>${navigation.map(
      ({ sight, name, mark }) =>
        html`<li><a href=${hashOf(sight)} aria-current=${sight === shown ? 'page' : nothing}>${mark}<span>${text(name)}</span></a></li>`,
    )}</ul>`;
  }

  #search(): TemplateResult {
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      const asked = this.renderRoot.querySelector<HTMLInputElement>('#search')?.value.trim() ?? '';
      if (asked !== '') location.hash = hashOf('search', [], { q: asked });
    };
    const asked = this.place.sight === 'search' ? (this.place.query.get('q') ?? '') : '';
    return html`<form class="search" role="search" @submit=${submit}>
      ${marks.search}
      <input id="search" type="search" autocomplete="off" spellcheck="false" .value=${asked} placeholder=${text('searchHint')} aria-label=${text('searchFor')} enterkeyhint="search">
      <kbd aria-hidden="true">/</kbd>
    </form>`;
  }

  #sight(): TemplateResult {
    const { place, loaded } = this;
    if (loaded instanceof Error)
      return html`<section class="card">${failure(loaded, () => location.reload())}</section>`;
    const entry = sightTable[place.sight];
    if (!this.#desk || !entry || loaded !== place.sight)
      return html`<section class="card">${bones()}</section>`;
    return entry.show(this.#desk, place);
  }

  #toContent = (): void => {
    this.renderRoot.querySelector<HTMLElement>('#content')?.focus({ preventScroll: true });
  };

  static override styles = [look, sheet, outsideLook, shellLook];
}

customElements.define('carillon-console', ConsolePage);

declare global {
  interface HTMLElementTagNameMap {
    'carillon-ask': import('../parts/ask-dialog.ts').AskDialog;
  }
}
