// The hub's schemas as plain JSON Schema, for OpenAPI 3.1: words that only the reader of bodies knows are left out or said in a
// description, and named shapes are referred to by their names.

export type Json = Readonly<Record<string, unknown>>;

/** The name of a schema that stands by itself; null for one that is written where it is used. */
export type NameOf = (schema: object) => string | null;

/** Of the reader of bodies (protocol/src/schemas/build.ts). */
const ownWords = new Set(['odataType', 'ignored', 'aliases', 'maxBytes', 'unlisted']);
/** Words whose value is schemas by name. */
const maps = new Set(['properties']);

export function jsonSchemaOf(schema: object, nameOf: NameOf): Json {
  const name = nameOf(schema);
  if (name === null) return plainSchema(schema, nameOf);
  const $ref = `#/components/schemas/${name}`;
  return isNullable(schema) ? { anyOf: [{ $ref }, { type: 'null' }] } : { $ref };
}

function isNullable(schema: object): boolean {
  return 'type' in schema && Array.isArray(schema.type) && schema.type.includes('null');
}

/** Written out, also when it has a name. */
export function plainSchema(schema: object, nameOf: NameOf): Json {
  const members = Object.entries(schema).flatMap(([word, value]): [string, unknown][] => {
    if (word === 'patternProperties') return [['additionalProperties', anyMember(value, nameOf)]];
    if (word === 'maxBytes') return [['description', `At most ${String(value)} bytes in UTF-8.`]];
    return ownWords.has(word) ? [] : [[word, wordOf(word, value, nameOf)]];
  });
  return Object.fromEntries(members);
}

/** Members of any name: all that the schemas have patterns for, and what generators of clients understand. */
function anyMember(patterns: unknown, nameOf: NameOf): unknown {
  const [[pattern, schema] = [], ...more] = Object.entries(Object(patterns));
  if (pattern !== '^.*$' || !isObject(schema) || more.length > 0)
    throw new Error(`a pattern of names that generators do not understand: ${pattern}`);
  return jsonSchemaOf(schema, nameOf);
}

function wordOf(word: string, value: unknown, nameOf: NameOf): unknown {
  if (word === 'enum' || word === 'required' || word === 'type' || word === 'const') return value;
  if (Array.isArray(value)) {
    const all = value.map((each) => (isObject(each) ? jsonSchemaOf(each, nameOf) : each));
    // Generated clients take the first that fits. What is special comes after what is usual in our schemas.
    return word === 'anyOf' ? all.toReversed() : all;
  }
  if (!isObject(value)) return value;
  if (!maps.has(word)) return jsonSchemaOf(value, nameOf);
  const members = Object.entries(value).filter(([, each]) => !(isObject(each) && 'unlisted' in each));
  return Object.fromEntries(
    members.map(([name, each]) => [name, isObject(each) ? jsonSchemaOf(each, nameOf) : each]),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
