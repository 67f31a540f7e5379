// The middle of the page while nobody may see the console: the sign-in button, or why there is none and what helps.
// The language can be chosen here too.
import { css, html, nothing, type TemplateResult } from 'lit';
import { bellMark } from '../parts/marks.ts';
import { languageMenu } from './menus.ts';

export interface Outside {
  readonly title: string;
  readonly text: string;
  readonly problem?: string | null;
  /** For a shell. */
  readonly command?: string;
  readonly link?: string;
  readonly linkText?: string;
  readonly action?: { readonly label: string; readonly busy: boolean; run(): void };
}

export function outsidePage({
  title,
  text,
  problem,
  command,
  link,
  linkText,
  action,
}: Outside): TemplateResult {
  return html`<main class="outside"><div class="card">
    ${bellMark}
    <h1>${title}</h1>
    <p class="soft">${text}</p>
    ${command ? html`<pre dir="ltr">${command}</pre>` : nothing}
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
    ${action ? html`<button class="main" ?disabled=${action.busy} @click=${action.run}>${action.label}</button>` : nothing}
    ${link ? html`<p><a href=${link}>${linkText ?? html`<span dir="ltr">${link}</span>`}</a></p>` : nothing}
    ${languageMenu()}
  </div></main>`;
}

export const outsideLook = css`
  .outside { display: grid; place-items: center; min-height: 100vh; padding: 1.5rem; background: radial-gradient(60rem 40rem at 50% -10rem, var(--tint), transparent); }
  .outside .card { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; justify-items: center; width: 100%; max-width: 26rem; padding: 2.5rem 2rem 1.75rem; text-align: center; }
  .outside .bell { width: 4rem; height: 4rem; }
  .outside h1 { font-size: 1.625rem; text-wrap: balance; }
  .outside p { text-wrap: pretty; overflow-wrap: anywhere; }
  .outside .problem, .outside pre { width: 100%; text-align: start; }
  .outside pre { margin: 0; padding: .75rem .875rem; border-radius: .625rem; background: var(--ground); white-space: pre-wrap; overflow-wrap: anywhere; }
  .outside button { width: 100%; min-height: 2.75rem; font-size: 1rem; }
`;
