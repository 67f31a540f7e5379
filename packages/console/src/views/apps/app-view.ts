// <carillon-app>: one app: its host names with what proves them, its push channels and their credentials, its clients, and
// whether it is blocked.
import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { number } from '../../parts/format.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { firstPage, Reading } from '../../parts/reading.ts';
import { problem } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { hashOf, type Place } from '../../place.ts';
import type { Api } from '../../session/api.ts';
import type { App, ChangeSubscription, Host } from '../wire.ts';
import { channelGuides } from './channels.ts';

class AppView extends View {
  static override properties = { ...View.properties, trouble: { state: true } };
  declare private trouble: unknown;
  readonly #app = new Reading<App>(this);

  override entered({ path: [id = ''] }: Place): void {
    this.trouble = null;
    void this.#app.read(() => this.desk.api.get<App>(`admin/apps/${encodeURIComponent(id)}`));
  }

  override render(): TemplateResult {
    const back = html`<a class="up" href=${hashOf('apps')}>${marks.back}${text('apps')}</a>`;
    if (!this.#app.value)
      return html`<div class="head"><div>${back}<h1><bdi>${this.place.path[0]}</bdi></h1></div></div><section class="card">${this.#app.show(() => html``)}</section>`;
    const app = this.#app.value;
    return html`
      <div class="head"><div>${back}<h1><bdi>${app.displayName ?? app.appId}</bdi></h1><p class="soft small mono">${app.appId}</p></div>
        <div class="acts">
          ${app.blocked ? html`<span class="badge bad">${text('blocked')}</span>` : nothing}
          <a class="button" href=${hashOf('failed', [], { app: app.appId })}>${marks.failed}${text('failed')}</a>
          ${this.desk.mayAct ? this.#blockButton(app) : nothing}
        </div></div>
      ${problem(this.trouble)}
      <div class="two even"><div class="stack">${this.#hosts(app)}${clients(app)}</div>${channelsOf(app)}</div>`;
  }

  #blockButton(app: App): TemplateResult {
    if (app.blocked) return html`<button @click=${() => this.#block(app, false)}>${text('unblock')}</button>`;
    return html`<button class="bad" @click=${() => this.#block(app, true)}>${text('block')}</button>`;
  }

