// <carillon-failed>: the deliveries that were given up, by cause, and sending them again once the cause is mended: it shows how
// far it is, and can be stopped.
import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../language.ts';
import { ago, moment, number } from '../parts/format.ts';
import { look, sheet } from '../parts/look.ts';
import { marks } from '../parts/marks.ts';
import { firstPage, moreOf, type Pages, Reading } from '../parts/reading.ts';
import { blank, problem } from '../parts/states.ts';
import { View } from '../parts/view.ts';
import { hashOf } from '../place.ts';
import type { FailedDelivery, Redriven } from './wire.ts';

interface Cause {
  readonly name: string;
  readonly channel: string;
  readonly deliveries: readonly FailedDelivery[];
}

const readAtOnce = 200;
const namedMax = 100;

class FailedView extends View {
  static override properties = {
    ...View.properties,
    running: { state: true },
    trouble: { state: true },
    open: { state: true },
  };
  /** How many were sent again so far; null while nothing runs. */
  declare private running: number | null;
  declare private trouble: unknown;
  declare private open: string | null;
  #stopped = false;
  readonly #failed = new Reading<Pages<FailedDelivery>>(this);

  constructor() {
    super();
    this.running = null;
    this.trouble = null;
    this.open = null;
  }

  override entered(): void {
    const query = { status: 'failed', app: this.#app, $top: String(readAtOnce) };
    void this.#failed.read(() => firstPage<FailedDelivery>(this.desk.api, 'admin/deliveries', query));
  }

  get #app(): string | null {
    return this.place.query.get('app');
  }

