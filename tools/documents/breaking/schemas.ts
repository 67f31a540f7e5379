// What of a JSON schema breaks a client: a request that was taken and no longer is, a member of an answer that is gone or may be
// of another kind. In an answer another value of an enumeration breaks nobody: clients take what they don't know.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly [bound: string]: unknown;
}

interface Both<T> {
  readonly old: T;
  readonly now: T;
}

export interface Compared {
  readonly documents: Both<object>;
  readonly side: 'request' | 'answer';
  /** The member, by its path. */
  readonly at: string;
  readonly depth?: number;
}

const depthMax = 16;
const upper = ['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems', 'maxProperties'];
const lower = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems', 'minProperties'];

export function schemaBreaks(schemas: Both<Schema>, compared: Compared): string[] {
  const { documents, side, at, depth = 0 } = compared;
  if (depth > depthMax) return [];
  const old = whole(schemas.old, documents.old);
  const now = whole(schemas.now, documents.now);
  const name = at === '' ? 'the body' : at;
  const within = { documents, side, depth: depth + 1 };
  const own = side === 'request' ? requestBreaks({ old, now }) : answerBreaks({ old, now });
  return [
    ...own.map((what) => `${name} ${what}`),
    ...memberBreaks({ old, now }, { ...within, at }),
    ...(old.items && now.items
      ? schemaBreaks({ old: old.items, now: now.items }, { ...within, at: `${at}[]` })
      : []),
    ...(old.anyOf ?? []).flatMap((each, index) => {
      const present = now.anyOf?.[index];
      return present
        ? schemaBreaks({ old: each, now: present }, { ...within, at })
        : [`${name} has one form less`];
    }),
  ];
}

/** Without references; what is one schema or null is that schema, which may be null. */
function whole(schema: Schema, document: object): Schema {
  if (schema.$ref !== undefined) return whole(resolve<Schema>(schema.$ref, document), document);
  if (!schema.anyOf) return schema;
  const forms = schema.anyOf.map((each) => whole(each, document));
  const others = forms.filter(({ type }) => type !== 'null');
  const [only] = others;
  if (others.length !== 1 || !only || others.length === forms.length) return schema;
  const values = only.enum ? { enum: [...only.enum, null] } : {};
  return { ...only, type: [...typesOf(only), 'null'], ...values };
}

function typesOf({ type }: Schema): readonly string[] {
  return [type ?? []].flat();
}

function requestBreaks({ old, now }: Both<Schema>): string[] {
  const lost = typesOf(now).length === 0 ? [] : lostOf(typesOf(old), typesOf(now));
  const values = now.enum ? (old.enum ? lostOf(old.enum, now.enum) : ['any other value']) : [];
  const isBelow = (bound: string): boolean =>
    Number(now[bound]) < Number(old[bound] ?? Number.POSITIVE_INFINITY);
  const isAbove = (bound: string): boolean =>
    Number(now[bound]) > Number(old[bound] ?? Number.NEGATIVE_INFINITY);
  const bounds = [...upper.filter(isBelow), ...lower.filter(isAbove)];
  const words = (['pattern', 'format'] as const).filter(
    (word) => now[word] !== undefined && now[word] !== old[word],
  );
  return [
    ...lost.map((type) => `is no longer of type ${String(type)}`),
    ...values.map((value) => `no longer takes ${JSON.stringify(value)}`),
    ...bounds.map((bound) => `has another ${bound}: ${String(now[bound])}`),
    ...words.map((word) => `has another ${word}`),
  ];
}

function answerBreaks({ old, now }: Both<Schema>): string[] {
  const more =
    typesOf(old).length === 0 ? [] : lostOf(typesOf(now).length === 0 ? ['any'] : typesOf(now), typesOf(old));
  const format = old.format !== undefined && old.format !== now.format ? ['has another format'] : [];
  return [...more.map((type) => `may be of type ${String(type)}`), ...format];
}

function memberBreaks({ old, now }: Both<Schema>, compared: Compared): string[] {
  const { side, at } = compared;
  const pathOf = (member: string): string => (at === '' ? member : `${at}.${member}`);
  const members = Object.entries(old.properties ?? {}).flatMap(([member, schema]) => {
    const present = now.properties?.[member];
    if (present) return schemaBreaks({ old: schema, now: present }, { ...compared, at: pathOf(member) });
    // A request may still hold it when the object is open.
    const isTaken = side === 'request' && now.additionalProperties !== false;
    return isTaken ? [] : [`${pathOf(member)} is removed`];
  });
  const [fewer, more] = [old.required ?? [], now.required ?? []];
  const required =
    side === 'request'
      ? lostOf(more, fewer).map((member) => `${pathOf(String(member))} is required`)
      : lostOf(fewer, more)
          .filter((member) => String(member) in (now.properties ?? {}))
          .map((member) => `${pathOf(String(member))} may be absent`);
  return [...members, ...required];
}

function lostOf(old: readonly unknown[], now: readonly unknown[]): unknown[] {
  return old.filter((each) => !now.includes(each));
}

/** The document is ours: what it refers to is there. */
export function resolve<T>(ref: string, document: object): T {
  const parts = ref.slice(2).split('/');
  return parts.reduce<unknown>(
    (at, part) => Object(at)[part.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  ) as T;
}
