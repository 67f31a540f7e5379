// The parts above the list: the menu of a row, the picker of a time, the bar with the undo button; and the line below it with
// the state of the connection.
import { css } from 'lit';

export const floatingStyles = css`
  .menu {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 4px;
    min-inline-size: 232px;
    max-inline-size: calc(100vw - 16px);
    border: 0;
    border-radius: 10px;
    background: var(--surface-raised);
    box-shadow: var(--shadow);
    color: var(--text);
  }
  .entry {
    display: flex;
    align-items: center;
    gap: 10px;
    inline-size: 100%;
    min-block-size: 34px;
    padding: 4px 10px;
    border-radius: 7px;
    white-space: nowrap;
  }
  .entry .icon {
    color: var(--text-muted);
  }
  .entry:hover,
  .entry:focus-visible {
    outline: none;
    background: var(--wash);
  }
  .hint {
    margin-inline-start: auto;
    padding-inline-start: 20px;
    color: var(--text-muted);
    font-size: 0.75rem;
    font-variant-numeric: tabular-nums;
  }
  .picker {
    display: grid;
    gap: 8px;
    padding: 8px;
  }
  .picker label {
    font-weight: 600;
  }
  .picker input {
    padding: 6px 8px;
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    background: var(--surface);
  }
  .primary {
    padding: 7px 16px;
    border-radius: 8px;
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
    text-align: center;
  }
  .primary:hover {
    background: var(--accent-strong);
  }
  .snacks {
    position: relative;
    z-index: 3;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: flex-end;
    gap: 8px;
    block-size: 0;
  }
  .snack:last-child {
    margin-block-end: 12px;
  }
  .snack {
    display: flex;
    flex: none;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    max-inline-size: calc(100% - 24px);
    min-block-size: 40px;
    padding: 4px 6px;
    padding-inline-start: 16px;
    border-radius: 10px;
    background: var(--surface-inverse);
    box-shadow: 0 6px 20px rgb(0 0 0 / 22%);
    color: var(--text-inverse);
    animation: rise 160ms ease-out;
  }
  .undo {
    flex: none;
    padding: 5px 10px;
    border-radius: 7px;
    color: var(--accent-inverse);
    font-weight: 600;
  }
  .undo:hover {
    background: var(--wash-inverse);
  }
  .undo:focus-visible {
    outline-color: var(--accent-inverse);
  }
  @keyframes rise {
    from {
      opacity: 0;
      translate: 0 8px;
    }
  }
  .status {
    flex: none;
    color: var(--text-muted);
    font-size: 0.75rem;
  }
  .status p {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 16px;
    border-block-start: 1px solid var(--line);
  }
  .pulse {
    inline-size: 7px;
    block-size: 7px;
    margin-inline: 4px;
    border-radius: 50%;
    background: var(--accent);
    animation: pulse 1.4s ease-in-out infinite alternate;
  }
  @keyframes pulse {
    to {
      opacity: 0.3;
    }
  }
  @media (forced-colors: active) {
    .menu,
    .snack,
    .primary {
      border: 1px solid CanvasText;
    }
    .entry:focus-visible {
      outline: 2px solid Highlight;
    }
  }
`;
