// <carillon-failed>: the deliveries that were given up, by cause, and sending them again once the cause is mended. The hub counts
// them before it is asked to, does it step by step, and can be stopped; a page that is loaded again shows how far it is.
import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { ago, moment, number } from '../../parts/format.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { channelName, endName } from '../../parts/names.ts';
import { firstPage, moreOf, type Pages, Reading } from '../../parts/reading.ts';
import { blank, problem } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { hashOf } from '../../place.ts';
import type { Paged } from '../../session/api.ts';
import type { FailedDelivery, FailureCause, RedriveJob, RedrivePost } from '../wire.ts';
import { Redrives } from './redrives.ts';

const readAtOnce = 200;

class FailedView extends View {
  static override properties = { ...View.properties, trouble: { state: true }, open: { state: true } };
  declare private trouble: unknown;
  declare private open: string | null;
  readonly #causes = new Reading<readonly FailureCause[]>(this);
  /** Deliveries of the cause that is open, among others. */
  readonly #failed = new Reading<Pages<FailedDelivery>>(this);
  readonly #redrives = new Redrives(this);

  constructor() {
    super();
    this.trouble = null;
    this.open = null;
  }

  override entered(): void {
    const { api } = this.desk;
    this.open = null;
    void this.#causes.read(async () => {
      const { value } = await api.get<Paged<FailureCause>>('admin/deliveries/causes', { app: this.#app });
      return value;
    });
    void this.#try(async () => {
      const ended = await this.#redrives.rejoin(api);
      for (const job of ended) await this.#tell(job);
    });
  }

  get #app(): string | null {
    return this.place.query.get('app');
  }

  override render(): TemplateResult {
    const app = this.#app;
    const { underWay } = this.#redrives;
    // The buttons stay while it is counted, since the question gives the focus back to its own.
    const mayRedrive = this.desk.mayAct && underWay.every(({ dryRun }) => dryRun);
    const hasAny = (this.#causes.value?.length ?? 0) > 0;
    return html`
      <div class="head"><div><h1>${text('failed')}</h1><p class="soft small">${text('failedText')}</p></div>
        <div class="acts">
          ${app ? html`<a class="button" href=${hashOf('failed')}>${marks.close}<bdi>${app}</bdi></a>` : nothing}
          ${mayRedrive && hasAny ? html`<button class="main" @click=${this.#redriveAll}>${marks.again}${text('redriveAll')}</button>` : nothing}
        </div></div>
      ${underWay.map((job) => this.#progress(job))}
      ${problem(this.trouble)}
      <section class="card">${this.#causes.show((causes) =>
        causes.length === 0
          ? blank({ mark: marks.check, title: text('failedNone'), text: text('failedNoneText') })
          : html`<ul class="rows">${causes.map((cause) => this.#cause(cause, mayRedrive))}</ul>`,
      )}</section>`;
  }

  #progress(job: RedriveJob): TemplateResult {
    const { id, state, foundCount, redrivenCount } = job;
    const isCounting = state === 'counting';
    const line = isCounting
      ? text('redriveCounting', { count: number(foundCount) })
      : text('redriving', { count: number(redrivenCount), all: number(foundCount) });
    const stop = (): Promise<void> => this.#try(() => this.#redrives.cancel(id, this.desk.api));
    return html`<section class="card progress"><div role="status"><strong>${line}</strong><span class="small soft" lang="en">${nameOf(job)}</span>
        ${isCounting ? html`<progress aria-label=${line}></progress>` : html`<progress aria-label=${line} max=${Math.max(1, foundCount)} value=${redrivenCount}></progress>`}</div>
      ${this.desk.mayAct ? html`<button @click=${stop}>${text('stop')}</button>` : nothing}</section>`;
  }

  #cause(cause: FailureCause, mayRedrive: boolean): TemplateResult {
    const { appId, channel, reason, count } = cause;
    const isOpen = this.open === nameOf(cause);
    const toggle = (): void => {
      this.open = isOpen ? null : nameOf(cause);
      const query = { status: 'failed', app: appId, $top: String(readAtOnce) };
      if (!isOpen)
        void this.#failed.read(() => firstPage<FailedDelivery>(this.desk.api, 'admin/deliveries', query));
    };
    // Without a reason or a channel it can't be selected alone.
    const mayAlone = mayRedrive && reason !== null && channel !== null;
    return html`<li>
      <button class="bare what fold" aria-expanded=${isOpen ? 'true' : 'false'} @click=${toggle}>${marks.onward}
        <span class="cause"><span class="wrap" lang="en">${reason ?? '–'}</span> <span class="small soft">${channelName(channel)} · <bdi>${appId}</bdi></span></span></button>
      <div class="side"><span class="badge bad num">${number(count)}</span>
        ${mayAlone ? html`<button @click=${() => this.#redriveCause(cause)}>${text('redrive')}</button>` : nothing}</div>
      ${isOpen ? html`<div class="inside">${this.#deliveriesOf(cause)}</div>` : nothing}
    </li>`;
  }

  #deliveriesOf(cause: FailureCause): TemplateResult {
    return this.#failed.show(
      ({ rows }) =>
        html`<ul class="rows">${rows.filter((each) => nameOf(each) === nameOf(cause)).map(row)}</ul>${moreOf(this.#failed, this.desk.api)}`,
    );
  }

  #redriveAll = (): Promise<void> => {
    const app = this.#app;
    const will = (count: string): string =>
      app ? text('redriveAppWill', { app, count }) : text('redriveAllWill', { count });
    return this.#redrive(app ? { app } : {}, { will, action: text('redriveAll') });
  };

  #redriveCause(cause: FailureCause): Promise<void> {
    const { appId: app, channel, reason } = cause;
    const will = (count: string): string => text('redriveCauseWill', { count, cause: nameOf(cause) });
    const selection = { app, ...(channel ? { channel } : {}), ...(reason ? { reason } : {}) };
    return this.#redrive(selection, { will, action: text('redrive') });
  }

  async #redrive(selection: RedrivePost, { will, action }: Ask): Promise<void> {
    if (this.#redrives.underWay.length > 0) return;
    return this.#try(async () => {
      const { api } = this.desk;
      const counted = await this.#redrives.run({ ...selection, dryRun: true }, api);
      if (!this.isConnected || counted.state === 'cancelled') return;
      if (counted.state === 'failed' || counted.foundCount === 0) return this.#tell(counted);
      const count = number(counted.foundCount) + (counted.more ? '+' : '');
      if (!(await this.desk.ask({ title: text('redriveAsk'), text: will(count), action }))) return;
      await this.#tell(await this.#redrives.run(selection, api));
    });
  }

  /** Says how it ended, and reads what is left. */
  async #tell({ state, redrivenCount }: RedriveJob): Promise<void> {
    if (!this.isConnected) return;
    const count = number(redrivenCount);
    this.desk.say(state === 'failed' ? text('redriveFailed', { count }) : text('redriven', { count }));
    this.open = null;
    await this.#causes.again();
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.trouble = null;
    await act().catch((error: unknown) => {
      this.trouble = error;
    });
  }

  static override styles = [
    look,
    sheet,
    css`
      .progress { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 1rem; padding: .875rem 1rem; margin-bottom: 1rem; }
      .progress div { flex: 1 1 12rem; min-width: 0; display: grid; gap: .375rem; overflow-wrap: anywhere; }
      progress { width: 100%; height: .5rem; accent-color: var(--mark); }
      .fold { justify-content: start; padding: .25rem .5rem; margin-inline-start: -.5rem; font-weight: 400; }
      .fold > .line { width: 1rem; color: var(--soft); transform: scaleX(var(--turn)); }
      .fold[aria-expanded=true] > .line { transform: rotate(90deg); }
      .cause { min-width: 0; } .cause .wrap { font-size: .9375rem; font-weight: 600; }
      .inside { flex: 1 0 100%; min-width: 0; margin-top: .375rem; border-radius: .625rem; background: var(--ground); }
      .inside li:first-child { border-top: 0; }
    `,
  ];
}

