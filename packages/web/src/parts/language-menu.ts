// The choice of the language, each in its own words; it is kept, and holds for the hub's sign-in pages too.
// It stands in the account's menu, and below the sign-in button.
import { type Language, languageNames, languages } from '@carillon/words';
import { html, type TemplateResult } from 'lit';
import { chooseAndKeep, words } from '../language.ts';

export function languageMenu(): TemplateResult {
  const { tag: shown, text } = words();
  const choose = (event: Event): void => {
    const { target } = event;
    const chosen =
      target instanceof HTMLSelectElement ? languages.find((each) => each === target.value) : null;
    if (chosen) void chooseAndKeep(chosen);
  };
  const option = (tag: Language): TemplateResult =>
    html`<option value=${tag} lang=${tag} ?selected=${tag === shown}>${languageNames[tag]}</option>`;
  return html`<label class="language"><span>${text('language')}</span>
    <select @change=${choose} .value=${shown}>${languages.map(option)}</select></label>`;
}
