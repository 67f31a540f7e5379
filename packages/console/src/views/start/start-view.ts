// <carillon-start>: from nothing to the first notification in two minutes: register an app, prove its host name, copy a snippet
// with the real ids, send it, and watch it arrive.
import { css, html, nothing, type TemplateResult } from 'lit';
import { every } from '../../clock.ts';
import { text } from '../../language.ts';
import { number } from '../../parts/format.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { problem } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { hashOf } from '../../place.ts';
import type { Paged } from '../../session/api.ts';
import { channelGuides } from '../apps/channels.ts';
import type { App, Found, Host } from '../wire.ts';
import { type SnippetName, snippetNames, snippets, tokenCommand } from './snippets.ts';

const lookEveryMs = 2000;

class StartView extends View {
  static override properties = {
    ...View.properties,
    app: { state: true },
    user: { state: true },
    snippet: { state: true },
    arrived: { state: true },
    trouble: { state: true },
  };
  declare private app: App | null;
  declare private user: string;
  declare private snippet: SnippetName;
  declare private arrived: Found | null;
  declare private trouble: unknown;
  /** New for each visit, so that what arrives is this one. */
  readonly #notificationName = `start-${crypto.randomUUID().slice(0, 8)}`;
  #stopLooking = (): void => {};

  constructor() {
    super();
    this.app = null;
    this.user = '';
    this.snippet = 'curl';
    this.arrived = null;
    this.trouble = null;
  }

  override entered(): void {
    this.user ||= this.desk.operator.name;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopLooking = every(lookEveryMs, () => void this.#look());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopLooking();
  }

  async #look(): Promise<void> {
    if (!this.app || this.arrived || document.visibilityState !== 'visible') return;
    const query = { q: this.#notificationName };
    const found = await this.desk.api.get<Paged<Found>>('admin/search', query).catch(() => null);
    this.arrived = found?.value.find(({ type }) => type === 'notification') ?? null;
  }

  override render(): TemplateResult {
    const host = this.app?.hosts[0] ?? null;
    return html`
      <div class="head"><div><h1>${text('start')}</h1><p class="soft small">${text('startText')}</p></div></div>
      ${problem(this.trouble)}
      <ol class="steps">
        ${this.#step(1, text('stepRegister'), this.app !== null, this.#register())}
        ${this.#step(2, text('stepHost'), host?.verified === true, this.app && host ? this.#proof(this.app, host) : nothing)}
        ${this.#step(3, text('stepSend'), this.arrived !== null, this.app && host?.verified ? this.#send(this.app, host) : nothing)}
        ${this.#step(4, text('stepArrive'), this.arrived !== null, host?.verified ? this.#arrival() : nothing)}
        ${this.#step(5, text('stepChannels'), false, this.arrived && this.app ? channels(this.app) : nothing)}
      </ol>`;
  }

  /** `body`: nothing as long as what comes before is not done. */
  #step(
    count: number,
    title: string,
    isDone: boolean,
    body: TemplateResult | typeof nothing,
  ): TemplateResult {
    return html`<li class="card ${body === nothing ? 'later' : ''}"><span class="count num ${isDone ? 'done' : ''}">${isDone ? marks.check : number(count)}</span>
      <div class="stack"><h2>${title}</h2>${body}</div></li>`;
  }

