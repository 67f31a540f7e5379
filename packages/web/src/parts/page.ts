// <carillon-page>: the whole page. Who is signed in decides what it shows: the way in, or the inbox with the devices
// beside it. What it does is in start.ts; here is what it looks like.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { InboxConfig } from '../inbox-config.ts';
import { onLanguage, words } from '../language.ts';
import type { Opened } from '../opened.ts';
import { messageOf } from '../reasons.ts';
import { languageMenu } from './language-menu.ts';
import { look } from './look.ts';
import {
  backMark,
  bellMark,
  devicesMark,
  installMark,
  keyMark,
  leaveMark,
  quietMark,
  sendMark,
} from './marks.ts';
import { type Welcome, welcome, welcomeLook } from './welcome.ts';

export type PageState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'outside'; readonly welcome: () => Welcome }
  | { readonly kind: 'inside'; readonly opened: Opened; readonly config: InboxConfig };

/** What the page offers beside the inbox. */
export interface PageActions {
  signOut(): void;
  sendOne(): Promise<void>;
  /** Null while the browser doesn't offer it. */
  readonly install: (() => void) | null;
}

export class Page extends LitElement {
  static override properties = {
    view: { attribute: false },
    actions: { attribute: false },
    atDevices: { state: true },
    leaving: { attribute: false },
    said: { state: true },
  };
  declare view: PageState;
  declare actions: PageActions | null;
  declare leaving: boolean;
  declare private atDevices: boolean;
  declare private said: string | null;

  constructor() {
    super();
    this.view = { kind: 'starting' };
    this.actions = null;
    this.leaving = false;
    this.atDevices = location.hash === '#devices';
    this.said = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#follow);
    this.#stop = onLanguage(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#follow);
    this.#stop();
  }

  #stop = (): void => {};

