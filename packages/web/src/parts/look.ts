// The shared styles of the page's buttons, cards and messages. Colours
// come from page.css as custom properties.
import { css } from 'lit';

export const look = css`
  :host { box-sizing: border-box; }
  *, *::before, *::after { box-sizing: inherit; }
  [hidden] { display: none !important; }
  h1, h2, p { margin: 0; }
  button, input { font: inherit; color: inherit; }
  button {
    display: inline-flex; align-items: center; justify-content: center; gap: .5rem;
    min-height: 2.5rem; padding: .4375rem 1rem;
    border: 1px solid var(--line); border-radius: .75rem;
    background: var(--paper); font-weight: 600; cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  button:hover { background: var(--mark-wash); }
  button:disabled { opacity: .55; cursor: default; }
  button.main { border-color: var(--mark); background: var(--mark); color: var(--on-mark); }
  button.main:hover { border-color: var(--mark-strong); background: var(--mark-strong); }
  button.bare { border-color: transparent; background: transparent; }
  button.bare:hover { background: var(--wash); }
  button.icon { width: 2.5rem; padding: 0; color: var(--soft); }
  button.icon:hover { color: var(--ink); }
  button.bad { color: var(--bad); }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  .language { display: flex; align-items: center; justify-content: space-between; gap: .75rem; padding: .25rem .75rem; }
  select { font: inherit; color: inherit; padding: .3125rem .5rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--paper); }
  .line { width: 1.25rem; height: 1.25rem; flex: none; }
  .soft { color: var(--soft); }
  .problem { padding: .75rem 1rem; border-radius: .75rem; background: var(--bad-ground); color: var(--bad); overflow-wrap: anywhere; }
  .card {
    border: 1px solid var(--line-soft); border-radius: 1.25rem;
    background: var(--paper); box-shadow: var(--shadow);
  }
  @media (prefers-reduced-motion: no-preference) {
    button { transition: background-color .12s, border-color .12s, color .12s; }
  }
`;
