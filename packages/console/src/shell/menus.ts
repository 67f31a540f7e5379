// The choices of the language and of the theme, in the account's menu and below the sign-in button.
// Each language stands in its own words.
import { languageNames, languages } from '@carillon/words';
import { html, type TemplateResult } from 'lit';
import { chooseAndKeep, text, words } from '../language.ts';
import { chooseTheme, keptTheme, themes } from '../theme.ts';

const chosenIn = ({ target }: Event): string => (target instanceof HTMLSelectElement ? target.value : '');

/** A menu that closes gives the focus back to its button, unless something else has it by now. */
export function giveFocusBack({ target, newState }: ToggleEvent): void {
  if (newState !== 'closed' || !(target instanceof HTMLElement)) return;
  const root = target.getRootNode();
  if (!(root instanceof ShadowRoot)) return;
  // What is hidden may have the focus until the page is drawn again.
  if (!root.activeElement || target.contains(root.activeElement))
    root.querySelector<HTMLElement>(`[popovertarget=${target.id}]`)?.focus();
}

export function languageMenu(): TemplateResult {
  const { tag: shown } = words();
  const choose = (event: Event): void => {
    const chosen = languages.find((each) => each === chosenIn(event));
    if (chosen) void chooseAndKeep(chosen);
  };
  return html`<label class="choice"><span>${words().signIn('language')}</span>
    <select @change=${choose} .value=${shown}>${languages.map(
      (tag) =>
        html`<option value=${tag} lang=${tag} ?selected=${tag === shown}>${languageNames[tag]}</option>`,
    )}</select></label>`;
}

export function themeMenu(): TemplateResult {
  const shown = keptTheme();
  const names = { system: text('themeSystem'), light: text('themeLight'), dark: text('themeDark') };
  const choose = (event: Event): void => {
    const chosen = themes.find((each) => each === chosenIn(event));
    if (chosen) chooseTheme(chosen);
  };
  return html`<label class="choice"><span>${text('theme')}</span>
    <select @change=${choose}>${themes.map(
      (theme) => html`<option value=${theme} ?selected=${theme === shown}>${names[theme]}</option>`,
    )}</select></label>`;
}
