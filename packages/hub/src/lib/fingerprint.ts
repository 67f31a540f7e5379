// Small hashes of texts and of JSON values (FNV-1a, 32 bits): for look-ups and for a quick proof that two differ, never
// as a proof that they are equal, and never against an attacker who wants a collision.

const offset = 0x811c9dc5;
const prime = 0x01000193;

export function hashText(text: string): number {
  let hash = offset;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  return hash;
}

/** Equal for values that are equal as canonical JSON: members in any order, elements in theirs. */
export function hashJson(value: unknown): number {
  if (typeof value === 'string') return hashText(value);
  if (typeof value !== 'object' || value === null) return Math.imul(hashText(String(value)), prime);
  let hash = Array.isArray(value) ? offset : prime;
  if (Array.isArray(value)) {
    for (const element of value) hash = Math.imul(hash ^ hashJson(element), prime);
  } else {
    // A sum is independent of the order; each name is mixed with its own value.
    for (const name in value) {
      hash += Math.imul(
        hashText(name) ^ Math.imul(hashJson((value as Record<string, unknown>)[name]), prime),
        prime,
      );
    }
  }
  return hash | 0;
}
