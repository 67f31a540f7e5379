// The pages of the embedded provider: sign in, sign out, and what went wrong. One template in the inbox page's colours,
// and a content security policy that allows nothing but its own style, icon and forms (and one script, which sends a form).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fill, languageMenu, type Menu, type Words } from './language.ts';

export interface Page {
  readonly words: Words;
  readonly title: string;
  /** HTML; everything in it that came from outside is escaped by its maker. */
  readonly content: string;
  /** Where a form of the page may lead in the end, beside the provider itself: the client's own address. */
  readonly leadsTo?: string | undefined;
  /** Its form is sent without being asked for; the button is there for browsers without script. */
  readonly sendsItself?: boolean;
}

export interface RenderedPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function openPages(): (page: Page) => RenderedPage {
  const file = readFileSync(new URL('./page.html', import.meta.url), 'utf8');
  // A page without an icon of its own makes browsers ask for /favicon.ico, which its policy blocks.
  const [bell = ''] = /<svg[\s\S]*?<\/svg>/.exec(file) ?? [];
  const template = file.replace('{{icon}}', `data:image/svg+xml,${encodeURIComponent(bell)}`);
  const style = /<style>([\s\S]*?)<\/style>/.exec(template)?.[1] ?? '';
  return ({ words, title, content, leadsTo, sendsItself = false }) => ({
    html: template
      .replace('lang="en" dir="ltr"', `lang="${words.tag}" dir="${words.direction}"`)
      .replaceAll('{{title}}', () => escapeHtml(title))
      .replace('{{content}}', () => (sendsItself ? `${content}<script>${sending}</script>` : content)),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': [
        "default-src 'none'",
        `style-src ${hashSource(style)}`,
        'img-src data:',
        ...(sendsItself ? [`script-src ${hashSource(sending)}`] : []),
        // Browsers hold the redirect after a form against this list too, so the client's address is in it.
        `form-action 'self'${formTarget(leadsTo)}`,
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
  });
}

const sending = 'document.forms[0].submit()';

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

export interface SignInForm {
  readonly words: Words;
  readonly app: string;
  readonly name: string;
  readonly problem: string | null;
}

export function signInContent({ words, app, name, problem }: SignInForm): string {
  const described = problem === null ? '' : ' aria-describedby="problem"';
  const focused = name === '' ? ['autofocus', ''] : ['', 'autofocus'];
  const lead = fill(escapeHtml(words.continueTo), { app: `<strong dir="auto">${escapeHtml(app)}</strong>` });
  return `
<p class="soft lead">${lead}</p>
${problem === null ? '' : `<p class="bad" id="problem" role="alert">${escapeHtml(problem)}</p>`}
<form method="post">
<label for="name">${escapeHtml(words.userName)}</label>
<input id="name" name="name" value="${escapeHtml(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" required ${focused[0]}${described}>
<label for="password">${escapeHtml(words.password)}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required ${focused[1]}${described}>
<button type="submit">${escapeHtml(words.signIn)}</button>
</form>
${menuContent(languageMenu(words))}`;
}

/** Links, so that it works without script; the choice is kept by the answer. */
function menuContent({ label, entries }: Menu): string {
  const links = entries.map(
    ({ tag, name, isShown }) =>
      `<a href="?lang=${tag}" lang="${tag}" hreflang="${tag}"${isShown ? ' aria-current="true"' : ''}>${name}</a>`,
  );
  return `<nav aria-label="${escapeHtml(label)}">${links.join('')}</nav>`;
}

export function setPasswordContent(words: Words, name: string, problem: string | null): string {
  const shown = { words, problem, described: describedBy(problem) };
  return `
${ruleContent(shown)}
<form method="post">
<label for="name">${escapeHtml(words.userName)}</label>
<input id="name" name="name" value="${escapeHtml(name)}" autocomplete="username" readonly>
${newPasswordFields(shown, 'autofocus')}
<button type="submit">${escapeHtml(words.setPassword)}</button>
</form>`;
}

export function changePasswordContent(words: Words, name: string, problem: string | null): string {
  const shown = { words, problem, described: describedBy(problem) };
  const described = `aria-describedby="${shown.described}"`;
  return `
${ruleContent(shown)}
<form method="post">
<label for="name">${escapeHtml(words.userName)}</label>
<input id="name" name="name" value="${escapeHtml(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" required ${described} autofocus>
<label for="current">${escapeHtml(words.currentPassword)}</label>
<input id="current" name="current" type="password" autocomplete="current-password" required ${described}>
${newPasswordFields(shown, '')}
<button type="submit">${escapeHtml(words.changePassword)}</button>
</form>
<p class="soft after">${escapeHtml(words.changePasswordWill)}</p>
${menuContent(languageMenu(words))}`;
}

interface PasswordForm {
  readonly words: Words;
  readonly problem: string | null;
  readonly described: string;
}

function describedBy(problem: string | null): string {
  return problem === null ? 'rule' : 'problem rule';
}

function ruleContent({ words, problem }: PasswordForm): string {
  return `<p class="soft lead" id="rule">${escapeHtml(words.passwordRule)}</p>
${problem === null ? '' : `<p class="bad" id="problem" role="alert">${escapeHtml(problem)}</p>`}`;
}

function newPasswordFields({ words, described }: PasswordForm, focus: '' | 'autofocus'): string {
  const field = `type="password" autocomplete="new-password" minlength="10" required aria-describedby="${described}"`;
  return `<label for="password">${escapeHtml(words.newPassword)}</label>
<input id="password" name="password" ${field} ${focus}>
<label for="again">${escapeHtml(words.samePassword)}</label>
<input id="again" name="again" ${field}>`;
}

/** `form` is oidc-provider's own, with its protection against forgery. */
export function signOutContent(words: Words, form: string): string {
  return `
<p class="soft">${escapeHtml(words.signOutAsk)}</p>
${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes">${escapeHtml(words.signOut)}</button>
<button type="submit" form="op.logoutForm">${escapeHtml(words.stay)}</button>`;
}

/** Where the user has said so already, in the hub's own page. */
export function signingOutContent(words: Words, form: string): string {
  return `
<p class="soft">${escapeHtml(words.moment)}</p>
${form.replace('</form>', `<input type="hidden" name="logout" value="yes"><noscript><button type="submit">${escapeHtml(words.signOut)}</button></noscript></form>`)}`;
}

/** A page that says one thing. */
export function textContent(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

export function problemContent(advice: string, facts: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(facts)
    .filter(([, value]) => typeof value === 'string')
    .map(
      ([key, value]) => `<p class="soft"><code>${escapeHtml(key)}</code>: ${escapeHtml(String(value))}</p>`,
    );
  return `<p>${escapeHtml(advice)}</p>${lines.join('')}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function formTarget(uri: string | undefined): string {
  const url = uri === undefined ? null : URL.parse(uri);
  if (!url) return '';
  return ` ${url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : url.protocol}`;
}
