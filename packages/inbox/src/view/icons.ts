// The drawings: 16-pixel icons of one stroke, and the pictures of the empty states. All are decoration; the words stand
// beside them or in the label of their button.
import { svg, type TemplateResult } from 'lit';

const stroke = (paths: TemplateResult, size = 16): TemplateResult => svg`<svg
  class="icon" width=${size} height=${size} viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4"
  stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`;

export const icons = {
  bell: stroke(
    svg`<path d="M8 1.8a4.2 4.2 0 0 0-4.2 4.2c0 3.6-1.5 4.7-1.5 5.4h11.4c0-.7-1.5-1.8-1.5-5.4A4.2 4.2 0 0 0 8 1.8Z"/><path d="M6.5 13.6a1.6 1.6 0 0 0 3 0"/>`,
    20,
  ),
  checks: stroke(
    svg`<path d="M1.6 6.2 6.5 3l4.9 3.2v5.4H1.6ZM1.6 6.4l4.9 2.9 4.9-2.9"/><path d="M13.9 5.4v8.4H4.4"/>`,
  ),
  history: stroke(
    svg`<path d="M2.2 8a5.8 5.8 0 1 0 1.9-4.3L2.3 5.3"/><path d="M2.2 2.4v3h3"/><path d="M8 5v3.2l2 1.3"/>`,
  ),
  back: stroke(svg`<path d="M13 8H3m0 0 4-4M3 8l4 4"/>`),
  restore: stroke(svg`<path d="M3 6.5h6.2a3.4 3.4 0 1 1 0 6.8H6.4M3 6.5l3-3m-3 3 3 3"/>`),
  unsnooze: stroke(
    svg`<path d="M8 2.4a3.8 3.8 0 0 0-3.8 3.8c0 3-1.3 4-1.3 4.6h10.2c0-.6-1.3-1.6-1.3-4.6A3.8 3.8 0 0 0 8 2.4Z"/><path d="M6.7 13a1.4 1.4 0 0 0 2.6 0"/>`,
  ),
  search: stroke(svg`<circle cx="7" cy="7" r="4.4"/><path d="m10.4 10.4 3.2 3.2"/>`),
  up: stroke(svg`<path d="M8 13V3m0 0L4 7m4-4 4 4"/>`),
  close: stroke(svg`<path d="m4 4 8 8m0-8-8 8"/>`),
  read: stroke(svg`<path d="M2.2 6.4 8 2.6l5.8 3.8v7H2.2ZM2.2 6.6 8 10.2l5.8-3.6"/>`),
  unread: stroke(
    svg`<path d="M10 3.8H2.2v8.8h11.6V7.4M2.4 4.2 8 8.6l2.2-1.7"/><circle cx="13" cy="4.2" r="1.8" fill="currentColor" stroke="none"/>`,
  ),
  snooze: stroke(svg`<circle cx="8" cy="8.6" r="5"/><path d="M8 6v2.8l1.8 1.1M2 4.2 4 2.4m10 1.8-2-1.8"/>`),
  dismiss: stroke(svg`<path d="m3.4 8.4 3 3 6.2-6.8"/>`),
  delete: stroke(
    svg`<path d="M2.8 4.4h10.4M6.2 4.2V2.9h3.6v1.3M4.2 4.6l.6 8.6h6.4l.6-8.6M6.8 7v3.8M9.2 7v3.8"/>`,
  ),
  urgent: stroke(svg`<path d="M8 2.6v6.8M8 12.6v.1"/>`, 12),
  more: stroke(
    svg`<g fill="currentColor" stroke="none"><circle cx="3.4" cy="8" r="1.2"/><circle cx="8" cy="8" r="1.2"/><circle cx="12.6" cy="8" r="1.2"/></g>`,
  ),
  mute: stroke(svg`<path d="M2.4 6.2v3.6h2.4L8 12.6V3.4L4.8 6.2ZM10.6 6.2l3.4 3.6m0-3.6-3.4 3.6"/>`),
  calendar: stroke(
    svg`<rect x="2.4" y="3.4" width="11.2" height="10" rx="1.6"/><path d="M2.4 6.6h11.2M5.4 2v2.4M10.6 2v2.4"/>`,
  ),
  offline: stroke(
    svg`<path d="M2 2.4 14 13.6M5.2 12.6h6.4a2.6 2.6 0 0 0 1.6-.6M13.9 9.6a2.6 2.6 0 0 0-2.3-2.2A3.9 3.9 0 0 0 7 4.3M4.6 6.6a3 3 0 0 0-.1 6"/>`,
  ),
  chevron: stroke(svg`<path d="m4.8 6.4 3.2 3.2 3.2-3.2"/>`),
} as const;

const picture = (content: TemplateResult): TemplateResult => svg`<svg
  class="picture" width="128" height="96" viewBox="0 0 128 96" fill="none" stroke-linecap="round"
  stroke-linejoin="round" aria-hidden="true"><ellipse class="shade" cx="64" cy="85" rx="42" ry="5"/>${content}</svg>`;

const card = svg`<g class="far"><rect x="30" y="18" width="68" height="22" rx="7"/></g>
  <g class="near"><rect x="22" y="30" width="84" height="46" rx="10"/></g>`;

export const pictures = {
  empty: picture(svg`${card}
    <g class="line"><circle cx="64" cy="53" r="13"/><path class="accent" d="m58 53.4 4.2 4.2 8-8.8"/></g>`),
  filtered: picture(svg`${card}
    <g class="line"><path d="M36 44h56M44 53h40"/><path class="accent" d="M54 62h20"/></g>`),
  history: picture(svg`${card}
    <g class="line"><circle cx="64" cy="53" r="13"/><path class="accent" d="M64 46v7.4l4.8 3"/></g>`),
  offline: picture(svg`${card}
    <g class="line"><path d="M51 52a19 19 0 0 1 26 0M57 58a10.5 10.5 0 0 1 14 0M64 64.4v.1"/><path class="accent" d="m50 42 28 26"/></g>`),
  signedOut: picture(svg`${card}
    <g class="line"><rect x="54" y="51" width="20" height="15" rx="4"/><path d="M58 51v-4a6 6 0 0 1 12 0v4"/><path class="accent" d="M64 57v3.4"/></g>`),
  error: picture(svg`${card}
    <g class="line"><path d="M64 41.5 78 65.5H50Z"/><path class="accent" d="M64 50v6.6M64 60.8v.1"/></g>`),
} as const;
