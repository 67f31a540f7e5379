// The middle of the page while nobody is signed in: the sign-in button,
// or why there is none and what helps.
import { css, html, type TemplateResult } from 'lit';
import { languageMenu } from './language-menu.ts';
import { bellMark } from './marks.ts';

export interface Welcome {
  readonly title: string;
  readonly text: string | TemplateResult;
  readonly problem?: string | null;
  readonly action?: { readonly label: string; readonly busy: boolean; run(): void };
}

export function welcome({ title, text, problem = null, action }: Welcome): TemplateResult {
  return html`
    <main class="welcome">
      <div class="card">
        ${bellMark}
        <h1>${title}</h1>
        <p class="soft">${text}</p>
        ${problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`}
        ${
          action
            ? html`<button class="main" ?disabled=${action.busy} @click=${action.run}>${action.label}</button>`
            : null
        }
        ${languageMenu()}
      </div>
    </main>
  `;
}

export const welcomeLook = css`
  .welcome { display: grid; place-items: center; min-height: 100%; padding: 1.5rem;
    background: radial-gradient(60rem 40rem at 50% -10rem, var(--tint), transparent); }
  .welcome .card { width: 100%; max-width: 25rem; padding: 2.5rem 2rem 2rem; text-align: center; }
  .welcome .bell { width: 4.5rem; height: 4.5rem; }
  .welcome h1 { margin: 1.25rem 0 .5rem; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.025em; text-wrap: balance; }
  .welcome p { text-wrap: pretty; overflow-wrap: anywhere; }
  .welcome .problem { margin-top: 1.25rem; text-align: start; }
  .welcome button { width: 100%; min-height: 3rem; margin-top: 1.75rem; }
  .welcome .language { justify-content: center; margin-top: 1.25rem; color: var(--soft); font-size: .875rem; }
  .welcome a { color: var(--mark); font-weight: 600; }
`;
