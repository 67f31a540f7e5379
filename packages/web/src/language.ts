// The language of the page: the person's choice, which a cookie keeps for the hub's sign-in pages too, else the browser's. Only
// the one that is shown is loaded; English is part of the page.
import { setLocale } from '@carillon/inbox/core';
import {
  chooseLanguage,
  directionOf,
  fill,
  type InboxMessages,
  type Language,
  languages,
  type PageMessages,
} from '@carillon/words';
import { page as english } from '@carillon/words/en';

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
const cookieName = 'carillon_language';
const yearSeconds = 365 * 24 * 3600;

let shown: Words = wordsOf('en', english);
const listeners = new Set<() => void>();

/** What is shown now. */
export function words(): Words {
  return shown;
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
  if (tag === 'en') {
    shown = wordsOf(tag, english);
  } else {
    const { inbox, page } = await loaders[tag]();
    setLocale(tag, inbox);
    shown = wordsOf(tag, page);
  }
  const { documentElement: root } = document;
  root.lang = tag;
  root.dir = directionOf(tag);
  for (const listener of listeners) listener();
}

function wordsOf(tag: Language, messages: PageMessages): Words {
  return { tag, text: (key, values = {}) => fill(messages[key], values) };
}
