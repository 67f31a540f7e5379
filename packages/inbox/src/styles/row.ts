// One row: dot, avatar, text, time. Its actions replace the time while it is hovered or focused. Unread is shown three times,
// by the dot, by weight and by a tint, and never by colour alone.
import { css } from 'lit';

export const rowStyles = css`
  .row {
    position: relative;
    touch-action: pan-y;
  }
  .face {
    position: relative;
    display: grid;
    grid-template-columns: 24px 32px minmax(0, 1fr);
    column-gap: 0;
    padding-block: 10px;
    padding-inline: 0 16px;
    background: var(--surface);
    translate: var(--swipe, 0);
    transition: background var(--quick);
    user-select: none;
    -webkit-touch-callout: none;
  }
  .grouped::before {
    position: absolute;
    z-index: 1;
    inset-block: 0;
    inset-inline-start: 2px;
    inline-size: 2px;
    background: var(--line-strong);
    content: '';
  }
  .group-end {
    padding-block-end: 8px;
    border-block-end: 1px solid var(--line);
    margin-block-end: 0;
  }
  .group-end::before {
    inset-block-end: 8px;
  }
  .open {
    position: absolute;
    inset: 0;
  }
  .dot,
  .avatar,
  .text {
    position: relative;
    pointer-events: none;
  }
  .text a,
  .fold,
  .whole {
    pointer-events: auto;
  }
  .text a {
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 2px;
  }
  .whole {
    user-select: text;
    cursor: text;
  }
  .fold {
    justify-self: start;
    min-block-size: 24px;
    margin-inline-start: -4px;
    padding-inline: 4px;
    border-radius: 6px;
    color: var(--accent);
    font-size: 0.75rem;
    font-weight: 550;
  }
  .fold:hover {
    background: var(--surface-hover);
  }
  .row:not([data-swipe]) .face {
    transition:
      background var(--quick),
      translate 160ms;
  }
  .unread .face {
    background: var(--surface-unread);
  }
  .open:focus-visible {
    outline-offset: -2px;
    border-radius: 8px;
  }
  .dot {
    align-self: start;
    justify-self: center;
    inline-size: 7px;
    block-size: 7px;
    margin-block-start: 13px;
    border-radius: 50%;
  }
  .unread .dot {
    background: var(--accent);
  }
  .avatar {
    display: grid;
    place-items: center;
    inline-size: 32px;
    block-size: 32px;
    margin-block-start: 1px;
    border-radius: 9px;
    background: hsl(var(--hue) 60% 90%);
    color: hsl(var(--hue) 60% 25%);
    font-size: 0.875rem;
    font-weight: 650;
  }
  @supports (color: light-dark(red, red)) {
    .avatar {
      background: light-dark(oklch(0.93 0.035 var(--hue)), oklch(0.34 0.045 var(--hue)));
      color: light-dark(oklch(0.42 0.1 var(--hue)), oklch(0.88 0.06 var(--hue)));
    }
  }
  .text,
  .said,
  .words {
    display: grid;
    gap: 1px;
    padding-inline-start: 12px;
  }
  .meta {
    display: flex;
    align-items: center;
    gap: 6px;
    min-inline-size: 0;
    color: var(--text-muted);
    font-size: 0.75rem;
    line-height: 16px;
  }
  .app,
  .note,
  .became {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .note::before,
  .became::before {
    content: '·';
    margin-inline-end: 6px;
  }
  .became {
    flex: none;
    color: var(--text);
    font-weight: 550;
  }
  .urgency {
    display: inline-flex;
    flex: none;
    align-items: center;
    gap: 2px;
    padding-inline: 4px 6px;
    border-radius: 5px;
    background: var(--accent-wash);
    color: var(--text);
    font-weight: 550;
  }
  .critical .urgency {
    background: var(--danger-wash);
  }
  .timeSensitive .face::after,
  .critical .face::after {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    inline-size: 3px;
    background: var(--accent);
    content: '';
  }
  .critical .face::after {
    background: var(--danger);
  }
  .snoozed .meta {
    flex-wrap: wrap;
    row-gap: 0;
  }
  .snoozed .became {
    order: 1;
    flex: 1 0 100%;
  }
  .snoozed .became::before {
    content: none;
  }
  .meta time {
    flex: none;
    margin-inline-start: auto;
    padding-inline-start: 8px;
    font-variant-numeric: tabular-nums;
  }
  .said,
  .words {
    padding: 0;
  }
  .name,
  .body {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    line-clamp: 2;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .name.whole,
  .body.whole {
    display: block;
  }
  .name {
    font-weight: 450;
    line-height: 19px;
  }
  .unread .name {
    font-weight: 600;
  }
  .dismissed .name {
    color: var(--text-muted);
  }
  .dismissed .avatar,
  .snoozed .avatar {
    background: none;
    box-shadow: inset 0 0 0 1px var(--line-strong);
    color: var(--text-muted);
  }
  .low .avatar {
    opacity: 0.75;
  }
  .body {
    color: var(--text-muted);
    line-height: 19px;
  }
  .acts {
    position: absolute;
    inset-block-start: 3px;
    inset-inline-end: 10px;
    display: flex;
    gap: 0;
    border-radius: 9px;
    background: var(--surface-raised);
    box-shadow:
      0 0 0 1px var(--line),
      0 2px 6px rgb(20 24 40 / 10%);
    opacity: 0;
    pointer-events: none;
  }
  .act {
    display: grid;
    place-items: center;
    inline-size: 28px;
    block-size: 24px;
    border-radius: 7px;
    color: var(--text-muted);
  }
  .act:hover {
    background: var(--wash);
    color: var(--text);
  }
  .act.delete:hover {
    color: var(--danger);
  }
  .act.more {
    display: none;
  }
  @supports selector(:has(a)) {
    .row:focus-within:has(:focus-visible) .acts {
      opacity: 1;
      pointer-events: auto;
    }
  }
  @supports not selector(:has(a)) {
    .row:focus-within .acts {
      opacity: 1;
      pointer-events: auto;
    }
  }
  @media (hover: hover) {
    .row:hover .face {
      background: var(--surface-hover);
    }
    .row:hover .acts {
      opacity: 1;
      pointer-events: auto;
    }
  }
  @media (hover: none) {
    .acts {
      inset-block-start: auto;
      inset-block-end: 8px;
      background: none;
      box-shadow: none;
      opacity: 1;
      pointer-events: auto;
    }
    .text {
      padding-inline-end: 28px;
    }
    .meta {
      margin-inline-end: -28px;
    }
    .act:not(.more) {
      display: none;
    }
    .act.more {
      display: grid;
    }
  }
  .row[data-swipe] {
    background: var(--accent);
  }
  .row[data-swipe]::after {
    position: absolute;
    inset-block: 0;
    inset-inline-end: 12px;
    display: grid;
    /* It stands in what is free where letting go acts. */
    max-inline-size: calc(30% - 14px);
    align-items: center;
    color: var(--on-accent);
    content: attr(data-word);
    font-size: 0.75rem;
    font-weight: 600;
    line-height: 1.25;
    text-align: end;
  }
  .row[data-swipe='end']::after {
    inset-inline: 12px auto;
    color: #fff;
    text-align: start;
  }
  .row[data-swipe] .face {
    z-index: 1;
  }
  .row[data-swipe] .acts {
    display: none;
  }
  .row[data-swipe='end'] {
    background: #1c7a4d;
  }
  @media (forced-colors: active) {
    .unread .dot {
      background: Highlight;
      forced-color-adjust: none;
    }
    .avatar,
    .acts {
      border: 1px solid CanvasText;
    }
  }
`;
