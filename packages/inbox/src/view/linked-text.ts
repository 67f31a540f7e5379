// A text of an app with its links as links. Only four schemes become one, so that no text can run a script here, and a link opens
// beside the page, which it can't reach.
import { html, type TemplateResult } from 'lit';

export interface TextPart {
  readonly text: string;
  /** Null for plain text. */
  readonly href: string | null;
}

// Up to a space, a quote, a bracket of markup, the punctuation of Chinese and Japanese, or a character that turns the direction
// of what follows: with one of those a link could show another address than its own.
const candidates =
  /(?<![\p{L}\p{N}])(?:https?:\/\/|mailto:|tel:)[^\s<>"`\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069。、，；：！？「」『』（）【】《》]+/giu;

export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(candidates)) {
    const link = withoutEnd(found);
    const href = safeHref(link);
    if (href === null) continue;
    if (index > end) parts.push({ text: text.slice(end, index), href: null });
    parts.push({ text: link, href });
    end = index + link.length;
  }
  return end < text.length ? [...parts, { text: text.slice(end), href: null }] : parts;
}

/** Not a tab stop of its own: the arrow keys of a row reach it. */
export function linkedText(text: string): readonly (string | TemplateResult)[] {
  return textParts(text).map(({ text: words, href }) =>
    href === null
      ? words
      : html`<a href=${href} target="_blank" rel="noopener noreferrer" tabindex="-1">${words}</a>`,
  );
}

/** A sentence's own punctuation, and a bracket that was opened before the link, are not part of it. */
function withoutEnd(found: string): string {
  let link = found;
  for (;;) {
    const last = link.at(-1) ?? '';
    const isClosing = last === ')' && count(link, ')') > count(link, '(');
    if (!isClosing && !/[.,;:!?'’”»\]}]/.test(last)) return link;
    link = link.slice(0, -1);
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function safeHref(link: string): string | null {
  try {
    const { protocol, href, username, password, pathname } = new URL(link);
    // What stands before an @ looks like the host, and is not.
    if (protocol === 'https:' || protocol === 'http:') return username || password ? null : href;
    if (protocol === 'mailto:') return /.@./.test(pathname) ? href : null;
    return protocol === 'tel:' && /\d/.test(pathname) ? href : null;
  } catch {
    return null;
  }
}
