// The texts of the page in the person's language, which the component in it shows too.
// Only the language that is shown is loaded; English is part of the page.
import { setLocale } from '@carillon/inbox/core';
import { fill, type InboxMessages, type Language, type PageMessages } from '@carillon/words';
import { page as english } from '@carillon/words/en';
import { openPageLanguage } from '@carillon/words/page-language';

interface Catalogue {
  readonly inbox: InboxMessages;
  readonly page: PageMessages;
}

/** Those of this language, with what they name filled in. */
export interface Words {
  readonly tag: Language;
  text(key: keyof PageMessages, values?: Readonly<Record<string, string>>): string;
}

const loaders: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Catalogue>>> = {
  de: () => import('./catalogues/de.ts'),
  fr: () => import('./catalogues/fr.ts'),
  ja: () => import('./catalogues/ja.ts'),
  ar: () => import('./catalogues/ar.ts'),
};

export const { words, onLanguage, keptChoice, showLanguage, chooseAndKeep } = openPageLanguage<Words>({
  english: wordsOf('en', english),
  async load(tag) {
    const { inbox, page } = await loaders[tag]();
    setLocale(tag, inbox);
    return wordsOf(tag, page);
  },
});

function wordsOf(tag: Language, messages: PageMessages): Words {
  return { tag, text: (key, values = {}) => fill(messages[key], values) };
}