  #register(): TemplateResult {
    if (this.app)
      return html`<p><a href=${hashOf('apps', [this.app.appId])}><bdi>${this.app.appId}</bdi></a></p>`;
    if (!this.desk.mayAct) return html`<p class="soft">${text('needsAdmin')}</p>`;
    return html`<form class="form" @submit=${this.#create}><div class="pair">
        <label><span>${text('appId')}</span><input name="app" required pattern="[a-z0-9][a-z0-9_.\\-]*" maxlength="64" dir="ltr" spellcheck="false" placeholder="shop"></label>
        <label><span>${text('hostName')}</span><input name="host" required dir="ltr" spellcheck="false" placeholder="shop.example"></label></div>
      <div class="acts"><button class="main">${text('registerApp')}</button></div></form>`;
  }

  #create = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { target } = event;
    if (!(target instanceof HTMLFormElement)) return;
    const given = new FormData(target);
    const path = `admin/apps/${encodeURIComponent(String(given.get('app')))}`;
    await this.#act(async () => {
      // What exists is never replaced here.
      const known = await this.desk.api.get<App>(path).catch(() => null);
      if (known && known.hosts.length > 0) return known;
      return this.desk.api.send<App>(known ? 'PATCH' : 'PUT', path, { hosts: [String(given.get('host'))] });
    });
  };

  #proof({ appId }: App, { host, verified, challenge, dns, wellKnown }: Host): TemplateResult {
    if (verified)
      return html`<p><span class="badge good">${text('verified')}</span> <span dir="ltr">${host}</span></p>`;
    const path = `admin/apps/${encodeURIComponent(appId)}/hosts/${encodeURIComponent(host)}`;
    const verify = (): void =>
      void this.#act(async () => {
        const found = await this.desk.api.send<Host>('POST', `${path}/verify`);
        const app = await this.desk.api.get<App>(`admin/apps/${encodeURIComponent(appId)}`);
        return { ...app, hosts: app.hosts.map((each) => (each.host === found.host ? found : each)) };
      });
    return html`<p class="soft small">${text('proveHost')}</p>
      ${challenge ? html`<pre dir="ltr">${challenge.dns}</pre><pre dir="ltr">${challenge.wellKnown}\n${challenge.value}</pre>` : nothing}
      ${[dns, wellKnown].map((said) => (said ? html`<p class="small" lang="en" dir="ltr">${said}</p>` : nothing))}
      ${this.desk.mayAct ? html`<div class="acts"><button @click=${verify}>${text('verify')}</button></div>` : nothing}`;
  }

  #send({ appId }: App, { host }: Host): TemplateResult {
    const ids = { publicUrl: this.desk.config.publicUrl, host, notificationName: this.#notificationName };
    const type = ({ target }: Event): void => {
      if (target instanceof HTMLInputElement) this.user = target.value.trim();
    };
    return html`
      <label class="user"><span>${text('forWhom')}</span><input dir="ltr" spellcheck="false" .value=${this.user} @input=${type}></label>
      <p class="soft small">${text('tokenText')}</p>
      ${this.#code(tokenCommand(appId, this.user))}
      <div class="acts" role="group" aria-label=${text('snippet')}>${snippetNames.map(
        (name) =>
          html`<button class=${name === this.snippet ? 'chosen' : ''} aria-pressed=${name === this.snippet ? 'true' : 'false'} @click=${() => {
            this.snippet = name;
          }}>${name}</button>`,
      )}</div>
      ${this.#code(snippets[this.snippet](ids))}`;
  }

  #code(code: string): TemplateResult {
    const copy = async (): Promise<void> => {
      await navigator.clipboard.writeText(code).then(
        () => this.desk.say(text('copied')),
        (error: unknown) => {
          this.trouble = error;
        },
      );
    };
    return html`<div class="code"><pre dir="ltr" tabindex="0">${code}</pre><button class="icon bare" aria-label=${text('copy')} title=${text('copy')} @click=${copy}>${marks.copy}</button></div>`;
  }

  #arrival(): TemplateResult {
    if (!this.arrived)
      return html`<p class="soft" role="status">${text('watching', { name: this.#notificationName })}</p>`;
    const { id, user } = this.arrived;
    return html`<p role="status"><strong>${text('itArrived')}</strong> <bdi>${user?.name ?? ''}</bdi></p>
      <div class="acts"><a class="button main" href=${hashOf('notifications', [id])}>${text('seeTimeline')}</a></div>`;
  }

  async #act(work: () => Promise<App>): Promise<void> {
    this.trouble = null;
    try {
      this.app = await work();
    } catch (error) {
      this.trouble = error;
    }
  }

  static override styles = [
    look,
    sheet,
    css`
      .steps { display: grid; gap: 1rem; max-width: 52rem; }
      .steps > li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .875rem; padding: 1.125rem; }
      .count { display: grid; place-items: center; width: 1.875rem; height: 1.875rem; border-radius: 50%; background: var(--tint); color: var(--mark-strong); font-weight: 700; font-size: .875rem; }
      .count.done { background: var(--good-ground); color: var(--good); }
      .steps h2 { padding-top: .25rem; }
      .later { border-style: dashed; background: none; box-shadow: none; }
      .later h2 { color: var(--soft); font-weight: 600; }
      .later .count { background: var(--wash); color: var(--soft); }
      .user { max-width: 22rem; }
      .chosen { border-color: var(--mark); background: var(--tint); color: var(--mark-strong); }
      .code { position: relative; }
      .code pre { padding-inline-end: 3rem; }
      .code button { position: absolute; top: .25rem; inset-inline-end: .25rem; }
    `,
  ];
}

function channels({ appId }: App): TemplateResult {
  return html`<p class="soft small">${text('channelsNext')}</p><div class="acts">${channelGuides.map(
    ({ kind, platform }) =>
      html`<a class="button" href=${hashOf('apps', [appId, 'channels', kind])}>${platform}</a>`,
  )}</div>`;
}

customElements.define('carillon-start', StartView);
