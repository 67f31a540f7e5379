// <carillon-search>: what the one box found. What only one thing can be is opened at once.
// Names of persons are found by how they begin, everything else exactly.
import { html, nothing, type TemplateResult } from 'lit';
import { text } from '../language.ts';
import { ago, moment } from '../parts/format.ts';
import { look, sheet } from '../parts/look.ts';
import { marks } from '../parts/marks.ts';
import { firstPage, type Pages, Reading } from '../parts/reading.ts';
import { blank } from '../parts/states.ts';
import { View } from '../parts/view.ts';
import { hashOf, type Place } from '../place.ts';
import type { Found } from './wire.ts';

class SearchView extends View {
  readonly #found = new Reading<Pages<Found>>(this);

  override entered({ query }: Place): void {
    const q = query.get('q') ?? '';
    void this.#found.read(async () => {
      const found = await firstPage<Found>(this.desk.api, 'admin/search', { q });
      const [only] = found.rows;
      // Replaced, so that Back leads to where the search began.
      if (only && found.rows.length === 1 && this.isConnected) location.replace(placeOfFound(only));
      return found;
    });
  }

  override render(): TemplateResult {
    const q = this.place.query.get('q') ?? '';
    return html`
      <div class="head"><div><h1>${text('found', { what: q })}</h1></div></div>
      <section class="card">${this.#found.show(({ rows }) =>
        rows.length === 0
          ? blank({ mark: marks.search, title: text('foundNothing'), text: text('foundNothingText') })
          : html`<ul class="rows">${rows.map(row)}</ul>`,
      )}</section>`;
  }

  static override styles = [look, sheet];
}

function placeOfFound({ type, id, user }: Found): string {
  if (type === 'user') return hashOf('people', [id]);
  if (type === 'notification') return hashOf('notifications', [id]);
  return user ? hashOf('people', [user.id], { device: id }) : hashOf('people');
}

function row(found: Found): TemplateResult {
  const { type, id, name, displayName, user, appId, appNotificationId, createdDateTime, removed } = found;
  const mark = { user: marks.people, notification: marks.notifications, subscription: marks.device }[type];
  return html`<li>${mark}<a class="what" href=${placeOfFound(found)}>
      <span class="wrap"><bdi>${name ?? displayName ?? appNotificationId ?? id}</bdi></span>
      <span class="small soft"><span class="mono">${id}</span>${user ? html` · <bdi>${user.name}</bdi>` : nothing}${
        appId ? html` · <bdi>${appId}</bdi>` : nothing
      }</span></a>
    <div class="side small soft">
      ${removed ? html`<span class="badge">${text('removed')}</span>` : nothing}
      ${createdDateTime ? html`<time datetime=${createdDateTime} title=${moment(createdDateTime)}>${ago(createdDateTime)}</time>` : nothing}
    </div></li>`;
}

customElements.define('carillon-search', SearchView);
