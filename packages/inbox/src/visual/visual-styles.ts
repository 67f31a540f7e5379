// How pictures, progress and actions of a row look. They are loaded with what draws them, and come after the styles of the
// component.
import { css } from 'lit';

export const visualStyles = css`
  .icon-picture {
    inline-size: 100%;
    block-size: 100%;
    border-radius: inherit;
    object-fit: cover;
  }
  .avatar.pictured {
    overflow: hidden;
    background: var(--surface-hover);
  }
  .shown-picture {
    inline-size: 100%;
    block-size: auto;
    max-block-size: 180px;
    margin-block-start: 8px;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--surface-hover);
    aspect-ratio: 2 / 1;
    object-fit: cover;
  }
  .progress {
    display: grid;
    gap: 3px;
    margin-block-start: 6px;
  }
  progress {
    appearance: none;
    inline-size: 100%;
    block-size: 6px;
    overflow: hidden;
    border: 0;
    border-radius: 3px;
    background: var(--line-strong);
  }
  progress::-webkit-progress-bar {
    background: none;
  }
  progress::-webkit-progress-value {
    border-radius: 3px;
    background: var(--accent);
    transition: inline-size 240ms;
  }
  progress::-moz-progress-bar {
    border-radius: 3px;
    background: var(--accent);
  }
  .progress-text {
    display: flex;
    gap: 8px;
    color: var(--text-muted);
    font-size: 0.75rem;
    line-height: 16px;
  }
  .progress-label {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .percent {
    flex: none;
    margin-inline-start: auto;
    font-variant-numeric: tabular-nums;
  }
  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-block-start: 8px;
  }
  .text .choice {
    display: inline-flex;
    align-items: center;
    min-block-size: 28px;
    max-inline-size: 100%;
    padding-inline: 12px;
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    background: var(--surface-raised);
    color: var(--text);
    font-weight: 550;
    overflow-wrap: anywhere;
    pointer-events: auto;
    text-decoration: none;
  }
  .text .choice:hover {
    border-color: var(--accent);
  }
  .text .choice.destructive {
    color: var(--danger);
  }
  .answer {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 6px;
    margin-block-start: 6px;
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  .answer q {
    flex: 1 0 100%;
    font-weight: 400;
    white-space: pre-wrap;
  }
  .open-until {
    color: var(--text-muted);
    font-variant-numeric: tabular-nums;
    font-weight: 450;
  }
  .reply {
    display: flex;
    flex: 1 0 100%;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    pointer-events: auto;
  }
  .line {
    flex: 1 1 160px;
    min-inline-size: 0;
    min-block-size: 28px;
    padding-inline: 10px;
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    background: var(--surface);
    color: inherit;
    font: inherit;
  }
  .sure {
    font-weight: 550;
  }
  .text .main {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  .text .main.destructive {
    background: var(--danger);
    color: var(--surface);
  }
  @media (hover: none) {
    .line {
      min-block-size: 40px;
      font-size: 1rem;
    }
    .text .choice {
      min-block-size: 40px;
      padding-inline: 16px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    progress::-webkit-progress-value {
      transition: none;
    }
  }
  @media (forced-colors: active) {
    progress {
      border: 1px solid CanvasText;
    }
    progress::-webkit-progress-value {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
