// <carillon-webhooks>: the change subscriptions of all apps, and how their endpoints do. Those that fail come first.
// Of an address the host alone is shown, since the rest may be a secret of the app.
import { html, nothing, type TemplateResult } from 'lit';
import { text } from '../language.ts';
import { ago, moment, number } from '../parts/format.ts';
import { look, sheet } from '../parts/look.ts';
import { marks } from '../parts/marks.ts';
import { firstPage, moreOf, type Pages, Reading } from '../parts/reading.ts';
import { blank } from '../parts/states.ts';
import { View } from '../parts/view.ts';
import { hashOf } from '../place.ts';
import type { ChangeSubscription } from './wire.ts';

class WebhooksView extends View {
  readonly #all = new Reading<Pages<ChangeSubscription>>(this);

  override entered(): void {
    void this.#all.read(() => firstPage<ChangeSubscription>(this.desk.api, 'admin/changeSubscriptions'));
  }

  override render(): TemplateResult {
    return html`
      <div class="head"><div><h1>${text('webhooks')}</h1><p class="soft small">${text('webhooksText')}</p></div></div>
      <section class="card">${this.#all.show(({ rows }) =>
        rows.length === 0
          ? blank({ mark: marks.webhooks, title: text('webhooksNone'), text: text('webhooksNoneText') })
          : html`<ul class="rows">${[...rows].sort(failingFirst).map(row)}</ul>${moreOf(this.#all, this.desk.api)}`,
      )}</section>`;
  }

  static override styles = [look, sheet];
}

function failingFirst(a: ChangeSubscription, b: ChangeSubscription): number {
  return Number(b.failingSinceDateTime !== null) - Number(a.failingSinceDateTime !== null);
}

function row(each: ChangeSubscription): TemplateResult {
  const { appId, endpointHost, resource, changeType, waiting, attempts, failingSinceDateTime, lastAnswer } =
    each;
  return html`<li><div class="what"><span dir="ltr">${endpointHost}</span>
      <span class="small soft"><a href=${hashOf('apps', [appId])}><bdi>${appId}</bdi></a> · <span class="mono" dir="ltr">${resource}</span> · ${changeType}</span>
      ${
        failingSinceDateTime
          ? html`<span class="small">${text('failingSince', { time: ago(failingSinceDateTime), count: number(attempts) })} ${
              lastAnswer ? text('lastAnswer', { answer: lastAnswer }) : nothing
            }</span>`
          : nothing
      }</div>
    <div class="side">
      ${waiting > 0 ? html`<span class="badge warn num">${text('waitingCount', { count: number(waiting) })}</span>` : nothing}
      ${
        each.ended
          ? html`<span class="badge">${text('ended')}</span>`
          : failingSinceDateTime
            ? html`<span class="badge bad">${text('failing')}</span>`
            : html`<span class="badge good">${text('healthy')}</span>`
      }
      <span class="small soft" title=${moment(each.expirationDateTime)}>${text('endsAt', { time: ago(each.expirationDateTime) })}</span>
    </div></li>`;
}

customElements.define('carillon-webhooks', WebhooksView);
