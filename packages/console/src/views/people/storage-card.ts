// What each app keeps for a person, as a bar of the most that it may; what is almost full is marked.
// Where the hub has not counted yet, it says so and shows an empty bar.
import { css, html, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { size } from '../../parts/format.ts';
import { marks } from '../../parts/marks.ts';
import { blank } from '../../parts/states.ts';
import type { Person } from '../wire.ts';

/** From here on it is said that room runs out. */
const fullFrom = 0.9;

export function storageCard(storage: Person['storage']): TemplateResult {
  return html`<section class="card"><header><h2>${text('storage')}</h2></header>
    ${
      storage.length === 0
        ? blank({ mark: marks.apps, title: text('storageNone') })
        : html`<p class="inner small soft">${text('storageText')}</p><ul class="rows">${storage.map(row)}</ul>`
    }</section>`;
}

function row({ appId, bytes, bytesMax }: Person['storage'][number]): TemplateResult {
  const said =
    bytes === null
      ? text('storageUnknown')
      : text('storageUsed', { used: size(bytes), most: size(bytesMax) });
  const isFull = bytes !== null && bytes >= fullFrom * bytesMax;
  return html`<li class="stored"><span><bdi>${appId}</bdi></span><span class="small soft num">${said}</span>
    <meter class=${isFull ? 'full' : ''} min="0" max=${bytesMax} .value=${bytes ?? 0} aria-label="${appId}: ${said}"></meter></li>`;
}

export const storageLook = css`
  .rows > .stored { display: grid; grid-template-columns: minmax(0, 1fr) auto; }
  .stored > :first-child { font-weight: 600; overflow-wrap: anywhere; }
  meter { grid-column: 1 / -1; width: 100%; height: .5rem; border: 0; border-radius: .25rem; background: var(--wash); overflow: hidden; appearance: none; }
  meter::-webkit-meter-bar { height: .5rem; border: 0; border-radius: .25rem; background: var(--wash); }
  meter::-webkit-meter-optimum-value { border-radius: .25rem; background: var(--mark); }
  meter::-moz-meter-bar { border-radius: .25rem; background: var(--mark); }
  meter.full::-webkit-meter-optimum-value { background: var(--bad); }
  meter.full::-moz-meter-bar { background: var(--bad); }
`;
