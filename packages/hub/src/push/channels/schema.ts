// JSON schemas of addresses and credentials, as plain objects: the writer's thread of SQLite loads the descriptors that
// hold them, and TypeBox takes a tenth of a second to load.
import { limits } from '@carillon/protocol';

/** An object with all of `required`, perhaps `optional`, and nothing else. */
export function members(
  required: Readonly<Record<string, object>>,
  optional: Readonly<Record<string, object>> = {},
): object {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}

function text(maxLength: number): object {
  return { type: 'string', minLength: 1, maxLength };
}

/** One of these, in any case. */
export function oneOf(...values: readonly string[]): object {
  return { type: 'string', enum: values };
}

/** A token or a URL. */
export const address = text(limits.pushAddressCharacters);
/** An operator's own: of a private gateway or a simulator. */
export const url = text(limits.pushAddressCharacters);
export const name = text(256);
export const secret = text(4096);
export const privateKey = text(16_384);
