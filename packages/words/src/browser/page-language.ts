// The language of a page of the hub: the person's choice, which a cookie keeps for all of its pages and for the sign-in, else the
// browser's. Only the one that is shown is loaded; English is part of the page.
import { chooseLanguage, directionOf, type Language, languages } from '../languages.ts';

export interface PageLanguage<Words> {
  /** What is shown now. */
  words(): Words;
  /** Calls after each change; answers how to stop. */
  onLanguage(listener: () => void): () => void;
  /** The choice of the person; null when the browser's is taken. */
  keptChoice(): Language | null;
  /** Loads and shows the person's language. A catalogue that can't be loaded leaves English. */
  showLanguage(): Promise<void>;
  chooseAndKeep(tag: Language): Promise<void>;
}

export interface PageLanguageOptions<Words> {
  readonly english: Words;
  load(tag: Exclude<Language, 'en'>): Promise<Words>;
}

const cookieName = 'carillon_language';
const yearSeconds = 365 * 24 * 3600;

export function openPageLanguage<Words>({ english, load }: PageLanguageOptions<Words>): PageLanguage<Words> {
  let shown = english;
  const listeners = new Set<() => void>();
  const show = async (tag: Language): Promise<void> => {
    shown = tag === 'en' ? english : await load(tag);
    const { documentElement: root } = document;
    root.lang = tag;
    root.dir = directionOf(tag);
    for (const listener of listeners) listener();
  };
  return {
    words: () => shown,
    onLanguage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    keptChoice,
    showLanguage: () => show(keptChoice() ?? chooseLanguage(navigator.languages)).catch(() => {}),
    async chooseAndKeep(tag) {
      const { pathname } = new URL('.', location.href);
      const secure = location.protocol === 'https:' ? '; Secure' : '';
      // biome-ignore lint/suspicious/noDocumentCookie: the hub's sign-in pages read it, and not every engine has cookieStore.
      document.cookie = `${cookieName}=${tag}; Path=${pathname}; Max-Age=${yearSeconds}; SameSite=Lax${secure}`;
      await show(tag);
    },
  };
}

function keptChoice(): Language | null {
  const kept = new RegExp(`(?:^|;)\\s*${cookieName}=(\\w+)`).exec(document.cookie)?.[1];
  return languages.find((each) => each === kept) ?? null;
}
