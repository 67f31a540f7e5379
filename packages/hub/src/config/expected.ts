// What a setting takes, from its schema: whether a value fits, and the same in words for the problems and for
// docs/configuration.md. What may hold a password is never quoted.
import { Type } from '@carillon/protocol/schemas';
import type { Static, TSchema } from 'typebox';

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

/** By those words of JSON Schema that settings use. */
export function fits<S extends TSchema>(schema: S, value: unknown): value is Static<S>;
export function fits(schema: TSchema, value: unknown): boolean {
  if (Type.IsUnion(schema)) return schema.anyOf.some((each) => fits(each, value));
  if (Type.IsEnum(schema)) return schema.enum.some((each) => each === value);
  if (Type.IsLiteral(schema)) return schema.const === value;
  if (Type.IsBoolean(schema)) return typeof value === 'boolean';
  if (Type.IsArray(schema)) return Array.isArray(value) && value.every((each) => fits(schema.items, each));
  const {
    minimum = -Infinity,
    maximum = Infinity,
    minLength = 0,
    maxLength = Infinity,
    pattern = '',
  }: Bounds = schema;
  if (Type.IsInteger(schema)) {
    return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum;
  }
  if (!Type.IsString(schema)) throw new Error('a setting of this kind can not be checked');
  if (typeof value !== 'string') return false;
  return value.length >= minLength && value.length <= maxLength && new RegExp(pattern, 'u').test(value);
}

interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}
