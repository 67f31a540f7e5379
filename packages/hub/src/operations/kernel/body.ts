// A posted JSON value becomes a typed body, in two steps that the schema drives. First Graph's leniencies are settled:
// annotations go, `@odata.type` must fit its level, enumerations get their spelling, Int32 may come as text, and null is
// the same as absent where a member may be left out. Then Ajv decides; it removes, coerces and fills in nothing.
import type { CarillonSchema } from '@carillon/protocol/schemas';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Static, TSchema } from 'typebox';
import { HubError, invalid } from '../../model/errors.ts';

const ajv = new Ajv({
  allowUnionTypes: true,
  discriminator: true,
  verbose: true,
  removeAdditional: false,
  coerceTypes: false,
});
ajv.addFormat('date-time', true); // model/date-time decides, where the member's meaning is known
ajv.addVocabulary(['odataType', 'ignored', 'aliases', 'unlisted']);
ajv.addKeyword({
  keyword: 'maxBytes',
  type: 'string',
  schemaType: 'number',
  // A code unit is at most three bytes, so most texts need no count.
  validate: (max: number, text: string) => text.length * 3 <= max || Buffer.byteLength(text) <= max,
});

export function openBodyReader<S extends TSchema>(schema: S): (json: unknown) => Static<S> {
  return openReader<Static<S>>(schema);
}

/** Of a schema that is written as JSON, and so has no type of its own. */
export function openReader<Body>(schema: object): (json: unknown) => Body {
  let validate: ValidateFunction<Body> | null = null;
  return (json) => {
    if (Array.isArray(json)) {
      throw invalid('The body is an array; send one JSON object: multiple notifications are not supported.');
    }
    const body = settle(json, schema, '');
    validate ??= ajv.compile<Body>(schema);
    if (validate(body)) return body;
    throw refusal(validate.errors?.[0]);
  };
}

/** In place: the value was parsed for this, and most of it stays as it is. */
function settle(value: unknown, schema: CarillonSchema, path: string): unknown {
  if (isObject(value)) return settleObject(value, schema, path);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    for (const [index, member] of value.entries()) value[index] = settle(member, items, `${path}[${index}]`);
    return value;
  }
  if (schema.enum) return settleName(value, schema);
  if (typeof value === 'string' && takes(schema, 'integer') && /^-?\d{1,10}$/.test(value))
    return Number(value);
  return value;
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function settleObject(value: Json, schema: CarillonSchema, path: string): Json {
  const { properties, odataType, ignored, required } = schema.oneOf ? variant(value, schema.oneOf) : schema;
  if (!properties) return value;
  for (const name in value) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const at = path === '' ? name : `${path}.${name}`;
    if (property) {
      const member = value[name];
      if (member === null && !required?.includes(name) && !takesNull(property)) {
        delete value[name];
        continue;
      }
      const settled = settle(member, property, at);
      if (settled !== member) value[name] = settled;
      continue;
    }
    if (name === '@odata.type') checkType(value[name], odataType, at);
    else if (!name.includes('@') && !ignored?.includes(name)) {
      throw invalid(
        `"${at}" is not a member that is known here: known are ${Object.keys(properties).join(', ')}.`,
        at,
      );
    }
    delete value[name];
  }
  return value;
}

/** The variant that `type` names, in any case; the first when none does, and Ajv says what is wrong. */
function variant(value: Json, variants: readonly CarillonSchema[]): CarillonSchema {
  const type = typeof value.type === 'string' ? value.type.toLowerCase() : '';
  const named = variants.find(({ properties }) => properties?.type?.enum?.[0]?.toLowerCase() === type);
  return (
    named ?? { properties: { type: {}, ...Object.fromEntries(Object.keys(value).map((name) => [name, {}])) } }
  );
}

function settleName(value: unknown, schema: CarillonSchema): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = String(value).toLowerCase();
  const alias = schema.aliases && Object.hasOwn(schema.aliases, text) ? schema.aliases[text] : undefined;
  return alias ?? schema.enum?.find((name) => name?.toLowerCase() === text) ?? value;
}

function takes(schema: CarillonSchema, type: string): boolean {
  return schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type));
}

/** Where null means something of its own, and where anything is taken. */
function takesNull(schema: CarillonSchema): boolean {
  if (schema.anyOf) return schema.anyOf.some(takesNull);
  return schema.type === undefined ? schema.enum === undefined : takes(schema, 'null');
}

function checkType(member: unknown, odataType: string | undefined, at: string): void {
  if (odataType === undefined) return;
  const named = typeof member === 'string' ? member.replace(/^#/, '').toLowerCase() : '';
  if (named === `microsoft.graph.${odataType}`.toLowerCase()) return;
  throw new HubError('wrongDataType', `"${at}" must be "#microsoft.graph.${odataType}" here.`, {
    target: at,
  });
}

function refusal(error: ErrorObject | undefined): HubError {
  if (!error) return invalid('The body is not valid.');
  const at = error.instancePath
    .slice(1)
    .replace(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
  if (error.keyword === 'required') {
    const target = at === '' ? String(error.params.missingProperty) : `${at}.${error.params.missingProperty}`;
    return invalid(`"${target}" is required.`, target);
  }
  const where = at === '' ? 'The body' : `"${at}"`;
  return invalid(`${where} ${wanted(error)}.`, at === '' ? undefined : at);
}

function wanted({ keyword, params, schema, parentSchema, message }: ErrorObject): string {
  switch (keyword) {
    case 'pattern':
      return parentSchema?.description ? `must be ${parentSchema.description}` : (message ?? 'is not valid');
    case 'enum':
      return `must be one of ${namesOf(params.allowedValues).join(', ')}`;
    case 'maxBytes':
      return `must be at most ${String(schema)} bytes in UTF-8`;
    default:
      return message ?? 'is not valid';
  }
}

function namesOf(values: unknown): unknown[] {
  return Array.isArray(values) ? values.filter((name) => name !== null) : [];
}