interface Ask {
  readonly will: (count: string) => string;
  /** Of the button. */
  readonly action: string;
}

interface Named {
  readonly app?: string | null;
  readonly appId?: string;
  readonly channel: string | null;
  readonly reason: string | null;
}

/** Of a cause, of a delivery that ended so, or of a redrive that selects it. */
function nameOf({ app, appId, channel, reason }: Named): string {
  return [reason, channel && channelName(channel), appId ?? app].filter((each) => each != null).join(' · ');
}

function row({ user, ...delivery }: FailedDelivery): TemplateResult {
  const { notificationId, subscription, attempts, plannedDateTime, lastAnswer } = delivery;
  const name = html`<bdi>${user?.name ?? user?.id ?? '–'}</bdi>`;
  const ended = lastAnswer ? [endName(lastAnswer.verdict), lastAnswer.status] : [];
  const answer = ended.filter((each) => each !== null).join(' · ');
  return html`<li><div class="what">${
    notificationId
      ? html`<a href=${hashOf('notifications', [notificationId])}>${name}</a>`
      : html`<span>${user ? html`<a href=${hashOf('people', [user.id])}>${name}</a>` : name} <span class="badge" title=${text('clearsScreen')}>${text('kindClear')}</span></span>`
  }<span class="small soft"><span class="mono">${subscription}</span> · ${text('attempts', { count: number(attempts) })}${answer === '' ? nothing : ` · ${answer}`}</span></div>
    <div class="side small soft"><time datetime=${plannedDateTime} title=${moment(plannedDateTime)}>${ago(plannedDateTime)}</time></div></li>`;
}

customElements.define('carillon-failed', FailedView);
