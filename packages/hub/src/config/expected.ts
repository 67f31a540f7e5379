// What a setting takes, in words: for the problems and for docs/configuration.md, from the same schema. What may hold a
// password is never quoted.
import Type, { type TSchema } from 'typebox';

/** A URL as a problem shows it: one with a user may hold a password. */
export function quoteUrl(url: string): string {
  return url.includes('@') ? 'it' : `"${url}"`;
}

/** Why a value was not taken. `given` is null where it must not be quoted. */
export function expected(schema: TSchema, given: unknown): string {
  if (given === '') return 'must not be empty';
  const quoted = typeof given === 'string' || typeof given === 'number' ? `"${given}" ` : '';
  return `${quoted}must be ${typeInWords(schema)}`;
}

/** As in "must be …". */
export function typeInWords(schema: TSchema): string {
  if (Type.IsBoolean(schema)) return '1, 0, true or false';
  if (Type.IsEnum(schema)) return `one of ${schema.enum.join(', ')}`;
  if (Type.IsLiteral(schema)) return String(schema.const);
  if (Type.IsUnion(schema)) return schema.anyOf.map(typeInWords).join(' or ');
  if (Type.IsArray(schema)) return 'a list of texts';
  if (Type.IsInteger(schema)) return `a whole number${boundsInWords(schema)}`;
  return 'a text';
}

function boundsInWords(schema: TSchema): string {
  return 'minimum' in schema && 'maximum' in schema ? ` from ${schema.minimum} to ${schema.maximum}` : '';
}
