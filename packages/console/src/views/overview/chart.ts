// <carillon-chart>: lines over the last hour, drawn by uPlot; beside its name stands what each line is now, which a screen
// reader gets too. With nothing to draw it says so.
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import { clock } from '../../clock.ts';
import { text, words } from '../../language.ts';
import { look } from '../../parts/look.ts';
import type { Tone } from '../../parts/names.ts';

interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** What it means: a line that is good news is green in every chart. Without it, colours in their order. */
  readonly tone?: Tone;
}

/** Beside lines with a tone, the others have the colours that no tone has. */
function coloursOf(all: readonly Series[]): string[] {
  const others = all.some(({ tone }) => tone) ? ['s1', 's4', 's5'] : ['s0', 's1', 's2', 's3', 's4', 's5'];
  let next = 0;
  return all.map(({ tone }) => (tone ? `t-${tone}` : (others[next++ % others.length] ?? 's4')));
}

const heightPx = 150;

class Chart extends LitElement {
  static override properties = {
    name: { attribute: false },
    times: { attribute: false },
    series: { attribute: false },
    format: { attribute: false },
  };
  declare name: string;
  /** Seconds since 1970. */
  declare times: readonly number[];
  declare series: readonly Series[];
  declare format: (value: number) => string;
  #plot: uPlot | null = null;
  #shape = '';
  #size: ResizeObserver | null = null;
  readonly #theme = matchMedia('(prefers-color-scheme: dark)');

  override connectedCallback(): void {
    super.connectedCallback();
    this.#theme.addEventListener('change', this.#redraw);
    this.#size = new ResizeObserver(() => this.#plot?.setSize({ width: this.#width(), height: heightPx }));
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#theme.removeEventListener('change', this.#redraw);
    this.#size?.disconnect();
    this.#forget();
  }

  #redraw = (): void => {
    this.#forget();
    this.requestUpdate();
  };

  #forget(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #width(): number {
    return Math.max(160, Math.floor(this.clientWidth) - 24);
  }

  /** Of one point there is no line, and no span of time. */
  #isEmpty(): boolean {
    return this.series.every(({ values }) => values.filter((each) => each !== null).length < 2);
  }

  override render(): TemplateResult {
    const colours = coloursOf(this.series);
    return html`<figure class="card">
      <figcaption><strong>${this.name}</strong>
        <ul>${this.series.map(({ name, values }, index) => {
          const last = values.at(-1);
          return html`<li><i class=${colours[index]}></i>${name} <b class="num" dir="auto">${last == null ? '–' : this.format(last)}</b></li>`;
        })}</ul></figcaption>
      ${this.#isEmpty() ? html`<p class="none small soft">${text('noPoints')}</p>` : nothing}
      <div class="plot" aria-hidden="true" ?hidden=${this.#isEmpty()}></div>
    </figure>`;
  }

  override updated(_changed: PropertyValues): void {
    const data: uPlot.AlignedData = [[...this.times], ...this.series.map(({ values }) => [...values])];
    const shape = JSON.stringify([words().tag, this.series.map(({ name }) => name)]);
    if (this.#plot && shape === this.#shape) {
      this.#plot.setData(data);
      return;
    }
    this.#shape = shape;
    this.#forget();
    if (this.#isEmpty()) return;
    const place = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (place) this.#plot = new uPlot(this.#options(), data, place);
  }

  #options(): uPlot.Options {
    const colours = coloursOf(this.series);
    const colour = (selector: string, name: 'color' | 'backgroundColor'): string => {
      const element = this.renderRoot.querySelector(selector);
      return element ? getComputedStyle(element)[name] : 'gray';
    };
    const axis = {
      stroke: colour('figcaption', 'color'),
      grid: { stroke: colour('.plot', 'color'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui',
    };
    const time = new Intl.DateTimeFormat(words().tag, { timeStyle: 'medium', hourCycle: 'h23' });
    const now = clock.now() / 1000;
    return {
      width: this.#width(),
      height: heightPx,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 28, 0, 0],
      scales: {
        x: { time: true, range: (_plot, from, to) => [Math.min(from ?? now, (to ?? now) - 60), to ?? now] },
        y: { range: (_plot, _from, to) => [0, Math.max(1e-3, (to ?? 0) * 1.15 || 1)] },
      },
      axes: [
        {
          ...axis,
          values: (_plot, splits) => splits.map((each) => time.format(each * 1000)),
          space: 80,
          size: 26,
        },
        { ...axis, values: (_plot, splits) => splits.map((each) => this.format(each)), size: 56, space: 36 },
      ],
      series: [
        {},
        ...this.series.map((_, index) => ({
          stroke: colour(`i.${colours[index]}`, 'backgroundColor'),
          width: 2,
          points: { show: false },
          spanGaps: true,
        })),
      ],
    };
  }

  static override styles = [
    look,
    css`
      :host { display: block; min-width: 0; }
      figure { height: 100%; padding: .875rem .75rem .5rem; overflow: hidden; }
      figcaption { display: flex; flex-wrap: wrap; gap: .125rem .875rem; padding: 0 .25rem .375rem; color: var(--soft); font-size: .8125rem; }
      figcaption strong { flex: 1 0 100%; color: var(--ink); font-size: .9375rem; }
      figcaption ul { min-height: 1.25rem; }
      ul { display: flex; flex-wrap: wrap; gap: .125rem .75rem; }
      li { display: inline-flex; align-items: center; gap: .375rem; }
      li b { color: var(--ink); }
      i { width: .625rem; height: .625rem; border-radius: 50%; }
      .t-good { background: var(--good); } .t-bad { background: var(--bad); } .t-warn { background: var(--mark); }
      .s0 { background: var(--mark); } .s1 { background: var(--info); } .s2 { background: var(--bad); }
      .s3 { background: var(--good); } .s4 { background: var(--soft); } .s5 { background: var(--line-strong); }
      .plot { color: var(--line); direction: ltr; min-height: 150px; }
      .none { display: grid; place-items: center; min-height: 150px; }
      .uplot, .u-wrap { position: relative; }
      .u-wrap { user-select: none; }
      .u-over, .u-under, .u-axis { position: absolute; }
      .uplot canvas { display: block; position: relative; width: 100%; height: 100%; }
      .u-cursor-x, .u-cursor-y, .u-select, .u-cursor-pt { display: none; }
    `,
  ];
}

customElements.define('carillon-chart', Chart);
