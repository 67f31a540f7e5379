// The texts of the console in the operator's language, and those of the sign-in that it shares with the inbox page.
// Only the language that is shown is loaded; English is part of the page.
import { type ConsoleMessages, fill, type Language, type PageMessages } from '@carillon/words';
import { consoleTexts as english } from '@carillon/words/console/en';
import { page as englishPage } from '@carillon/words/en';
import { openPageLanguage } from '@carillon/words/page-language';

interface Catalogue {
  readonly consoleTexts: ConsoleMessages;
  readonly page: PageMessages;
}

type Values = Readonly<Record<string, string>>;

/** Those of this language, with what they name filled in. */
export interface Words {
  readonly tag: Language;
  text(key: keyof ConsoleMessages, values?: Values): string;
  /** Of the inbox page, which says the same of a sign-in that fails. */
  signIn(key: keyof PageMessages, values?: Values): string;
  number(value: number): string;
}

const loaders: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Catalogue>>> = {
  de: () => import('./catalogues/de.ts'),
  fr: () => import('./catalogues/fr.ts'),
  ja: () => import('./catalogues/ja.ts'),
  ar: () => import('./catalogues/ar.ts'),
};

export const { words, onLanguage, keptChoice, showLanguage, chooseAndKeep } = openPageLanguage<Words>({
  english: wordsOf('en', { consoleTexts: english, page: englishPage }),
  load: async (tag) => wordsOf(tag, await loaders[tag]()),
});

export function text(key: keyof ConsoleMessages, values?: Values): string {
  return words().text(key, values);
}

function wordsOf(tag: Language, { consoleTexts, page }: Catalogue): Words {
  const numbers = new Intl.NumberFormat(tag);
  return {
    tag,
    text: (key, values = {}) => fill(consoleTexts[key], values),
    signIn: (key, values = {}) => fill(page[key], values),
    number: (value) => numbers.format(value),
  };
}
