// The languages of the component: English, those of built-in.ts, and what a page adds. A tag is matched from its longest form to
// its language ('de-AT', 'de'), and falls back to English.
import type { InboxMessages as Messages } from '@carillon/words';
import { inbox as en } from '@carillon/words/en';

const catalogs = new Map<string, Messages>([['en', en]]);
const listeners = new Set<() => void>();

/** Adds a language, or replaces one. `tag` is a BCP 47 tag such as `nl` or `pt-BR`. Every component shows it at once. */
export function setLocale(tag: string, messages: Messages): void {
  catalogs.set(tag.toLowerCase(), messages);
  for (const listener of listeners) listener();
}

/** Calls after each setLocale; answers how to stop. */
export function onLocaleSet(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The tag to format with and its catalog: the first wanted language that has one. */
export function chooseLocale(wanted: readonly string[]): { tag: string; messages: Messages } {
  for (const tag of wanted) {
    const messages = isTag(tag) ? findCatalog(tag) : undefined;
    if (messages) return { tag, messages };
  }
  return { tag: 'en', messages: en };
}

function findCatalog(tag: string): Messages | undefined {
  const parts = tag.toLowerCase().split('-');
  for (let count = parts.length; count > 0; count--) {
    const found = catalogs.get(parts.slice(0, count).join('-'));
    if (found) return found;
  }
  return undefined;
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
