// <carillon-nodes>: the processes of the hub, as the one that answers sees them: how each does, and which went silent.
// What they say of themselves comes every five seconds.
import { html, nothing, type TemplateResult } from 'lit';
import { every } from '../../clock.ts';
import { text } from '../../language.ts';
import { ago, moment, number } from '../../parts/format.ts';
import { look, sheet } from '../../parts/look.ts';
import { Reading } from '../../parts/reading.ts';
import { View } from '../../parts/view.ts';
import type { Paged } from '../../session/api.ts';
import type { Node } from '../wire.ts';

const readEveryMs = 5000;

class NodesView extends View {
  readonly #all = new Reading<readonly Node[]>(this);
  #stopReading = (): void => {};

  override entered(): void {
    void this.#all.read(async () => {
      const { value } = await this.desk.api.get<Paged<Node>>('admin/nodes');
      return value;
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopReading = every(readEveryMs, () => void this.#all.again());
  }

  override disconnectedCallback(): void {
    this.#stopReading();
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    return html`
      <div class="head"><div><h1>${text('nodes')}</h1><p class="soft small">${text('nodesText')}</p></div></div>
      <section class="card">${this.#all.show((rows) => html`<ul class="rows">${rows.map(row)}</ul>`)}</section>`;
  }

  static override styles = [look, sheet];
}

const badges = { up: 'badge good', draining: 'badge warn', silent: 'badge bad' } as const;
const states = { up: 'nodeUp', draining: 'nodeDraining', silent: 'nodeSilent' } as const;

function row(node: Node): TemplateResult {
  const { id, version, state, streams, createsPerSecond, eventLoopLagSeconds } = node;
  const lag = number(Math.round(eventLoopLagSeconds * 1000));
  return html`<li><div class="what"><span dir="ltr">${id}</span>
      <span class="small soft"><span class="mono" dir="ltr">${version}</span> · <span title=${moment(node.startedDateTime)}>${text('startedAt', { time: ago(node.startedDateTime) })}</span>${
        node.isAnswering ? html` · ${text('nodeAnswers')}` : nothing
      }</span>
      <span class="small soft num">${text('nodeNumbers', { streams: number(streams), creates: number(createsPerSecond), lag })}</span></div>
    <div class="side">
      ${node.isStoreUp ? nothing : html`<span class="badge bad">${text('storeAway')}</span>`}
      ${node.isBusUp === false && state !== 'silent' ? html`<span class="badge bad">${text('busAway')}</span>` : nothing}
      <span class=${badges[state]}>${text(states[state])}</span>
      <span class="small soft" title=${moment(node.lastHeardDateTime)}>${text('heardAt', { time: ago(node.lastHeardDateTime) })}</span>
    </div></li>`;
}

customElements.define('carillon-nodes', NodesView);
