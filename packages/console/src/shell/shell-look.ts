// The look of the shell: the rail with the navigation, the bar with the search, the account's menu. On a narrow screen the rail
// is a menu.
import { css } from 'lit';

export const shellLook = css`
  :host { display: block; min-height: 100vh; }
  .skip { position: absolute; z-index: 9; inset: -4rem auto auto .75rem; }
  .skip:focus { inset-block-start: .75rem; }
  .rail { position: fixed; inset-block: 0; inset-inline-start: 0; width: 14.5rem; padding: 1rem .75rem; border-inline-end: 1px solid var(--line); background: var(--paper); overflow-y: auto; }
  .brand { display: flex; align-items: center; gap: .625rem; padding: .25rem .5rem 1.125rem; color: inherit; font-size: 1.0625rem; letter-spacing: -.02em; }
  .brand:hover { text-decoration: none; }
  .bell { width: 2rem; height: 2rem; flex: none; }
  nav ul { display: grid; gap: .125rem; margin: 0; padding: 0; list-style: none; }
  nav li a { display: flex; align-items: center; gap: .75rem; min-height: 2.375rem; padding: .25rem .75rem; border-radius: .625rem; color: var(--soft); font-size: .9375rem; font-weight: 500; }
  nav li a:hover { background: var(--wash); color: var(--ink); text-decoration: none; }
  nav li a[aria-current] { background: var(--tint); color: var(--mark-strong); font-weight: 600; }
  .page { margin-inline-start: 14.5rem; }
  header { position: sticky; top: 0; z-index: 3; display: flex; align-items: center; gap: .625rem; padding: .75rem 1.5rem; background: var(--ground); }
  .search { position: relative; flex: 1; max-width: 40rem; }
  .search .line { position: absolute; inset-block: 0; inset-inline-start: .75rem; margin: auto 0; color: var(--soft); pointer-events: none; }
  .search input { min-height: 2.5rem; padding-inline: 2.5rem 2.25rem; border-radius: .75rem; text-overflow: ellipsis; }
  .search kbd { position: absolute; inset-block: 0; inset-inline-end: .625rem; height: 1.375rem; margin: auto 0; padding: 0 .4rem; border: 1px solid var(--line-strong); border-radius: .375rem; color: var(--soft); font: 600 .75rem/1.25rem var(--mono); }
  .search:focus-within kbd { display: none; }
  .account { margin-inline-start: auto; width: 2.25rem; min-height: 2.25rem; padding: 0; border: 0; border-radius: 50%; background: var(--tint); color: var(--mark-strong); text-transform: uppercase; }
  #content { max-width: 84rem; padding: .75rem 1.5rem 4rem; outline: none; }
  #account, #menu { position: fixed; inset: 3.75rem auto auto auto; margin: 0; padding: .5rem; color: inherit; }
  #account { inset-inline-end: 1rem; width: min(19rem, 100vw - 1.5rem); }
  #menu { inset-inline-start: .75rem; width: min(17rem, 100vw - 1.5rem); }
  #account > button, #account > .button { width: 100%; justify-content: flex-start; padding: .5rem .75rem; font-weight: 500; }
  .who { display: grid; gap: .125rem; justify-items: start; padding: .5rem .75rem .625rem; }
  .who strong { overflow-wrap: anywhere; }
  .choice { display: flex; align-items: center; justify-content: space-between; gap: .75rem; padding: .25rem .75rem; font-size: .875rem; }
  .choice span { margin: 0; font-size: inherit; font-weight: 500; color: inherit; }
  .choice select { width: auto; min-width: 8.5rem; }
  .about { margin: .375rem 0 0; padding: .625rem .75rem .25rem; border-top: 1px solid var(--line); }
  .said { position: fixed; z-index: 8; inset-block-end: 1.25rem; inset-inline: 1rem; width: fit-content; max-width: 40rem; margin: 0 auto; padding: .75rem 1.125rem; overflow-wrap: anywhere; }
  .narrow { display: none; }
  @media (max-width: 60rem) {
    .rail { display: none; }
    .page { margin: 0; }
    .narrow { display: inline-flex; flex: none; }
    header { padding: .625rem .75rem; }
    #content { padding: .5rem .75rem 4rem; }
    .search kbd { display: none; }
    .search input { padding-inline-end: .5rem; }
  }
`;
