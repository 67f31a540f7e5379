// <carillon-overview>: how the hub does, live: what is posted, who listens, how deliveries end and how fast, what waits. It reads
// the last hour when it is entered, and the hub's metrics each five seconds while it is shown, of the node that answers.
import { css, html, nothing, type TemplateResult } from 'lit';
import { clock, every } from '../../clock.ts';
import { text, words } from '../../language.ts';
import { ago, number } from '../../parts/format.ts';
import { look, sheet } from '../../parts/look.ts';
import { channelName, endName, type Tone, toneOf } from '../../parts/names.ts';
import { bones, failure } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { hashOf } from '../../place.ts';
import type { Overview } from '../wire.ts';
import { readExposition, type Sample, sumOf } from './exposition.ts';
import { channelsOf, History, verdictsOf } from './history.ts';
import './chart.ts';

const everyMs = 5000;
const soonDays = 30;
const history = new History();

class OverviewView extends View {
  static override properties = { ...View.properties, trouble: { state: true } };
  declare private trouble: unknown;
  #stopReading = (): void => {};
  #hasHour = false;
  #overview: Overview | null = null;

  constructor() {
    super();
    this.trouble = null;
  }

  override entered(): void {
    this.#hasHour = false;
    void this.#read();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopReading = every(everyMs, () => {
      if (document.visibilityState === 'visible') void this.#read();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopReading();
  }

