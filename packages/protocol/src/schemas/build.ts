// Builders for what Graph's JSON needs beyond plain JSON Schema. The reader of bodies understands the extra words:
//   odataType     the type that `@odata.type` must name at this level
//   ignored       read-only members that a client may send back and that are dropped
//   aliases       other spellings of an enumeration member, old ordinals included
//   maxBytes      a bound in UTF-8 bytes, where maxLength would count code points
//   unlisted      another spelling that is read, and that no document names

import type { Static, TSchema } from 'typebox';
import { Type } from './type.ts';

export interface CarillonSchema {
  type?: string | readonly string[];
  enum?: readonly string[];
  properties?: Record<string, CarillonSchema>;
  items?: CarillonSchema;
  oneOf?: readonly CarillonSchema[];
  anyOf?: readonly CarillonSchema[];
  required?: readonly string[];
  odataType?: string;
  ignored?: readonly string[];
  aliases?: Readonly<Record<string, string>>;
  maxBytes?: number;
  unlisted?: true;
}

/** The schema, or null. */
export function nullable<T extends TSchema>(schema: T) {
  const { type, ...rest } = schema as { type?: string; enum?: readonly unknown[] };
  const withNull = rest.enum ? { ...rest, enum: [...rest.enum, null] } : rest;
  return Type.Unsafe<Static<T> | null>({ ...withNull, type: [type, 'null'] });
}

/** Another spelling of a member. */
export function unlisted<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T>>({ ...schema, unlisted: true });
}

/** A string of a closed set, read in any case and by its aliases. */
export function oneOf<const T extends readonly string[]>(values: T, aliases: Record<string, string> = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], aliases });
}

/** Text without control over its look, bounded in UTF-8 bytes. */
export function text(maxBytes: number, minLength = 0) {
  return Type.String({ minLength, maxBytes });
}

/** An RFC 3339 date and time; the model reads it, so that any offset and precision is taken. */
export const dateTime = Type.String({ maxLength: 64, format: 'date-time' });

/** An object that refuses members it does not know. */
export function strictObject<const P extends Record<string, TSchema>>(
  properties: P,
  options: { odataType?: string; ignored?: readonly string[] } = {},
) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}
