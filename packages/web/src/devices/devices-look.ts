// The styles of <carillon-devices>: its lists, the form of a name, the question before a removal, and the push switch.
// Buttons and messages are in look.ts.
import { css } from 'lit';

export const devicesLook = css`
  :host { display: block; }
  h2 { margin-bottom: .5rem; font-size: .8125rem; font-weight: 600; letter-spacing: .01em; color: var(--soft); }
  section + section { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
  ul { margin: 0; padding: 0; list-style: none; }
  li { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; min-height: 3.25rem; }
  li + li { margin-top: .5rem; }
  .what { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: .75rem; background: var(--tint); color: var(--mark); }
  .name { flex: 1; min-width: 0; line-height: 1.3; }
  .name strong { display: block; overflow-wrap: anywhere; font-weight: 600; }
  small { font-size: .8125rem; }
  .name small { font-size: .75rem; }
  small b { font-weight: 600; color: var(--good); }
  .acts { display: flex; margin-inline-end: -.5rem; }
  .acts button { width: 2.25rem; min-height: 2.25rem; }
  form { display: flex; flex: 1; gap: .5rem; min-width: 0; }
  input { flex: 1; min-width: 0; padding: .4375rem .75rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--paper); }
  .confirm { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: .25rem .5rem; width: 100%; padding: .5rem .75rem; border-radius: .75rem; background: var(--wash); font-size: .875rem; }
  .confirm > :first-child { flex: 1 1 12rem; }
  .push { display: flex; align-items: center; gap: 1rem; margin-top: .75rem; }
  .push label { flex: 1; min-width: 0; line-height: 1.35; }
  .push label span { display: block; font-weight: 600; }
  button[role="switch"] { flex: none; width: 3rem; min-height: 1.75rem; padding: .1875rem; justify-content: flex-start; border-radius: 1rem; background: var(--wash-strong); border-color: transparent; }
  button[role="switch"] i { width: 1.25rem; height: 1.25rem; border-radius: 50%; background: #fff; box-shadow: 0 1px 3px #0005; }
  button[role="switch"][aria-checked="true"] { background: var(--mark); }
  button[role="switch"][aria-checked="true"] i { translate: calc(1.25rem * var(--turn)); }
  .none { font-size: .9375rem; }
  .help { margin-top: .75rem; font-size: .8125rem; }
  @media (forced-colors: active) {
    button[role="switch"] { border-color: ButtonText; background: Canvas; forced-color-adjust: none; }
    button[role="switch"] i { background: ButtonText; box-shadow: none; }
    button[role="switch"][aria-checked="true"] { border-color: Highlight; background: Highlight; }
    button[role="switch"][aria-checked="true"] i { background: HighlightText; }
    button[role="switch"]:disabled { border-color: GrayText; }
    button[role="switch"]:disabled i { background: GrayText; }
  }
  .problem { margin-bottom: 1rem; }
  @media (prefers-reduced-motion: no-preference) { button[role="switch"] i { transition: translate .15s; } }`;
