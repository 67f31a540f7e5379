// TypeBox's builders of what the schemas here use, with TypeBox's types. Its own come in 537 modules, which take an eighth
// of a second and 18 MB of every process that loads them; type.test.ts holds these equal to them.
import type Box from 'typebox';

type Builders = Pick<
  typeof Box,
  | ('Array' | 'Boolean' | 'Enum' | 'Integer' | 'Literal' | 'Null' | 'Number' | 'Object' | 'Optional')
  | ('Record' | 'String' | 'Union' | 'Unknown' | 'Unsafe')
  | ('IsArray' | 'IsBoolean' | 'IsEnum' | 'IsInteger' | 'IsLiteral' | 'IsString' | 'IsUnion')
>;

interface Built {
  readonly [member: string]: unknown;
}

/** What JSON does not show is hidden from enumeration. */
function hide(schema: Built, hidden: Built): Built {
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema));
  for (const [name, value] of Object.entries(hidden)) {
    Object.defineProperty(copy, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return copy;
}

function build(kind: string, schema: Built, options: Built = {}): Built {
  return hide({ ...schema, ...options }, { '~kind': kind });
}

function simple(kind: string, schema: Built) {
  return (options?: Built) => build(kind, schema, options);
}

function isKind(kind: string) {
  return (schema: unknown): boolean =>
    typeof schema === 'object' && schema !== null && '~kind' in schema && schema['~kind'] === kind;
}

function buildObject(properties: Readonly<Record<string, Built>>, options?: Built): Built {
  const required = Object.keys(properties).filter((name) => !('~optional' in (properties[name] ?? {})));
  return build(
    'Object',
    { type: 'object', ...(required.length > 0 ? { required } : {}), properties },
    options,
  );
}

const builders: Readonly<Record<keyof Builders, unknown>> = {
  Array: (items: Built, options?: Built) => build('Array', { type: 'array', items }, options),
  Boolean: simple('Boolean', { type: 'boolean' }),
  Enum: (values: readonly unknown[], options?: Built) => build('Enum', { enum: values }, options),
  Integer: simple('Integer', { type: 'integer' }),
  Literal: (value: unknown, options?: Built) =>
    build('Literal', { type: typeof value, const: value }, options),
  Null: simple('Null', { type: 'null' }),
  Number: simple('Number', { type: 'number' }),
  Object: buildObject,
  Optional: (schema: Built) => hide(schema, { '~optional': true }),
  /** Of texts as keys, the only ones in use. */
  Record: (_key: Built, value: Built, options?: Built) =>
    build('Record', { type: 'object', patternProperties: { '^.*$': value } }, options),
  String: simple('String', { type: 'string' }),
  Union: (anyOf: readonly Built[], options?: Built) => build('Union', { anyOf }, options),
  Unknown: simple('Unknown', {}),
  Unsafe: (schema: Built) => hide(schema, { '~unsafe': null }),
  IsArray: isKind('Array'),
  IsBoolean: isKind('Boolean'),
  IsEnum: isKind('Enum'),
  IsInteger: isKind('Integer'),
  IsLiteral: isKind('Literal'),
  IsString: isKind('String'),
  IsUnion: isKind('Union'),
};

export const Type = builders as Builders;
