// <carillon-compose>: a notification as it is typed: what each platform shows of it, and beside it the hub's dry run: which of the
// person's devices would be pushed what, and why the others not. Nothing is posted here.
import type { Explanation } from '@carillon/protocol';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { after } from '../../clock.ts';
import { text } from '../../language.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { platformName } from '../../parts/names.ts';
import { firstPage, type Pages, Reading } from '../../parts/reading.ts';
import { blank } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { ApiError } from '../../session/api.ts';
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

/** The field of the form that a member of the body comes from. */
const fieldOf: Readonly<Record<string, string>> = {
  targetHostName: 'host',
  priority: 'priority',
  'payload.visualContent.title': 'title',
  'payload.visualContent.body': 'body',
  'payload.visualContent.url': 'url',
};

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
        <section class="card"><header><h2>${text('preview')}</h2></header><div class="inner">${previews({ ...this.draft, app: this.#appName() })}</div></section>
        <section class="card"><header><h2>${text('explained')}</h2></header>${
          this.#wrongField() === null
            ? this.#explained.show((rows) => explanation(rows))
            : blank({ mark: marks.failed, title: text('explained'), text: text('explainWrong') })
        }</section>
      </div></div>`;
  }

  #appName(): string {
    const { app } = this.draft;
    return this.#apps.value?.rows.find(({ appId }) => appId === app)?.displayName ?? app;
  }

  /** The field of what the hub found wrong; null when nothing is, or no field of the form is it. */
  #wrongField(): { readonly name: string; readonly said: string } | null {
    const { error } = this.#explained;
    if (!(error instanceof ApiError)) return null;
    const name = error.status === 404 ? 'person' : fieldOf[error.target ?? ''];
    if (name === undefined) return null;
    return { name, said: error.status === 404 ? text('noSuchPerson') : error.message };
  }

  /** What is wrong with a field, below it; the field names it as its description. */
  #problem(name: string): TemplateResult | typeof nothing {
    const wrong = this.#wrongField();
    if (wrong?.name !== name) return nothing;
    return html`<p class="problem small" id=${`${name}-problem`} role="alert" lang=${name === 'person' ? nothing : 'en'}>${wrong.said}</p>`;
  }

  override updated(changed: PropertyValues): void {
    super.updated(changed);
    const wrong = this.#wrongField()?.name;
    for (const each of this.renderRoot.querySelectorAll<HTMLInputElement>('form [name]')) {
      const isWrong = each.name === wrong;
      for (const [name, value] of [
        ['aria-invalid', 'true'],
        ['aria-describedby', `${each.name}-problem`],
      ] as const)
        if (isWrong) each.setAttribute(name, value);
        else each.removeAttribute(name);
    }
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
      </div>${this.#problem('host')}
      <label><span>${text('forWhom')}</span><input name="person" .value=${draft.person} dir="ltr" spellcheck="false" autocomplete="off"></label>${this.#problem('person')}
      <label><span>${text('titleField')}</span><input name="title" .value=${draft.title} dir="auto"></label>${this.#problem('title')}
      <label><span>${text('bodyField')}</span><textarea name="body" rows="3" .value=${draft.body} dir="auto"></textarea></label>${this.#problem('body')}
      <div class="pair">
        <label><span>${text('urlField')}</span><input name="url" type="url" .value=${draft.url} dir="ltr" placeholder="https://"></label>
        <label><span>${text('priorityField')}</span><select name="priority">${['High', 'Low', 'None'].map((each) => option(each, draft.priority, each))}</select></label>
      </div>${this.#problem('url')}${this.#problem('priority')}</form>`;
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
      [aria-invalid] { border-color: var(--bad); }
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
    }) => html`<li><div class="what"><span>${platformName(platform)} <code class="soft">${subscriptionId}</code></span>
        <span class="small" lang="en" dir="ltr">${reason}</span>
        ${dropped.length > 0 ? html`<span class="small soft">${text('dropped', { what: dropped.join(', ') })}</span>` : nothing}</div>
      <div class="side"><span class="badge ${decision === 'push' ? 'good' : 'warn'}">${text(decision === 'push' ? 'isPushed' : 'isSkipped')}</span></div>
      ${request ? html`<details><summary>${text('request')}</summary><pre dir="ltr" tabindex="0">${JSON.stringify(request, null, 2)}</pre></details>` : nothing}
    </li>`,
  )}</ul>`;
}

customElements.define('carillon-compose', ComposeView);