  async #block({ appId }: App, blocked: boolean): Promise<void> {
    const app = appId;
    await this.#act(async () => {
      const { api } = this.desk;
      const asked = blocked
        ? {
            title: text('blockAsk', { app }),
            text: text('blockWill', { webhooks: await webhooksOf(app, api) }),
            action: text('block'),
          }
        : { title: text('unblockAsk', { app }), text: text('unblockWill'), action: text('unblock') };
      if (!(await this.desk.ask(asked))) return true;
      await api.send('PATCH', `admin/apps/${encodeURIComponent(app)}`, { blocked });
      this.desk.say(text(blocked ? 'blockedSaid' : 'unblockedSaid', { app }));
      return false;
    });
  }

  #hosts(app: App): TemplateResult {
    return html`<section class="card"><header><h2>${text('hosts')}</h2></header>
      ${app.hosts.length === 0 ? html`<p class="inner soft small">${text('noHosts')}</p>` : html`<ul class="rows">${app.hosts.map((host) => this.#host(app, host))}</ul>`}
      ${
        this.desk.mayAct
          ? html`<form class="inner add" @submit=${(event: SubmitEvent) => this.#addHost(event, app)}>
              <input name="host" required dir="ltr" spellcheck="false" placeholder="shop.example" aria-label=${text('hostName')}><button>${text('addHost')}</button></form>`
          : nothing
      }</section>`;
  }

  #host({ appId }: App, { host, verified, challenge, dns, wellKnown }: Host): TemplateResult {
    const path = `admin/apps/${encodeURIComponent(appId)}/hosts/${encodeURIComponent(host)}`;
    const verify = (): void => void this.#verify(path);
    return html`<li><div class="what"><span dir="ltr">${host}</span>
        ${
          challenge
            ? html`<span class="small soft">${text('proveHost')}</span><pre dir="ltr">${challenge.dns}</pre><pre dir="ltr">${challenge.wellKnown}\n${challenge.value}</pre>`
            : nothing
        }
        ${dns ? html`<span class="small" lang="en" dir="ltr">DNS: ${dns}</span>` : nothing}
        ${wellKnown ? html`<span class="small" lang="en" dir="ltr">HTTPS: ${wellKnown}</span>` : nothing}</div>
      <div class="side">${
        verified
          ? html`<span class="badge good">${text('verified')}</span>`
          : html`<span class="badge warn">${text('notVerified')}</span>${this.desk.mayAct ? html`<button @click=${verify}>${text('verify')}</button>` : nothing}`
      }</div></li>`;
  }

  async #verify(path: string): Promise<void> {
    await this.#act(async () => {
      const found = await this.desk.api.send<Host>('POST', `${path}/verify`);
      const app = this.#app.value;
      if (found.verified || !app) return false;
      // What was there instead of the proof.
      this.#app.become({ ...app, hosts: app.hosts.map((each) => (each.host === found.host ? found : each)) });
      return true;
    });
  }

  async #addHost(event: SubmitEvent, { appId }: App): Promise<void> {
    event.preventDefault();
    const { target } = event;
    if (!(target instanceof HTMLFormElement)) return;
    const host = String(new FormData(target).get('host'));
    await this.#act(async () => {
      await this.desk.api.send('POST', `admin/apps/${encodeURIComponent(appId)}/hosts`, { host });
      target.reset();
    });
  }

  /** Reads the app again, unless the work says that it has shown what came of it. */
  async #act(work: () => Promise<unknown>): Promise<void> {
    this.trouble = null;
    try {
      if ((await work()) !== true) await this.#app.again();
    } catch (error) {
      this.trouble = error;
    }
  }

  static override styles = [
    look,
    sheet,
    css`
      .add { display: flex; gap: .5rem; border-top: 1px solid var(--line-soft); padding-top: .75rem !important; }
      .rows pre { margin-top: .375rem; }
    `,
  ];
}

/** How many would end, of the first page. */
async function webhooksOf(app: string, api: Api): Promise<string> {
  const { rows, nextLink } = await firstPage<ChangeSubscription>(api, 'admin/changeSubscriptions', { app });
  return number(rows.filter(({ ended }) => !ended).length) + (nextLink === null ? '' : '+');
}

function clients({ clients: all }: App): TemplateResult {
  return html`<section class="card"><header><h2>${text('clients')}</h2></header><ul class="rows">${all.map(
    ({
      clientId,
      public: isPublic,
      redirectUris,
      scopes,
    }) => html`<li><div class="what"><span class="mono">${clientId}</span>
        <span class="small soft wrap" dir="ltr">${[...redirectUris, ...scopes].join(' · ')}</span></div>
      <div class="side"><span class="badge">${text(isPublic ? 'publicClient' : 'secretClient')}</span></div></li>`,
  )}</ul></section>`;
}

function channelsOf({ appId, channels }: App): TemplateResult {
  return html`<section class="card"><header><h2>${text('channels')}</h2></header><ul class="rows">${channelGuides.map(
    ({ kind, platform }) => {
      const isReady = kind === 'webPush' || channels.includes(kind);
      return html`<li><a class="what" href=${hashOf('apps', [appId, 'channels', kind])}><span>${platform}</span></a>
      <div class="side">${
        isReady
          ? html`<span class="badge good">${text(kind === 'webPush' ? 'channelOwn' : 'channelSet')}</span>`
          : html`<span class="badge">${text('channelUnset')}</span>`
      }</div></li>`;
    },
  )}</ul></section>`;
}

customElements.define('carillon-app', AppView);