  #follow = (): void => {
    this.atDevices = location.hash === '#devices';
  };

  #send = (): void => this.#try(this.actions?.sendOne());

  #try(work: Promise<void> | undefined): void {
    this.said = null;
    work?.catch((error: unknown) => {
      this.said = messageOf(error);
    });
  }

  override render(): TemplateResult {
    if (this.view.kind === 'starting') return html`<slot></slot>`;
    if (this.view.kind === 'outside') return welcome(this.view.welcome());
    return this.#inside(this.view.opened, this.view.config);
  }

  #inside(opened: Opened, config: InboxConfig): TemplateResult {
    const { tag, text } = words();
    opened.inbox.lang = tag;
    return html`
      <header>
        ${
          this.atDevices
            ? html`<a class="button narrow back" href="#" aria-label=${text('backToInbox')}>${backMark}</a>`
            : nothing
        }
        ${bellMark}
        <h1>${this.atDevices ? html`<span class="narrow">${text('devices')}</span><span class="wide">Carillon</span>` : 'Carillon'}</h1>
        <span class="room"></span>
        ${
          config.dev
            ? html`<button class="send" @click=${this.#send} title=${text('sendOne')}>${sendMark}<span>${text('sendOne')}</span></button>`
            : nothing
        }
        ${this.atDevices ? nothing : html`<a class="button narrow" href="#devices" aria-label=${text('devices')}>${devicesMark}</a>`}
        <button class="account" popovertarget="account" aria-label=${text('account', { name: opened.user.name })}>${initial(opened.user.name)}</button>
        ${this.#account(opened, config)}
      </header>
      ${this.said === null ? nothing : html`<p class="problem said" role="alert">${this.said}</p>`}
      <div class=${this.atDevices ? 'columns devices' : 'columns'}>
        <main class="card">${opened.inbox}</main>
        <aside class="card" aria-label=${text('devices')}>${opened.aside}</aside>
      </div>
    `;
  }

  #account(
    { user, showPreferences, downloadData }: Opened,
    { version, publicUrl, passwordUrl }: InboxConfig,
  ): TemplateResult {
    const install = this.actions?.install ?? null;
    const { text } = words();
    return html`
      <div id="account" class="card" popover>
        <p class="who"><span class="soft">${text('signedInAs')}</span><strong dir="auto">${user.name}</strong></p>
        ${install ? html`<button class="bare" @click=${install}>${installMark}${text('install')}</button>` : nothing}
        ${languageMenu()}
        <button class="bare" popovertarget="account" popovertargetaction="hide" @click=${showPreferences}>${quietMark}${text('preferences')}</button>
        <button class="bare" popovertarget="account" popovertargetaction="hide" @click=${() => this.#try(downloadData())}>${installMark}${text('downloadData')}</button>
        ${passwordUrl ? html`<a class="item" href=${passwordUrl}>${keyMark}${text('changePassword')}</a>` : nothing}
        <button class="bare" ?disabled=${this.leaving} @click=${() => this.actions?.signOut()}>${leaveMark}${text(this.leaving ? 'signingOut' : 'signOut')}</button>
        <p class="soft about">Carillon ${version}<br>${new URL(publicUrl).host}</p>
      </div>
    `;
  }

  static override styles = [
    look,
    welcomeLook,
    css`
      :host { display: flex; flex-direction: column; }
      header { display: flex; align-items: center; gap: .625rem; flex: none; height: 4rem;
        padding: 0 max(1rem, env(safe-area-inset-right)) 0 max(1rem, env(safe-area-inset-left)); }
      header .bell { width: 2rem; height: 2rem; flex: none; }
      header h1 { font-size: 1.125rem; letter-spacing: -.02em; }
      .room { flex: 1; }
      a.button { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: .75rem; color: var(--soft); }
      a.button:hover { background: var(--wash); color: var(--ink); }
      .back { transform: scaleX(var(--turn)); }
      .account { width: 2.25rem; min-height: 2.25rem; padding: 0; border: 0; border-radius: 50%; background: var(--tint); color: var(--mark); text-transform: uppercase; }
      #account { position: fixed; inset-block: 3.75rem auto; inset-inline: auto max(.75rem, env(safe-area-inset-right)); width: min(18rem, 100vw - 1.5rem); margin: 0; padding: .5rem; color: inherit; }
      #account :is(button, .item) { display: flex; align-items: center; gap: .5rem; width: 100%; min-height: 2.5rem; justify-content: flex-start; padding: .5rem .75rem; border-radius: .75rem; color: inherit; font-size: .875rem; font-weight: 500; text-decoration: none; }
      #account .item:hover { background: var(--wash); }
      .who { padding: .5rem .75rem .75rem; line-height: 1.35; }
      .who strong { display: block; font-weight: 600; overflow-wrap: anywhere; }
      .who span, .about { font-size: .8125rem; }
      .about { margin-top: .375rem; padding: .625rem .75rem .25rem; border-top: 1px solid var(--line); }
      .said { margin: 0 1rem .75rem; }
      .columns { display: grid; grid-template-rows: minmax(0, 1fr); flex: 1; min-height: 0; width: 100%; max-width: 78rem; margin: 0 auto; padding: 0 1rem 1rem; }
      .columns main { min-width: 0; min-height: 0; overflow: hidden; }
      .columns main > * { height: 100%; }
      aside { padding: 1.25rem; overflow: auto; align-self: start; max-height: 100%; }
      @media (min-width: 64rem) {
        .columns { grid-template-columns: minmax(0, 1fr) 22rem; gap: 1.25rem; padding-bottom: 1.5rem; }
        header { width: 100%; max-width: 78rem; margin: 0 auto; }
        .narrow { display: none !important; }
        #account { inset-inline-end: max(.75rem, (100vw - 76rem) / 2); }
      }
      @media (max-width: 63.99rem) {
        .wide { display: none; }
        .columns:not(.devices) aside, .columns.devices main { display: none; }
        aside { width: 100%; max-width: 40rem; justify-self: center; }
      }
      @media (max-width: 30rem) {
        .columns { padding: 0 .5rem .5rem; }
        .send { width: 2.5rem; padding: 0; border-color: transparent; background: transparent; color: var(--soft); }
        .send span { display: none; }
      }
    `,
  ];
}

function initial(name: string): string {
  return [...name][0] ?? '?';
}

customElements.define('carillon-page', Page);