  async #read(): Promise<void> {
    try {
      if (!this.#hasHour) {
        this.#overview = await this.desk.api.get<Overview>('admin/overview');
        history.fill(this.#overview);
      }
      this.#hasHour = true;
      const answer = await this.desk.api.readBlob('metrics');
      history.add(readExposition(await answer.text()), clock.now() / 1000);
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
    this.requestUpdate();
  }

  override render(): TemplateResult {
    const { samples } = history;
    return html`
      <div class="head"><div><h1>${text('overview')}</h1><p class="soft small">${text('overviewText')}</p></div></div>
      ${this.trouble === null ? nothing : html`<section class="card">${failure(this.trouble, () => void this.#read())}</section>`}
      ${
        samples.length === 0
          ? this.trouble === null
            ? html`<section class="card">${bones()}</section>`
            : nothing
          : html`${tiles(samples)}${this.#charts()}<div class="two even">${deliveries(samples)}${health(samples)}</div>${this.#overview ? html`${latencyCharts(this.#overview)}${credentials(this.#overview)}` : nothing}`
      }`;
  }

  #charts(): TemplateResult {
    const { points } = history;
    const { tag } = words();
    const times = points.map(({ at }) => at);
    const small = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
    const rate = (value: number): string => `${small.format(value)}/s`;
    const whole = (value: number): string => small.format(value);
    const verdicts = verdictsOf(history.samples);
    const chart = (
      name: string,
      format: (value: number) => string,
      series: readonly object[],
    ): TemplateResult =>
      html`<carillon-chart .name=${name} .times=${times} .format=${format} .series=${series}></carillon-chart>`;
    return html`<div class="charts">
      ${chart(text('posted'), rate, [
        { name: text('creates'), values: points.map(({ creates }) => creates) },
        { name: text('changes'), values: points.map(({ changes }) => changes) },
      ])}
      ${chart(text('streams'), whole, [{ name: text('open'), values: points.map(({ streams }) => streams) }])}
      ${chart(
        text('deliveries'),
        rate,
        verdicts.map((verdict) => ({
          name: endName(verdict),
          values: points.map((point) => point.verdicts[verdict] ?? 0),
          tone: chartTones[verdict] ?? '',
        })),
      )}
      ${chart(text('latency'), seconds, [
        { name: 'p50', values: points.map(({ p50 }) => p50) },
        { name: 'p95', values: points.map(({ p95 }) => p95) },
      ])}
      ${chart(text('backlog'), whole, [{ name: text('waiting'), values: points.map(({ waiting }) => waiting) }])}
      ${chart(text('eventLoop'), seconds, [{ name: text('eventLoopMax'), values: points.map(({ lag }) => lag) }])}
    </div>`;
  }

  static override styles = [
    look,
    sheet,
    css`
      .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9rem, 100%), 1fr)); gap: .75rem; margin-bottom: 1rem; }
      .tile { padding: .75rem 1rem; }
      .tile b { display: block; font-size: 1.5rem; letter-spacing: -.02em; line-height: 1.3; }
      a.tile { color: inherit; font-weight: 400; }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem; margin-bottom: 1rem; }
      .two + .charts { margin-top: 1rem; }
    `,
  ];
}

/** Lines of one chart must be told apart, so that two verdicts share no tone. */
const chartTones: Readonly<Record<string, Tone>> = { accepted: 'good', refused: 'bad', retry: 'warn' };

function seconds(value: number): string {
  const { tag } = words();
  const [shown, unit] = value < 1 ? [value * 1000, 'millisecond'] : [value, 'second'];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, maximumFractionDigits: 1 }).format(shown);
}

/** How long until devices had it and showed it, minute by minute; only devices tell. */
function latencyCharts({ latencies }: Overview): TemplateResult {
  const times = latencies.map(({ endDateTime }) => Date.parse(endDateTime) / 1000);
  const chart = (name: string, kind: 'fetched' | 'shown'): TemplateResult => {
    const series = (['p50', 'p95', 'p99'] as const).map((share) => ({
      name: share,
      values: latencies.map((minute) => minute[kind][share]),
    }));
    return html`<carillon-chart .name=${name} .times=${times} .format=${seconds} .series=${series}></carillon-chart>`;
  };
  return html`<div class="charts">${chart(text('latencyFetched'), 'fetched')}${chart(text('latencyShown'), 'shown')}</div>`;
}

function credentials({ credentials: all, backlogByChannel }: Overview): TemplateResult {
  const waiting = backlogByChannel.filter(({ waitingCount }) => waitingCount > 0);
  return html`<section class="card"><header><h2>${text('credentials')}</h2></header><ul class="rows">
    ${waiting.map(
      ({ channel, waitingCount }) => html`<li><div class="what"><span>${channelName(channel)}</span></div>
        <div class="side"><span class="badge warn num">${text('waitingCount', { count: number(waitingCount) })}</span></div></li>`,
    )}
    ${all.map(
      ({ appId, channel, failingSinceDateTime, lastRefusal }) => html`<li><div class="what">
        <a href=${hashOf('apps', [appId, 'channels', channel])}><bdi>${appId}</bdi> · ${channelName(channel)}</a>
        ${lastRefusal && failingSinceDateTime ? html`<span class="small soft">${text('refusedSince', { time: ago(failingSinceDateTime) })} <span lang="en" dir="ltr">${lastRefusal.reason}</span></span>` : nothing}</div>
        <div class="side"><span class="badge ${lastRefusal ? 'bad' : 'good'}">${text(lastRefusal ? 'failing' : 'healthy')}</span></div></li>`,
    )}
    ${all.length === 0 ? html`<li><div class="what soft">${text('channelUnset')}</div></li>` : nothing}
  </ul></section>`;
}

function tiles(samples: readonly Sample[]): TemplateResult {
  const tile = (label: string, value: string): TemplateResult =>
    html`<div class="tile card"><span class="small soft">${label}</span><b class="num">${value}</b></div>`;
  return html`<div class="tiles">
    ${tile(text('creates'), number(sumOf(samples, 'carillon_creates_total')))}
    ${tile(text('streams'), number(sumOf(samples, 'carillon_streams')))}
    ${tile(text('oldestPending'), seconds(sumOf(samples, 'carillon_oldest_pending_seconds')))}
    ${tile(text('deadAddresses'), number(sumOf(samples, 'carillon_dead_addresses_total')))}
    ${tile(text('throttled'), number(sumOf(samples, 'carillon_throttled_total')))}
  </div>`;
}

function deliveries(samples: readonly Sample[]): TemplateResult {
  const countOf = (channel: string, verdict: string): number =>
    sumOf(samples, 'carillon_deliveries_total', { channel, verdict });
  return html`<section class="card"><header><h2>${text('deliveriesByChannel')}</h2><a class="small" href=${hashOf('failed')}>${text('failed')}</a></header>
    <ul class="rows">${channelsOf(samples).map((channel) => {
      const verdicts = verdictsOf(samples).filter((verdict) => countOf(channel, verdict) > 0);
      const counts = verdicts.map(
        (verdict) =>
          html`<span class="badge num ${toneOf(verdict)}">${endName(verdict)} ${number(countOf(channel, verdict))}</span>`,
      );
      const shown = counts.length > 0 ? counts : html`<span class="badge num">${number(0)}</span>`;
      return html`<li><div class="what"><span>${channelName(channel)}</span></div><div class="side">${shown}</div></li>`;
    })}</ul></section>`;
}

function health(samples: readonly Sample[]): TemplateResult {
  const state = (name: string): TemplateResult | typeof nothing => {
    const found = samples.find((each) => each.name === name);
    if (!found) return nothing;
    return html`<span class="badge ${found.value === 1 ? 'good' : 'bad'}">${text(found.value === 1 ? 'healthy' : 'failing')}</span>`;
  };
  const ends = samples.filter(
    ({ name, value }) => name === 'carillon_credentials_expire_days' && value < soonDays,
  );
  return html`<section class="card"><header><h2>${text('health')}</h2></header><ul class="rows">
    <li><div class="what"><span>${text('store')}</span></div><div class="side">${state('carillon_store_up')}</div></li>
    <li><div class="what"><span>${text('bus')}</span></div><div class="side">${state('carillon_bus_up') === nothing ? html`<span class="badge">${text('notUsed')}</span>` : state('carillon_bus_up')}</div></li>
    <li><div class="what"><span>${text('eventLoop')}</span></div><div class="side num small">${seconds(sumOf(samples, 'carillon_event_loop_lag_seconds'))}</div></li>
    <li><div class="what"><span>${text('memory')}</span></div><div class="side num small">${number(Math.round(sumOf(samples, 'carillon_process_resident_memory_bytes') / 1024 ** 2))} MiB</div></li>
    ${ends.map(
      ({
        labels,
        value,
      }) => html`<li><div class="what"><span>${text('credentialsEnd')}</span><span class="small soft mono">${Object.values(labels).join(' · ')}</span></div>
        <div class="side"><span class="badge ${value < 7 ? 'bad' : 'warn'} num">${text('inDays', { count: number(Math.floor(value)) })}</span></div></li>`,
    )}
  </ul></section>`;
}

customElements.define('carillon-overview', OverviewView);
