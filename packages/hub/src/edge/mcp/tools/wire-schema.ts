// Schemas as the list of tools shows them: plain JSON Schema, without the words that only the hub's reader of bodies takes.
// An argument that may be null is shown as one that may be left out, which every agent program understands. An output stays
// open for members that come later, since a client checks answers against the list that it read before.

/** Words of the protocol's schemas. */
const ownWords = new Set(['odataType', 'ignored', 'aliases', 'maxBytes', 'unlisted']);

export function wireSchema(schema: object, place: 'input' | 'output'): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema, place === 'input' ? inputWord : outputWord));
}

function inputWord(name: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const rest = value.filter((each) => each !== null && each !== 'null');
    return name === 'type' ? rest[0] : rest;
  }
  return word(name, value);
}

function outputWord(name: string, value: unknown): unknown {
  return name === 'additionalProperties' ? undefined : word(name, value);
}

/** A text of so many bytes has at most so many characters. */
function word(name: string, value: unknown): unknown {
  if (ownWords.has(name)) return undefined;
  const isBounded = typeof value === 'object' && value !== null && 'maxBytes' in value;
  return isBounded ? { ...value, maxLength: value.maxBytes } : value;
}
