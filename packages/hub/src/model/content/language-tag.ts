// Whether a text is a well-formed tag of a language, as RFC 5646 has it (BCP 47). The schema says its grammar; what no
// grammar says is here: a variant or an extension may stand in a tag once (sections 2.2.5 and 2.2.6, and 2.2.9).
import { invalid } from '../errors.ts';

export function checkLanguageTag(tag: string, at: string): void {
  const repeated = repeatedSubtag(tag.toLowerCase().split('-'));
  if (repeated === null) return;
  throw invalid(
    `"${at}" has ${repeated} twice: in a tag of BCP 47 each variant and extension stands once.`,
    at,
  );
}

/** Of the part before private use, in which anything may stand. */
function repeatedSubtag(subtags: readonly string[]): string | null {
  const seen = new Set<string>();
  let isInExtension = false;
  for (const [index, subtag] of subtags.entries()) {
    if (subtag === 'x') return null;
    const isSingleton = index > 0 && subtag.length === 1;
    isInExtension ||= isSingleton;
    if (isSingleton || (index > 0 && !isInExtension && isVariant(subtag))) {
      if (seen.has(subtag)) return subtag;
      seen.add(subtag);
    }
  }
  return null;
}

/** Five letters or digits and more, or four with a digit first. */
function isVariant(subtag: string): boolean {
  return subtag.length > 4 || (subtag.length === 4 && /^[0-9]/.test(subtag));
}
