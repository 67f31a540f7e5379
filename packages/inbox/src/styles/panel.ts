// The panel as a card above the page, as a sheet on a small screen and inline; its head with the filters.
// Everything sits on a grid of 4 pixels, with 16 at the sides.
import { css } from 'lit';

export const panelStyles = css`
  .panel {
    flex-direction: column;
    overflow: hidden;
    background: var(--surface);
    color: var(--text);
    container-type: inline-size;
  }
  .panel[popover] {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 0;
    border: 0;
    inline-size: var(--carillon-panel-width, 420px);
    max-inline-size: calc(100vw - 16px);
    block-size: min(var(--carillon-panel-height, 640px), var(--room, 80vh));
    max-block-size: none;
    border-radius: var(--radius);
    box-shadow: var(--shadow);
    transition:
      opacity var(--quick),
      translate var(--quick);
  }
  .panel:popover-open {
    display: flex;
  }
  @starting-style {
    .panel:popover-open {
      opacity: 0;
      translate: 0 -4px;
    }
  }
  :host([inline]) .panel {
    display: flex;
    position: relative;
    block-size: 100%;
  }
  @media (max-width: 480px) {
    .panel[popover] {
      inset: 0 !important;
      inline-size: 100%;
      max-inline-size: none;
      block-size: 100%;
      border-radius: 0;
      padding-block: env(safe-area-inset-top) env(safe-area-inset-bottom);
    }
  }
  .head {
    flex: none;
    border-block-end: 1px solid var(--line);
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 2px;
    min-block-size: 52px;
    padding-inline: 16px 10px;
  }
  .bar h2 {
    overflow: hidden;
    font-size: 1rem;
    font-weight: 650;
    letter-spacing: -0.01em;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .back {
    margin-inline: -8px 4px;
  }
  [dir='rtl'] .back .icon {
    transform: scaleX(-1);
  }
  .count {
    flex: none;
    margin-inline-start: 8px;
    padding: 1px 8px;
    border-radius: 10px;
    background: var(--accent-wash);
    color: var(--accent);
    font-size: 0.75rem;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .gap {
    flex: 1;
  }
  .tool {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 32px;
    block-size: 32px;
    border-radius: 8px;
    color: var(--text-muted);
    transition: background var(--quick);
  }
  .tool:hover {
    background: var(--surface-hover);
    color: var(--text);
  }
  .tool[aria-disabled='true'] {
    background: none;
    color: var(--line-strong);
    cursor: default;
  }
  .filters {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    padding: 0 16px 12px;
  }
  .segments {
    display: flex;
    gap: 2px;
    padding: 2px;
    border-radius: 8px;
    background: var(--surface-hover);
  }
  .segments button {
    padding: 3px 12px;
    border-radius: 6px;
    color: var(--text-muted);
    font-size: 0.75rem;
    font-weight: 550;
    white-space: nowrap;
  }
  .segments button:hover {
    color: var(--text);
  }
  .segments button[aria-pressed='true'] {
    background: var(--surface-raised);
    box-shadow: 0 1px 2px rgb(20 24 40 / 14%);
    color: var(--text);
  }
  .select {
    position: relative;
    display: flex;
    min-inline-size: 0;
    align-items: center;
    border-radius: 8px;
    color: var(--text-muted);
    font-size: 0.75rem;
    font-weight: 550;
  }
  .select:hover,
  .select.chosen {
    background: var(--surface-hover);
    color: var(--text);
  }
  .select select {
    min-inline-size: 0;
    max-inline-size: 180px;
    padding: 5px 8px;
    padding-inline-end: 26px;
    border: 0;
    border-radius: 8px;
    background: none;
    text-overflow: ellipsis;
    appearance: none;
    field-sizing: content;
    cursor: pointer;
  }
  .select option {
    background: var(--surface-raised);
    color: var(--text);
  }
  .select .icon {
    position: absolute;
    inset-inline-end: 6px;
    pointer-events: none;
  }
  .filters.wide {
    flex-wrap: wrap;
    justify-content: flex-start;
  }
  .search {
    position: relative;
    display: flex;
    flex: 1 1 240px;
    align-items: center;
    color: var(--text-muted);
  }
  .search .icon {
    position: absolute;
    inset-inline-start: 8px;
    pointer-events: none;
  }
  .search input {
    flex: 1;
    min-inline-size: 0;
    padding: 5px 8px;
    padding-inline-start: 30px;
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    background: var(--surface);
    color: var(--text);
  }
  .search input::placeholder {
    color: var(--text-muted);
    opacity: 1;
  }
  .content {
    position: relative;
    display: flex;
    flex: 1;
    flex-direction: column;
    min-block-size: 0;
  }
  @media (forced-colors: active) {
    .panel[popover] {
      border: 1px solid CanvasText;
    }
    .segments button[aria-pressed='true'] {
      outline: 2px solid Highlight;
    }
  }
`;
