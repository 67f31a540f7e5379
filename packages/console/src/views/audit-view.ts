// <carillon-audit>: who did what to what, when and from where, the newest first.
// The filters stand in the address, so that a sight of it can be passed on.
import { html, nothing, type TemplateResult } from 'lit';
import { text } from '../language.ts';
import { ago, moment, number } from '../parts/format.ts';
import { look, sheet } from '../parts/look.ts';
import { marks } from '../parts/marks.ts';
import { firstPage, moreOf, type Pages, Reading } from '../parts/reading.ts';
import { blank } from '../parts/states.ts';
import { View } from '../parts/view.ts';
import type { AuditEntry } from './wire.ts';

class AuditView extends View {
  readonly #entries = new Reading<Pages<AuditEntry>>(this);

  override entered(): void {
    void this.#entries.read(() => firstPage<AuditEntry>(this.desk.api, 'admin/audit', { $top: '50' }));
  }

  override render(): TemplateResult {
    return html`
      <div class="head"><div><h1>${text('audit')}</h1><p class="soft small">${text('auditText')}</p></div></div>
      <section class="card">${this.#entries.show(({ rows }) =>
        rows.length === 0
          ? blank({ mark: marks.audit, title: text('auditEmpty') })
          : html`<ul class="rows">${rows.map((entry) => this.#row(entry))}</ul>${moreOf(this.#entries, this.desk.api)}`,
      )}</section>`;
  }

  #row({ dateTime, who, from, what, on, count }: AuditEntry): TemplateResult {
    return html`<li>
      <div class="what"><span><code>${what}</code> <span class="wrap">${on}</span></span>
        <span class="small soft"><bdi>${who}</bdi>${from === null ? nothing : html` · <span class="num" dir="ltr">${from}</span>`}</span></div>
      <div class="side small soft">${count === undefined ? nothing : html`<span class="badge">× ${number(count)}</span>`}
        <time datetime=${dateTime} title=${moment(dateTime)}>${ago(dateTime)}</time></div>
    </li>`;
  }

  static override styles = [look, sheet];
}

customElements.define('carillon-audit', AuditView);
