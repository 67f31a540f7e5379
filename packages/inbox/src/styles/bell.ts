// The bell and its badge: quiet until there is something unread, and then the one spot of accent.
// The bell takes the size of a toolbar's button, 36 by 36 pixels.
import { css } from 'lit';

export const bellStyles = css`
  .bell {
    position: relative;
    display: inline-grid;
    place-items: center;
    inline-size: 36px;
    block-size: 36px;
    border-radius: 10px;
    color: var(--text-muted);
    transition:
      background var(--quick),
      color var(--quick);
  }
  .bell:hover,
  .bell[aria-expanded='true'] {
    background: var(--surface-hover);
    color: var(--text);
  }
  .badge {
    position: absolute;
    inset-block-start: 1px;
    inset-inline-start: 18px;
    min-inline-size: 17px;
    block-size: 17px;
    padding-inline: 4px;
    border-radius: 9px;
    background: var(--accent);
    box-shadow: 0 0 0 2px var(--surface);
    color: var(--on-accent);
    font-size: 10.5px;
    font-weight: 650;
    line-height: 17px;
    text-align: center;
    font-variant-numeric: tabular-nums;
  }
  .badge.quiet {
    inset-block-start: 5px;
    inset-inline-start: 22px;
    min-inline-size: 9px;
    block-size: 9px;
    padding: 0;
  }
  @media (forced-colors: active) {
    .badge {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
