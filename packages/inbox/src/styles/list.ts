// The scrolling list with the headings of days and groups. Scroll anchoring is the component's own work, so the
// browser's is off; what is scrolled does not touch the layout of the page.
import { css } from 'lit';

export const listStyles = css`
  .scroller {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
    contain: strict;
    scrollbar-width: thin;
    scrollbar-color: var(--line-strong) transparent;
  }
  .above {
    position: absolute;
    z-index: 3;
    inset-block-start: 8px;
    inset-inline: 0;
    display: flex;
    align-items: center;
    gap: 6px;
    inline-size: fit-content;
    min-block-size: 30px;
    margin-inline: auto;
    padding-inline: 10px 14px;
    border-radius: 15px;
    background: var(--accent);
    box-shadow: 0 4px 14px rgb(0 0 0 / 22%);
    color: var(--on-accent);
    font-size: 0.75rem;
    font-weight: 600;
  }
  .day,
  .day [role='list'] {
    display: flow-root;
  }
  .day-name {
    position: sticky;
    inset-block-start: 0;
    z-index: 2;
    padding: 12px 16px 6px;
    background: var(--surface-over);
    color: var(--text-muted);
    font-size: 0.75rem;
    font-weight: 600;
    line-height: 18px;
    backdrop-filter: blur(8px);
  }
  .group {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    padding-block: 6px 2px;
    padding-inline: 24px 16px;
    line-height: 20px;
  }
  .group h4 {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .tool.small {
    inline-size: 28px;
    block-size: 24px;
    margin-inline-end: -4px;
  }
  .link {
    flex: none;
    padding: 2px 6px;
    margin-inline-end: -6px;
    border-radius: 6px;
    color: var(--accent);
    font-size: 0.75rem;
    font-weight: 550;
  }
  .link:hover {
    background: var(--surface-hover);
  }
  .end {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    padding: 16px;
    color: var(--text-muted);
    font-size: 0.75rem;
  }
`;
