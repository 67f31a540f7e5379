// <carillon-audit>: who did what to what, when and from where, the newest first.
// The filters stand in the address, so that a sight of it can be passed on.
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { text } from '../language.ts';
import { ago, moment, number } from '../parts/format.ts';
import { look, sheet } from '../parts/look.ts';
import { marks } from '../parts/marks.ts';
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
          ? blank({ mark: marks.audit, title: text('auditEmpty') })
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
            <datalist id=${`${name}-seen`}>${[...new Set(rows.map((row) => row[name]))].map((each) => html`<option value=${each}></option>`)}</datalist>`,
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
      <div class="what"><span><code>${what}</code> <span class="wrap">${on}</span></span>
        <span class="small soft"><bdi>${who}</bdi>${from === null ? nothing : html` · <span class="num" dir="ltr">${from}</span>`}</span></div>
      <div class="side small soft">${count === undefined ? nothing : html`<span class="badge">× ${number(count)}</span>`}
        <time datetime=${dateTime} title=${moment(dateTime)}>${ago(dateTime)}</time></div>
    </li>`;
  }

  static override styles = [
    look,
    sheet,
    css`
      .filters input { height: 2.25rem; font-size: .875rem; }
      @media (max-width: 40rem) { .filters > label { max-width: none; } }
    `,
  ];
}

/** As a field for the time of this place takes it; empty where it is no time. */
function localTime(dateTime: string): string {
  const at = Date.parse(dateTime);
  if (Number.isNaN(at)) return '';
  const offsetMs = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offsetMs).toISOString().slice(0, 19);
}

customElements.define('carillon-audit', AuditView);
