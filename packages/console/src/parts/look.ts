// The shared styles of the console's views: buttons, fields, cards, rows of data, badges. Colours come from page.css as custom
// properties.
import { css } from 'lit';

export const look = css`
  :host { box-sizing: border-box; }
  *, *::before, *::after { box-sizing: inherit; }
  [hidden] { display: none !important; }
  h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  h1 { font-size: 1.375rem; line-height: 1.25; letter-spacing: -.02em; overflow-wrap: anywhere; }
  h2 { font-size: 1rem; line-height: 1.3; letter-spacing: -.01em; }
  h3 { font-size: .875rem; }
  a { color: var(--mark); text-decoration: none; font-weight: 600; }
  a:hover { text-decoration: underline; text-underline-offset: .15em; }
  button, input, select, textarea { font: inherit; color: inherit; }
  button, .button {
    display: inline-flex; align-items: center; justify-content: center; gap: .5rem;
    min-height: 2.25rem; padding: .3125rem .875rem;
    border: 1px solid var(--line-strong); border-radius: .625rem;
    background: var(--paper); color: var(--ink); font-size: .875rem; font-weight: 600; cursor: pointer; text-align: start;
    -webkit-tap-highlight-color: transparent;
  }
  button:hover, .button:hover { background: var(--mark-wash); text-decoration: none; }
  button:disabled { opacity: .55; cursor: default; }
  .main { border-color: var(--mark); background: var(--mark); color: var(--on-mark); }
  .main:hover { border-color: var(--mark-strong); background: var(--mark-strong); }
  .bare { border-color: transparent; background: transparent; }
  .bare:hover { background: var(--wash); }
  button.bad { color: var(--bad); }
  button.bad.main { border-color: var(--bad); background: var(--bad); color: var(--paper); }
  .icon { width: 2.25rem; padding: 0; color: var(--soft); }
  .icon:hover { color: var(--ink); }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  input:where(:not([type=checkbox], [type=radio])), select, textarea {
    width: 100%; min-height: 2.25rem; padding: .3125rem .625rem; border: 1px solid var(--line-strong); border-radius: .625rem; background: var(--paper);
  }
  textarea { resize: vertical; line-height: 1.45; }
  input::placeholder, textarea::placeholder { color: var(--soft); opacity: 1; }
  label > span, .label { display: block; margin-bottom: .25rem; font-size: .8125rem; font-weight: 600; color: var(--soft); }
  .line { width: 1.125rem; height: 1.125rem; flex: none; }
  .soft { color: var(--soft); }
  .small { font-size: .8125rem; }
  .num { font-variant-numeric: tabular-nums; }
  code, pre, .mono { font-family: var(--mono); font-size: .8125rem; }
  .wrap { overflow-wrap: anywhere; }
  .card { border: 1px solid var(--line-soft); border-radius: 1rem; background: var(--paper); box-shadow: var(--shadow); }
  .problem { padding: .75rem 1rem; border-radius: .75rem; background: var(--bad-ground); color: var(--bad); overflow-wrap: anywhere; }
  .note { padding: .75rem 1rem; border-radius: .75rem; background: var(--tint); overflow-wrap: anywhere; }
  .badge { display: inline-flex; align-items: center; gap: .3rem; padding: .0625rem .5rem; border-radius: 1rem; background: var(--wash); color: var(--ink); font-size: .75rem; font-weight: 600; line-height: 1.5; white-space: nowrap; }
  .badge.good { background: var(--good-ground); color: var(--good); }
  .badge.warn { background: var(--warn-ground); color: var(--warn); }
  .badge.bad { background: var(--bad-ground); color: var(--bad); }
  .badge.info { background: var(--info-ground); color: var(--info); }
  summary { cursor: pointer; }
  .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (prefers-reduced-motion: no-preference) {
    button, .button { transition: background-color .12s, border-color .12s, color .12s; }
  }
`;

/** How a view is laid out, and its lists. */
export const sheet = css`
  :host { display: block; }
  .head { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; margin-bottom: 1.25rem; }
  .head > div:first-child { flex: 1 1 16rem; min-width: 0; }
  .pre { white-space: pre-line; text-wrap: pretty; }
  .head .acts, .acts { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
  .up { display: inline-flex; align-items: center; gap: .25rem; margin-bottom: .25rem; font-size: .8125rem; }
  .up .line { transform: scaleX(var(--turn)); width: .875rem; }
  .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .two { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; align-items: start; }
  @media (min-width: 75rem) { .two { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } .two.even { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
  section.card > header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; padding: .875rem 1rem .625rem; }
  section.card > header h2 { flex: 1 1 auto; }
  section.card > .inner { padding: 0 1rem 1rem; }
  .rows > li, .row { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .875rem; padding: .625rem 1rem; border-top: 1px solid var(--line-soft); min-width: 0; }
  .card > .rows:first-child > li:first-child { border-top: 0; }
  .rows .what { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
  .rows .what > :first-child { font-weight: 600; }
  .rows .what .small { display: block; }
  .rows a.what { color: inherit; font-weight: 400; }
  .rows li:has(> a.what):hover { background: var(--mark-wash); }
  .rows > li > .line { color: var(--soft); }
  .rows .side { display: flex; flex-wrap: wrap; align-items: center; gap: .375rem .5rem; }
  .facts { display: grid; grid-template-columns: minmax(0, max-content) minmax(0, 1fr); gap: .375rem 1rem; font-size: .875rem; }
  .facts dt { color: var(--soft); }
  .facts dd { overflow-wrap: anywhere; min-width: 0; }
  .more { display: flex; justify-content: center; padding: .75rem; border-top: 1px solid var(--line-soft); }
  .filters { display: flex; flex-wrap: wrap; align-items: end; gap: .625rem; margin-bottom: 1rem; }
  .filters > label { flex: 1 1 9rem; max-width: 16rem; }
  .form { display: grid; grid-template-columns: minmax(0, 1fr); gap: .875rem; }
  .form .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: .875rem; }
  pre { margin: 0; padding: .75rem .875rem; border-radius: .625rem; background: var(--ground); border: 1px solid var(--line-soft); white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.55; }
  .blank { padding: 2.25rem 1rem; text-align: center; color: var(--soft); }
  .blank > .line { width: 2rem; height: 2rem; opacity: .6; }
  .blank strong { display: block; color: var(--ink); margin: .375rem 0 .125rem; }
  .blank p { max-width: 34rem; margin-inline: auto; text-wrap: pretty; }
  .blank .acts { justify-content: center; margin-top: .875rem; }
  .bones { display: grid; gap: .625rem; padding: 1rem; }
  .bones i { height: 1.125rem; border-radius: .375rem; background: var(--wash); }
  .bones i:nth-child(2) { width: 82%; } .bones i:nth-child(3) { width: 64%; } .bones i:nth-child(4) { width: 73%; }
  @media (prefers-reduced-motion: no-preference) {
    .bones i { animation: breathe 1.4s ease-in-out infinite alternate; }
    @keyframes breathe { from { opacity: 1; } to { opacity: .45; } }
  }
`;
