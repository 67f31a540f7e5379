// The list as a section for each day: a sticky heading, and below it lists of notifications, those of a group under its name.
// Rows that are not in the document are margins of their neighbours, so that the scroll bar has the right size.
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ItemRow, Row } from '../list/rows.ts';
import type { InboxHost } from './host.ts';
import { icons } from './icons.ts';
import { type RowPlace, renderRow } from './row.ts';

interface Shown {
  readonly row: Row;
  /** Pixels between it and the one before that are not in the document. */
  before: number;
  after: number;
}

interface Section {
  readonly key: string;
  readonly heading: Shown;
  readonly runs: { readonly heading: Shown | null; readonly key: string; readonly rows: Shown[] }[];
}

export function renderList(host: InboxHost): TemplateResult {
  const { list, words } = host;
  return html`${newAbove(host)}<div class="scroller" part="list" ${ref(list.attach)}>
    <p class="hidden" id="keys">${words.text('keys')}</p>
    ${repeat(
      sectionsOf(host),
      (section) => section.key,
      (section) => renderSection(host, section),
    )}
  </div>`;
}

/** Rows that came above while the list was scrolled: how many, and the way to them. */
function newAbove({ list, words }: InboxHost): TemplateResult | typeof nothing {
  const { count } = list.newAbove;
  if (count === 0) return nothing;
  return html`<button class="above" part="above" type="button" @click=${() => void list.focusPosition(1)}>
    ${icons.up}<span>${words.count('announced', count)}</span></button>`;
}

/** The shown rows, parted into days and runs of a group; the heading of a day that begins above is shown too. */
function sectionsOf({ list }: InboxHost): Section[] {
  const { rows, offsets } = list;
  const sections: Section[] = [];
  const indexes = withHeadings(rows, list.shown());
  let end = 0;
  let last: Shown | null = null;
  for (const index of indexes) {
    const row = rows[index];
    if (!row) continue;
    last = { row, before: (offsets[index] ?? 0) - end, after: 0 };
    end = offsets[index + 1] ?? 0;
    place(sections, last);
  }
  if (last) last.after = (offsets.at(-1) ?? 0) - end;
  return sections;
}

function withHeadings(rows: readonly Row[], shown: readonly number[]): readonly number[] {
  const all = new Set(shown);
  let heading = -1;
  let next = 0;
  for (const index of shown) {
    // Backwards from each gap only: rows in sequence have passed their heading already.
    if (index !== next || heading < 0) {
      heading = index;
      while (heading > 0 && rows[heading]?.type !== 'day') heading -= 1;
      all.add(heading);
    }
    next = index + 1;
  }
  return [...all].sort((a, b) => a - b);
}

function place(sections: Section[], shown: Shown): void {
  const { row } = shown;
  const section = sections.at(-1);
  if (row.type === 'day') {
    sections.push({ key: row.key, heading: shown, runs: [] });
  } else if (row.type === 'group') {
    section?.runs.push({ heading: shown, key: row.key, rows: [] });
  } else {
    const run = section?.runs.at(-1);
    if (run?.key === row.run) run.rows.push(shown);
    else section?.runs.push({ heading: null, key: row.run, rows: [shown] });
  }
}

function groupOf(row: Row): string | null {
  return row.type === 'item' && row.isGrouped ? row.item.groupName : null;
}

function renderSection(host: InboxHost, { heading, runs }: Section): TemplateResult {
  const { row, before } = heading;
  const label = row.type === 'day' ? host.words.day(row.day, host.now) : '';
  return html`<section class="day" .style=${`margin-block:${before}px ${heading.after}px`} aria-label=${label}>
    <h3 class="day-name" part="day" data-row=${row.key}>${label}</h3>
    ${repeat(
      runs,
      (run) => run.key,
      (run) => html`${run.heading ? groupHeading(host, run.heading) : nothing}
        ${run.rows.length > 0 ? renderRun(host, run.rows, label) : nothing}`,
    )}
  </section>`;
}

function renderRun(host: InboxHost, rows: readonly Shown[], day: string): TemplateResult {
  const active = host.list.activeRow()?.key;
  const first = rows[0]?.row;
  return html`<div role="list" aria-label=${(first && groupOf(first)) ?? day} aria-describedby="keys">
    ${repeat(
      rows,
      ({ row }) => row.key,
      ({ row, before, after }) =>
        row.type === 'item'
          ? guardedRow(host, row, { before, after, isActive: row.key === active })
          : nothing,
    )}
  </div>`;
}

/** While it scrolls, a row that stays is not rendered again. */
function guardedRow(host: InboxHost, row: ItemRow, place: RowPlace): unknown {
  const minute = Math.floor(host.now / 60_000);
  const seen = [
    row,
    place.before,
    place.after,
    place.isActive,
    minute,
    host.words,
    host.direction,
    host.view,
    host.list.folds.isLong(row.key),
    host.list.folds.isOpen(row.key),
    host.visual.version,
  ];
  return guard([...seen, host.list.total], () => renderRow(host, row, place));
}

function groupHeading(host: InboxHost, { row, before, after }: Shown): TemplateResult | typeof nothing {
  if (row.type !== 'group') return nothing;
  const { words, view } = host;
  const label = words.text('markGroupRead', { group: row.name });
  return html`<div class="group" part="group" data-row=${row.key} .style=${`margin-block:${before}px ${after}px`}>
    <h4>${row.name}</h4>
    ${
      row.hasUnread && view === 'inbox'
        ? html`<button class="tool small" type="button" aria-label=${label} title=${label}
            @click=${() => host.actions.markAllRead(row.name)}>${icons.checks}</button>`
        : nothing
    }
  </div>`;
}
