// <carillon-audit>: who did what to what, when and from where, the newest first.
// The filters stand in the address, so that a sight of it can be passed on.
import { knownActs, nameOfAct } from '@carillon/words/console/acts';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { text, words } from '../language.ts';
import { ago, moment, number } from '../parts/format.ts';
import { look, sheet } from '../parts/look.ts';
import { marks } from '../parts/marks.ts';
import { PersonNames } from '../parts/person-names.ts';
import { firstPage, moreOf, type Pages, Reading } from '../parts/reading.ts';
import { blank } from '../parts/states.ts';
import { View } from '../parts/view.ts';
import { hashOf } from '../place.ts';
import type { AuditEntry } from './wire.ts';

const exact = [
  { name: 'what', label: 'auditWhat' },
  { name: 'who', label: 'auditWho' },
  { name: 'on', label: 'auditOn' },
] as const;
const times = [
  { name: 'from', label: 'auditFrom' },
  { name: 'to', label: 'auditTo' },
] as const;

class AuditView extends View {
  readonly #entries = new Reading<Pages<AuditEntry>>(this);
  readonly #names = new PersonNames(this);

  override entered(): void {
    const query = { $top: '50', ...this.#asked() };
    void this.#entries.read(() => firstPage<AuditEntry>(this.desk.api, 'admin/audit', query));
  }

  #asked(): Record<string, string | null> {
    const { query } = this.place;
    return Object.fromEntries([...exact, ...times].map(({ name }) => [name, query.get(name)]));
  }

  /** What was typed stays while more is read, and gives way to another place. */
  override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (!changed.has('place')) return;
    const asked = this.#asked();
    for (const input of this.renderRoot.querySelectorAll('input')) {
      const value = asked[input.name] ?? '';
      input.value = input.type === 'text' ? value : localTime(value);
    }
  }

  override render(): TemplateResult {
    return html`
      <div class="head"><div><h1>${text('audit')}</h1><p class="soft small">${text('auditText')}</p></div></div>
      ${this.#filters()}
      <section class="card">${this.#entries.show(({ rows }) =>
        rows.length === 0
          ? blank({ mark: marks.audit, title: text('auditEmpty'), text: text('auditEmptyText') })
          : html`<ul class="rows">${rows.map((entry) => this.#row(entry))}</ul>${moreOf(this.#entries, this.desk.api)}`,
      )}</section>`;
  }

  #filters(): TemplateResult {
    const rows = this.#entries.value?.rows ?? [];
    const hasAny = Object.values(this.#asked()).some((each) => each !== null);
    return html`<form class="filters" @submit=${this.#filter}>
      ${exact.map(
        ({ name, label }) =>
          html`<label><span>${text(label)}</span><input type="text" name=${name} list=${`${name}-seen`} dir="auto" autocomplete="off" autocapitalize="none" spellcheck="false"></label>
            <datalist id=${`${name}-seen`}>${seen(name, rows)}</datalist>`,
      )}
      ${times.map(({ name, label }) => html`<label><span>${text(label)}</span><input type="datetime-local" name=${name} step="1"></label>`)}
      <div class="acts"><button>${text('auditFilter')}</button>
        ${hasAny ? html`<a class="button bare" href=${hashOf('audit')}>${marks.close}${text('auditClear')}</a>` : nothing}</div>
    </form>`;
  }

  #filter = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed: Record<string, string | null> = {};
    for (const input of this.renderRoot.querySelectorAll('input')) {
      const value = input.value.trim();
      typed[input.name] = value === '' || input.type === 'text' ? value : new Date(value).toISOString();
    }
    const hash = hashOf('audit', [], typed);
    if (location.hash === hash) void this.#entries.again();
    else location.hash = hash;
  };

  #row({ dateTime, who, from, what, on, count }: AuditEntry): TemplateResult {
    return html`<li>
      <div class="what"><span>${nameOfAct(what, words().tag)} <code class="soft">${what}</code></span>
        <span class="small wrap">${this.#thing(on)}</span>
        <span class="small soft">${around(text('auditBy'), this.#person(who))}${from === null ? nothing : html` · <span class="num" dir="ltr">${from}</span>`}</span></div>
      <div class="side small soft">${count === undefined ? nothing : html`<span class="badge">× ${number(count)}</span>`}
        <time datetime=${dateTime} title=${moment(dateTime)}>${ago(dateTime)}</time></div>
    </li>`;
  }

  #person(id: string): TemplateResult {
    const name = this.#names.nameOf(id, this.desk.api);
    return name === null
      ? html`<bdi>${id}</bdi>`
      : html`<a href=${hashOf('people', [id])} title=${id}><bdi>${name}</bdi></a>`;
  }

  /** What an act was on is a path: a person by name, an app as a way to it. */
  #thing(on: string): TemplateResult {
    const [kind = '', id = '', ...below] = on.split('/');
    const rest = below.length > 0 ? html` <span class="mono" dir="ltr">/${below.join('/')}</span>` : nothing;
    if (kind === 'users' && id !== '') return html`${this.#person(id)}${rest}`;
    if (kind === 'apps' && id !== '')
      return html`<a href=${hashOf('apps', [id])}><bdi>${id}</bdi></a>${rest}`;
    return html`<span class="mono" dir="ltr">${on}</span>`;
  }

  static override styles = [
    look,
    sheet,
    css`
      .rows a { font-weight: 500; }
      .rows .what code { font-weight: 400; font-size: .75rem; }
      .filters input { height: 2.25rem; font-size: .875rem; }
      @media (max-width: 40rem) { .filters > label { max-width: none; } }
    `,
  ];
}

/** A text with what it names in the middle as an element. */
function around(sentence: string, who: TemplateResult): TemplateResult {
  const [before = '', after = ''] = sentence.split('{who}');
  return html`${before}${who}${after}`;
}

/** What a field offers: the acts by their names in this language, else what the rows have. */
function seen(name: 'what' | 'who' | 'on', rows: readonly AuditEntry[]): TemplateResult[] {
  const values = rows.map((row) => row[name]);
  const all = new Set(name === 'what' ? [...knownActs, ...values] : values);
  const label = (value: string): string => (name === 'what' ? nameOfAct(value, words().tag) : '');
  return [...all].map((value) => html`<option value=${value}>${label(value)}</option>`);
}

/** As a field for the time of this place takes it; empty where it is no time. */
function localTime(dateTime: string): string {
  const at = Date.parse(dateTime);
  if (Number.isNaN(at)) return '';
  const offsetMs = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offsetMs).toISOString().slice(0, 19);
}

customElements.define('carillon-audit', AuditView);
