// The language of the provider's pages: what the person chose on one, else what the app asks for (`ui_locales` of OpenID Connect),
// else an earlier choice, which a cookie holds for the inbox page too, else the browser's.
import type { IncomingHttpHeaders } from 'node:http';
import {
  chooseLanguage,
  directionOf,
  fill,
  type Language,
  languageNames,
  languages,
  type SignInMessages,
} from '@carillon/words';
import { signIn as ar } from '@carillon/words/ar';
import { signIn as de } from '@carillon/words/de';
import { signIn as en } from '@carillon/words/en';
import { signIn as fr } from '@carillon/words/fr';
import { signIn as ja } from '@carillon/words/ja';

export interface Words extends SignInMessages {
  readonly tag: Language;
  readonly direction: 'ltr' | 'rtl';
}

export interface AskedFor {
  readonly headers: IncomingHttpHeaders;
  /** With the query in which a choice comes. */
  readonly url: string;
  readonly uiLocales: string | undefined;
}

export interface Menu {
  readonly label: string;
  readonly entries: readonly { readonly tag: Language; readonly name: string; readonly isShown: boolean }[];
}

const cookieName = 'carillon_language';
const yearSeconds = 365 * 24 * 3600;
const catalogues: Readonly<Record<Language, SignInMessages>> = { en, de, fr, ja, ar };
/** A browser sends some; a header can hold thousands. */
const tagsMax = 20;

export function wordsOf(asked: AskedFor): Words {
  const { headers, uiLocales = '' } = asked;
  const kept = new RegExp(`(?:^|;)\\s*${cookieName}=(\\w+)`).exec(headers.cookie ?? '')?.[1];
  const wanted = [chosenIn(asked.url), ...uiLocales.split(' ').slice(0, tagsMax), kept];
  const tag = chooseLanguage([...wanted.filter((each) => each != null), ...acceptedTags(headers)]);
  return { ...catalogues[tag], tag, direction: directionOf(tag) };
}

/** The cookie that keeps a choice; null when none was made now. */
export function keepChoice(url: string, issuer: string): string | null {
  const tag = chosenIn(url);
  if (tag === null) return null;
  const { pathname, protocol } = new URL('.', issuer);
  const secure = protocol === 'https:' ? '; Secure' : '';
  return `${cookieName}=${tag}; Path=${pathname}; Max-Age=${yearSeconds}; SameSite=Lax${secure}`;
}

export function languageMenu({ tag: shown, language }: Words): Menu {
  const entries = languages.map((tag) => ({ tag, name: languageNames[tag], isShown: tag === shown }));
  return { label: language, entries };
}

export { fill };

function chosenIn(url: string): Language | null {
  const chosen = /[?&]lang=(\w+)/.exec(url)?.[1];
  return languages.find((each) => each === chosen) ?? null;
}

/** RFC 9110, section 12.5.4: the best first. */
function acceptedTags(headers: IncomingHttpHeaders): string[] {
  const entries = (headers['accept-language'] ?? '').split(',').slice(0, tagsMax);
  const weighed = entries.map((entry) => {
    const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((each) => each.startsWith('q='))?.slice(2) ?? '1';
    return { tag, weight: Number(weight) || 0 };
  });
  return weighed
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}
