// The places without a list: a quiet drawing, a sentence, what to do; and the skeletons while it loads, in the measures
// of real rows so that nothing jumps.
import { css } from 'lit';

export const emptyStyles = css`
  .place {
    display: grid;
    flex: 1;
    align-content: center;
    justify-items: center;
    gap: 4px;
    padding: 24px 32px 56px;
    overflow: auto;
    text-align: center;
  }
  .picture {
    margin-block-end: 12px;
  }
  .picture .shade {
    fill: var(--surface-hover);
  }
  .picture .far rect {
    fill: var(--surface-hover);
    stroke: var(--line);
    stroke-width: 1.5;
  }
  .picture .near rect {
    fill: var(--surface);
    stroke: var(--line-strong);
    stroke-width: 1.5;
  }
  .picture .line {
    stroke: var(--text-muted);
    stroke-width: 2;
    opacity: 0.9;
  }
  .picture .accent {
    stroke: var(--accent);
    stroke-width: 2.4;
  }
  .place-title {
    font-size: 0.9375rem;
    font-weight: 600;
  }
  .place-text,
  .place-reason {
    max-inline-size: 34ch;
    color: var(--text-muted);
    text-wrap: balance;
  }
  .place-reason {
    font-size: 0.75rem;
  }
  .place .primary {
    margin-block-start: 16px;
  }
  .loading {
    padding-block-start: 16px;
    overflow: hidden;
  }
  .skeleton {
    display: flex;
    gap: 12px;
    padding: 11px 16px;
    padding-inline-start: 24px;
  }
  .skeleton span {
    display: grid;
    flex: 1;
    gap: 8px;
    padding-block-start: 4px;
  }
  .skeleton i {
    display: block;
    block-size: 9px;
    border-radius: 5px;
    background: var(--surface-hover);
    animation: breathe 1.2s ease-in-out infinite alternate;
  }
  .skeleton .box {
    flex: none;
    inline-size: 32px;
    block-size: 32px;
    border-radius: 9px;
  }
  @keyframes breathe {
    to {
      opacity: 0.5;
    }
  }
`;
