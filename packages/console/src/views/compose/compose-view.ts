// <carillon-compose>: a notification as it is typed: what each platform shows of it, and beside it the hub's dry run: which of the
// person's devices would be pushed what, and why the others not. Nothing is posted here.
import type { Explanation } from '@carillon/protocol';
import { css, html, nothing, type TemplateResult } from 'lit';
import { after } from '../../clock.ts';
import { text } from '../../language.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { firstPage, type Pages, Reading } from '../../parts/reading.ts';
import { blank } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import type { App } from '../wire.ts';
import { previews, previewsLook } from './previews.ts';

interface Draft {
  readonly app: string;
  readonly host: string;
  readonly person: string;
  readonly title: string;
  readonly body: string;
  readonly url: string;
  readonly priority: string;
}

/** After the last key. */
const restMs = 400;

class ComposeView extends View {
  static override properties = { ...View.properties, draft: { state: true } };
  declare private draft: Draft;
  readonly #apps = new Reading<Pages<App>>(this);
  readonly #explained = new Reading<readonly Explanation[] | null>(this);
  #stopWaiting = (): void => {};

  constructor() {
    super();
    this.draft = { app: '', host: '', person: '', title: '', body: '', url: '', priority: 'High' };
  }

  override entered(): void {
    void this.#apps.read(async () => {
      const apps = await firstPage<App>(this.desk.api, 'admin/apps', { $top: '100' });
      const asked = this.place.query.get('app');
      const app = apps.rows.find(({ appId }) => appId === asked) ?? apps.rows[0];
      this.draft = { ...this.draft, app: app?.appId ?? '', host: hostsOf(app)[0] ?? '' };
      return apps;
    });
    this.#explained.become(null);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopWaiting();
  }

  get #posted() {
    const { host, title, body, url, priority } = this.draft;
    const visualContent = { title, ...(body ? { body } : {}), ...(url ? { url } : {}) };
    return { targetHostName: host, priority, payload: { visualContent } };
  }

  override render(): TemplateResult {
    const json = JSON.stringify(this.#posted, null, 2);
    return html`
      <div class="head"><div><h1>${text('compose')}</h1><p class="soft small">${text('composeText')}</p></div></div>
      <div class="two even"><div class="stack">
        <section class="card"><div class="inner pad">${this.#apps.show(({ rows }) => this.#form(rows))}</div></section>
        <section class="card"><header><h2>${text('asJson')}</h2></header><div class="inner"><pre dir="ltr" tabindex="0">${json}</pre></div></section>
      </div><div class="stack">
        <section class="card"><header><h2>${text('preview')}</h2></header><div class="inner">${previews(this.draft)}</div></section>
        <section class="card"><header><h2>${text('explained')}</h2></header>${this.#explained.show((rows) => explanation(rows))}</section>
      </div></div>`;
  }

  #form(apps: readonly App[]): TemplateResult {
    const { draft } = this;
    const chosen = apps.find(({ appId }) => appId === draft.app);
    const option = (value: string, shown: string, name: string): TemplateResult =>
      html`<option value=${value} ?selected=${value === shown}>${name}</option>`;
    return html`<form class="form" @input=${this.#type} @submit=${(event: Event) => event.preventDefault()}>
      <div class="pair">
        <label><span>${text('app')}</span><select name="app">${apps.map(({ appId, displayName }) => option(appId, draft.app, displayName ?? appId))}</select></label>
        <label><span>${text('hostName')}</span><select name="host">${hostsOf(chosen).map((host) => option(host, draft.host, host))}</select></label>
      </div>
      <label><span>${text('forWhom')}</span><input name="person" .value=${draft.person} dir="ltr" spellcheck="false" autocomplete="off"></label>
      <label><span>${text('titleField')}</span><input name="title" .value=${draft.title} dir="auto" maxlength="1024"></label>
      <label><span>${text('bodyField')}</span><textarea name="body" rows="3" .value=${draft.body} dir="auto"></textarea></label>
      <div class="pair">
        <label><span>${text('urlField')}</span><input name="url" type="url" .value=${draft.url} dir="ltr" placeholder="https://"></label>
        <label><span>${text('priorityField')}</span><select name="priority">${['High', 'Low', 'None'].map((each) => option(each, draft.priority, each))}</select></label>
      </div></form>`;
  }

  #type = ({ target }: Event): void => {
    const isField =
      target instanceof HTMLInputElement ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement;
    if (!isField) return;
    const next = { ...this.draft, [target.name]: target.value };
    const app = this.#apps.value?.rows.find(({ appId }) => appId === next.app);
    const hosts = hostsOf(app);
    this.draft = { ...next, host: hosts.includes(next.host) ? next.host : (hosts[0] ?? '') };
    this.#stopWaiting();
    this.#stopWaiting = after(restMs, () => this.#explain());
  };

  #explain(): void {
    const { app, person, title } = this.draft;
    if (person.trim() === '' || title.trim() === '') {
      this.#explained.become(null);
      return;
    }
    const path = `admin/users/${encodeURIComponent(person.trim())}/explain?app=${encodeURIComponent(app)}`;
    const ask = async (): Promise<readonly Explanation[]> =>
      (await this.desk.api.send<{ value: Explanation[] }>('POST', path, this.#posted)).value;
    void this.#explained.read(ask);
  }

  static override styles = [
    look,
    sheet,
    previewsLook,
    css`
      .pad { padding-top: 1rem !important; }
      details { flex: 1 0 100%; }
      summary { cursor: pointer; font-size: .8125rem; font-weight: 600; color: var(--mark); }
      details pre { margin-top: .5rem; }
    `,
  ];
}

function hostsOf(app: App | undefined): string[] {
  return (app?.hosts ?? []).filter(({ verified }) => verified).map(({ host }) => host);
}

function explanation(rows: readonly Explanation[] | null): TemplateResult {
  if (rows === null)
    return blank({ mark: marks.people, title: text('explainWho'), text: text('explainWhoText') });
  if (rows.length === 0)
    return blank({ mark: marks.device, title: text('noDevices'), text: text('noDevicesText') });
  return html`<ul class="rows">${rows.map(
    ({
      subscriptionId,
      platform,
      decision,
      reason,
      dropped,
      request,
    }) => html`<li><div class="what"><span>${platform} <code class="soft">${subscriptionId}</code></span>
        <span class="small" lang="en" dir="ltr">${reason}</span>
        ${dropped.length > 0 ? html`<span class="small soft">${text('dropped', { what: dropped.join(', ') })}</span>` : nothing}</div>
      <div class="side"><span class="badge ${decision === 'push' ? 'good' : 'warn'}">${text(decision === 'push' ? 'isPushed' : 'isSkipped')}</span></div>
      ${request ? html`<details><summary>${text('request')}</summary><pre dir="ltr" tabindex="0">${JSON.stringify(request, null, 2)}</pre></details>` : nothing}
    </li>`,
  )}</ul>`;
}

customElements.define('carillon-compose', ComposeView);
