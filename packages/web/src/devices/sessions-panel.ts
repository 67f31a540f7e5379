// <carillon-sessions>: where the user is signed in, beside the devices, each to be signed out from here. With an issuer that
// is not the hub's own there is nothing to show.
import type { Requests } from '@carillon/client';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { onLanguage, words } from '../language.ts';
import { look } from '../parts/look.ts';
import { leaveMark } from '../parts/marks.ts';
import { messageOf } from '../reasons.ts';
import { ago } from './device-words.ts';
import { devicesLook } from './devices-look.ts';

interface Session {
  readonly id: string;
  readonly clients: readonly string[];
  readonly signedInDateTime: string;
  readonly lastUsedDateTime: string;
  readonly current: boolean;
}

export class SessionsPanel extends LitElement {
  static override properties = {
    sessions: { state: true },
    leaving: { state: true },
    problem: { state: true },
    busy: { state: true },
  };
  declare calls: Requests;
  /** Milliseconds since 1970. */
  declare now: () => number;
  declare private sessions: readonly Session[];
  declare private leaving: string | null;
  declare private problem: string | null;
  declare private busy: boolean;

  constructor() {
    super();
    this.sessions = [];
    this.leaving = null;
    this.problem = null;
    this.busy = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onLanguage(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  #stop = (): void => {};

  override firstUpdated(): void {
    void this.refresh();
  }

  /** Offline it shows what it had. */
  async refresh(): Promise<void> {
    if (!this.busy) await this.#load().catch(() => {});
  }

  async #load(): Promise<void> {
    const answer = await this.calls.send('GET', 'me/sessions');
    this.sessions = ((await answer.json()) as { value: readonly Session[] }).value;
  }

  async #signOut(id: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await this.calls.send('DELETE', `me/sessions/${encodeURIComponent(id)}`);
      this.leaving = null;
      await this.#load();
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.busy = false;
  }

  override render(): TemplateResult | typeof nothing {
    if (this.sessions.length === 0) return nothing;
    return html`
      <section aria-labelledby="sessions">
        <h2 id="sessions">${words().text('sessions')}</h2>
        ${this.problem === null ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
        <ul>${this.sessions.map((session) => this.#session(session))}</ul>
      </section>
    `;
  }

  #session(session: Session): TemplateResult {
    const { text } = words();
    const named = (client: string): string => (client === 'carillon-inbox' ? text('inboxTitle') : client);
    const name = session.clients.map(named).join(', ');
    const since = text('signedInSince', { time: this.#when(session.signedInDateTime) });
    const used = text('sessionUsed', { time: this.#when(session.lastUsedDateTime) });
    const ask = (id: string | null) => () => {
      this.leaving = id;
    };
    return html`
      <li>
        <div class="name"><strong>${name || '–'}</strong>
          <small class="soft">${session.current ? html`<b>${text('currentSession')}</b> · ` : nothing}${since} · ${used}</small>
        </div>
        ${
          session.current
            ? nothing
            : html`<span class="acts"><button class="bare icon" title=${text('signOut')}
                aria-label=${text('signOutSession', { what: `${name}, ${since}` })} @click=${ask(session.id)}>${leaveMark}</button></span>`
        }
        ${this.leaving === session.id ? this.#confirm(session.id, ask(null)) : nothing}
      </li>
    `;
  }

  #confirm(id: string, keep: () => void): TemplateResult {
    const { text } = words();
    return html`
      <div class="confirm" role="group" aria-label=${text('signOut')}>
        <span>${text('signOutText')}</span>
        <span><button class="bare" @click=${keep}>${text('keep')}</button>
        <button class="bad" ?disabled=${this.busy} @click=${() => void this.#signOut(id)}>${text('signOut')}</button></span>
      </div>
    `;
  }

  #when(dateTime: string): string {
    return ago(dateTime, this.now());
  }

  static override styles = [
    look,
    devicesLook,
    css`section { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }`,
  ];
}

customElements.define('carillon-sessions', SessionsPanel);

declare global {
  interface HTMLElementTagNameMap {
    'carillon-sessions': SessionsPanel;
  }
}