  override render(): TemplateResult {
    const app = this.#app;
    const pages = this.#failed.value;
    const hasAny = (pages?.rows.length ?? 0) > 0;
    return html`
      <div class="head"><div><h1>${text('failed')}</h1><p class="soft small">${text('failedText')}</p></div>
        <div class="acts">
          ${app ? html`<a class="button" href=${hashOf('failed')}>${marks.close}<bdi>${app}</bdi></a>` : nothing}
          ${this.desk.mayAct && hasAny && this.running === null ? html`<button class="main" @click=${this.#redriveAll}>${marks.again}${text('redriveAll')}</button>` : nothing}
        </div></div>
      ${
        this.running === null
          ? nothing
          : html`<section class="card progress"><div role="status"><strong>${text('redriving', { count: number(this.running) })}</strong><progress></progress></div>
              <button @click=${this.#stop}>${text('stop')}</button></section>`
      }
      ${problem(this.trouble)}
      <section class="card">${this.#failed.show(({ rows, nextLink }) =>
        rows.length === 0
          ? blank({ mark: marks.check, title: text('failedNone'), text: text('failedNoneText') })
          : html`<ul class="rows">${causesOf(rows).map((cause) => this.#cause(cause, nextLink !== null))}</ul>${moreOf(this.#failed, this.desk.api)}`,
      )}</section>`;
  }

  #cause(cause: Cause, isPart: boolean): TemplateResult {
    const { name, channel, deliveries } = cause;
    const isOpen = this.open === name + channel;
    const toggle = (): void => {
      this.open = isOpen ? null : name + channel;
    };
    return html`<li>
      <button class="bare what fold" aria-expanded=${isOpen ? 'true' : 'false'} @click=${toggle}>
        <span lang="en">${name}</span><span class="small soft">${channel} · ${[...new Set(deliveries.map(({ appId }) => appId))].join(', ')}</span></button>
      <div class="side"><span class="badge bad num">${number(deliveries.length)}${isPart ? '+' : ''}</span>
        ${this.desk.mayAct && this.running === null ? html`<button @click=${() => this.#redriveCause(cause)}>${text('redrive')}</button>` : nothing}</div>
      ${isOpen ? html`<ul class="rows inside">${deliveries.slice(0, 50).map(row)}</ul>` : nothing}
    </li>`;
  }

  #redriveAll = async (): Promise<void> => {
    const app = this.#app;
    const known = this.#failed.value;
    const count = number(known?.rows.length ?? 0) + (known?.nextLink ? '+' : '');
    const will = app ? text('redriveAppWill', { app, count }) : text('redriveAllWill', { count });
    if (!(await this.desk.ask({ title: text('redriveAsk'), text: will, action: text('redriveAll') }))) return;
    await this.#run(async () => {
      const body = { all: true, ...(app ? { app } : {}) };
      return this.desk.api.send<Redriven>('POST', 'admin/deliveries/redrive', body);
    });
  };

  async #redriveCause({ name, deliveries }: Cause): Promise<void> {
    const will = text('redriveCauseWill', { count: number(deliveries.length), cause: name });
    if (!(await this.desk.ask({ title: text('redriveAsk'), text: will, action: text('redrive') }))) return;
    const left = deliveries.map(({ id }) => id);
    await this.#run(async () => {
      const ids = left.splice(0, namedMax);
      const { redrivenCount } = await this.desk.api.send<Redriven>('POST', 'admin/deliveries/redrive', {
        ids,
      });
      return { redrivenCount, more: left.length > 0 };
    });
  }

  async #run(step: () => Promise<Redriven>): Promise<void> {
    this.#stopped = false;
    this.trouble = null;
    this.running = 0;
    try {
      for (let more = true; more && !this.#stopped && this.isConnected; ) {
        const done = await step();
        this.running += done.redrivenCount;
        more = done.more && done.redrivenCount > 0;
      }
      this.desk.say(text('redriven', { count: number(this.running) }));
    } catch (error) {
      this.trouble = error;
    }
    this.running = null;
    await this.#failed.again();
  }

  #stop = (): void => {
    this.#stopped = true;
  };

  static override styles = [
    look,
    sheet,
    css`
      .progress { display: flex; align-items: center; gap: 1rem; padding: .875rem 1rem; margin-bottom: 1rem; }
      .progress div { flex: 1; display: grid; gap: .375rem; }
      progress { width: 100%; height: .5rem; accent-color: var(--mark); }
      .fold { justify-content: start; display: grid; padding: .25rem .5rem; margin-inline-start: -.5rem; font-weight: 400; }
      .inside { flex: 1 0 100%; margin-top: .375rem; border-radius: .625rem; background: var(--ground); }
      .inside li:first-child { border-top: 0; }
    `,
  ];
}

/** The most frequent first. */
function causesOf(rows: readonly FailedDelivery[]): Cause[] {
  const causes = new Map<string, FailedDelivery[]>();
  const keyOf = ({ channel, lastAnswer, reason }: FailedDelivery): string =>
    JSON.stringify([
      [lastAnswer?.verdict, lastAnswer?.status, lastAnswer?.reason ?? reason]
        .filter((each) => each != null)
        .join(' · ') || '–',
      channel ?? '–',
    ]);
  for (const row of rows) causes.set(keyOf(row), [...(causes.get(keyOf(row)) ?? []), row]);
  return [...causes]
    .map(([key, deliveries]): Cause => {
      const [name, channel]: [string, string] = JSON.parse(key);
      return { name, channel, deliveries };
    })
    .sort((a, b) => b.deliveries.length - a.deliveries.length);
}

function row({
  user,
  notificationId,
  subscription,
  attempts,
  plannedDateTime,
}: FailedDelivery): TemplateResult {
  const name = html`<bdi>${user?.name ?? user?.id ?? '–'}</bdi>`;
  return html`<li><div class="what">${
    notificationId
      ? html`<a href=${hashOf('notifications', [notificationId])}>${name}</a>`
      : html`<span>${name}</span>`
  }<span class="small soft"><span class="mono">${subscription}</span> · ${text('attempts', { count: number(attempts) })}</span></div>
    <div class="side small soft"><time datetime=${plannedDateTime} title=${moment(plannedDateTime)}>${ago(plannedDateTime)}</time></div></li>`;
}

customElements.define('carillon-failed', FailedView);
