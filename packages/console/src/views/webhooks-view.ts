// <carillon-webhooks>: the change subscriptions of all apps, and how their endpoints do. Those that fail come first.
// Of an address the host alone is shown, since the rest may be a secret of the app.
import { html, nothing, type TemplateResult } from 'lit';
import { text } from '../language.ts';
import { ago, moment, number } from '../parts/format.ts';
import { look, sheet } from '../parts/look.ts';
import { marks } from '../parts/marks.ts';
import { firstPage, moreOf, type Pages, Reading } from '../parts/reading.ts';
import { blank, problem } from '../parts/states.ts';
import { View } from '../parts/view.ts';
import { hashOf } from '../place.ts';
import type { ChangeSubscription } from './wire.ts';

class WebhooksView extends View {
  static override properties = { ...View.properties, trouble: { state: true } };
  declare private trouble: unknown;
  readonly #all = new Reading<Pages<ChangeSubscription>>(this);

  override entered(): void {
    this.trouble = null;
    void this.#all.read(() => firstPage<ChangeSubscription>(this.desk.api, 'admin/changeSubscriptions'));
  }

  override render(): TemplateResult {
    return html`
      <div class="head"><div><h1>${text('webhooks')}</h1><p class="soft small">${text('webhooksText')}</p></div></div>
      ${problem(this.trouble)}
      <section class="card">${this.#all.show(({ rows }) =>
        rows.length === 0
          ? blank({ mark: marks.webhooks, title: text('webhooksNone'), text: text('webhooksNoneText') })
          : html`<ul class="rows">${[...rows].sort(failingFirst).map((each) => row(each, this.desk.mayAct ? () => this.#delete(each) : null))}</ul>${moreOf(this.#all, this.desk.api)}`,
      )}</section>`;
  }

  async #delete({ id, appId: app, endpointHost: host, waiting }: ChangeSubscription): Promise<void> {
    const asked = {
      title: text('deleteWebhookAsk', { host }),
      text: text('deleteWebhookWill', { app, count: number(waiting) }),
      action: text('deleteWebhook'),
    };
    if (!(await this.desk.ask(asked))) return;
    this.trouble = null;
    try {
      await this.desk.api.send('DELETE', `admin/changeSubscriptions/${encodeURIComponent(id)}`);
      this.desk.say(text('webhookDeletedSaid'));
      await this.#all.again();
    } catch (error) {
      this.trouble = error;
    }
  }

  static override styles = [look, sheet];
}

function failingFirst(a: ChangeSubscription, b: ChangeSubscription): number {
  return Number(b.failingSinceDateTime !== null) - Number(a.failingSinceDateTime !== null);
}

/** `end`: null for who may not. */
function row(each: ChangeSubscription, end: (() => void) | null): TemplateResult {
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
      ${end ? html`<button class="bad" aria-label=${text('deleteWebhookAsk', { host: endpointHost })} @click=${end}>${text('deleteWebhook')}</button>` : nothing}
    </div></li>`;
}

customElements.define('carillon-webhooks', WebhooksView);
