// The styles of <carillon-preferences>: the dialog, its forms and its list of mutes.
// Buttons and messages are in look.ts.
import { css } from 'lit';

export const preferencesLook = css`
  dialog { width: min(28rem, 100vw - 1.5rem); max-height: calc(100% - 2rem); margin: auto; padding: 1.25rem; overflow: auto; color: inherit; border: 1px solid var(--line); border-radius: 1.25rem; background: var(--paper); box-shadow: var(--shadow); }
  dialog::backdrop { background: #0006; }
  .head { display: flex; align-items: center; justify-content: space-between; gap: .75rem; margin-bottom: .75rem; }
  h1 { font-size: 1.125rem; }
  h2 { margin-bottom: .5rem; font-size: .8125rem; font-weight: 600; color: var(--soft); }
  section + section { margin-top: 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
  p { font-size: .875rem; overflow-wrap: anywhere; }
  form { display: grid; gap: .875rem; justify-items: start; }
  form > * { max-width: 100%; }
  fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
  legend { padding: 0; font-size: .8125rem; font-weight: 600; color: var(--soft); }
  .choice { display: flex; align-items: center; gap: .625rem; min-height: 2.25rem; overflow-wrap: anywhere; }
  .choice input { flex: none; width: 1.125rem; height: 1.125rem; accent-color: var(--mark); }
  .spans { display: flex; flex-wrap: wrap; gap: .5rem; }
  .times { display: flex; flex-wrap: wrap; gap: .75rem; }
  .times span { display: block; font-size: .8125rem; color: var(--soft); }
  .times input { padding: .4375rem .75rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--paper); }
  ul { margin: 0; padding: 0; list-style: none; }
  li { display: flex; align-items: center; gap: .75rem; min-height: 3.25rem; }
  .name { flex: 1; min-width: 0; line-height: 1.3; overflow-wrap: anywhere; }
  .name strong { display: block; font-weight: 600; }
  .name small { font-size: .75rem; }
  .problem { margin-bottom: .75rem; }
`;
