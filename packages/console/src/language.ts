// The language of the console: the operator's choice, which a cookie keeps for the inbox and the sign-in pages too, else the
// browser's. Only the one that is shown is loaded; English is part of the page.
import {
  type ConsoleMessages,
  chooseLanguage,
  directionOf,
  fill,
  type Language,
  languages,
  type PageMessages,
} from '@carillon/words';
import { consoleTexts as english } from '@carillon/words/console/en';
import { page as englishPage } from '@carillon/words/en';

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
const cookieName = 'carillon_language';
const yearSeconds = 365 * 24 * 3600;

let shown: Words = wordsOf('en', { consoleTexts: english, page: englishPage });
const listeners = new Set<() => void>();

/** What is shown now. */
export function words(): Words {
  return shown;
}

export function text(key: keyof ConsoleMessages, values?: Values): string {
  return shown.text(key, values);
}

/** Calls after each change; answers how to stop. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The choice of the person; null when the browser's is taken. */
export function keptChoice(): Language | null {
  const kept = new RegExp(`(?:^|;)\\s*${cookieName}=(\\w+)`).exec(document.cookie)?.[1];
  return languages.find((each) => each === kept) ?? null;
}

/** Loads and shows the person's language. A catalogue that can't be loaded leaves English. */
export async function showLanguage(): Promise<void> {
  await show(keptChoice() ?? chooseLanguage(navigator.languages)).catch(() => {});
}

export async function chooseAndKeep(tag: Language): Promise<void> {
  const { pathname } = new URL('.', location.href);
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: the hub's sign-in pages read it, and not every engine has cookieStore.
  document.cookie = `${cookieName}=${tag}; Path=${pathname}; Max-Age=${yearSeconds}; SameSite=Lax${secure}`;
  await show(tag);
}

async function show(tag: Language): Promise<void> {
  const found = tag === 'en' ? { consoleTexts: english, page: englishPage } : await loaders[tag]();
  shown = wordsOf(tag, found);
  const { documentElement: root } = document;
  root.lang = tag;
  root.dir = directionOf(tag);
  for (const listener of listeners) listener();
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
