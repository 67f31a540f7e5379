// <carillon-people>: the local users, with one who is made here; or one person of any issuer.
// Persons of other issuers are in no list, so that these are found by name.
import { html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { firstPage, moreOf, type Pages, Reading } from '../../parts/reading.ts';
import { blank } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { hashOf, type Place } from '../../place.ts';
import type { User } from '../wire.ts';
import './person-view.ts';

class PeopleView extends View {
  readonly #users = new Reading<Pages<User>>(this);

  override entered({ path }: Place): void {
    if (path.length > 0) return;
    void this.#users.read(() => firstPage<User>(this.desk.api, 'admin/users', { $top: '50' }));
  }

  override render(): TemplateResult {
    if (this.place.path.length > 0)
      return html`<carillon-person .desk=${this.desk} .place=${this.place}></carillon-person>`;
    return html`
      <div class="head"><div><h1>${text('people')}</h1><p class="soft small">${text(this.desk.config.localUsers ? 'peopleText' : 'peopleOther')}</p></div></div>
      <section class="card">${this.#users.show(({ rows }) =>
        rows.length === 0
          ? blank({ mark: marks.people, title: text('peopleEmpty'), text: text('peopleEmptyText') })
          : html`<ul class="rows">${rows.map(row)}</ul>${moreOf(this.#users, this.desk.api)}`,
      )}</section>`;
  }

  static override styles = [look, sheet];
}

function row({ id, name, operator, disabled }: User): TemplateResult {
  return html`<li><a class="what" href=${hashOf('people', [id])}><bdi>${name}</bdi><span class="small soft mono">${id}</span></a>
    <div class="side">
      ${operator ? html`<span class="badge warn">${text('operator')}</span>` : nothing}
      ${disabled ? html`<span class="badge bad">${text('disabled')}</span>` : nothing}
    </div></li>`;
}

customElements.define('carillon-people', PeopleView);
