// What of $metadata breaks a client that was made from that of the last release: a type, a member, a function, an action, a set or
// a value that is gone or of another kind. Both are CSDL as JSON.

type Json = Readonly<Record<string, unknown>>;

export function metadataBreaks(old: object, now: object): string[] {
  return compared(old, now, 'the document');
}

/** Facts of a property, and what they are when they are not said. */
const facts: Readonly<Record<string, unknown>> = {
  $Kind: 'Property',
  $Type: 'Edm.String',
  $Collection: false,
  $BaseType: null,
  $OpenType: false,
};

function compared(old: unknown, now: unknown, at: string): string[] {
  if (!isObject(old) || !isObject(now))
    return old === now ? [] : [`${at} is ${JSON.stringify(now)}, was ${JSON.stringify(old)}`];
  const changed = Object.entries(facts).flatMap(([fact, absent]) => {
    const [before, after] = [old[fact] ?? absent, now[fact] ?? absent];
    return before === after ? [] : [`${at}: ${fact.slice(1)} is ${String(after)}, was ${String(before)}`];
  });
  const others = Object.entries(old).filter(([name]) => !(name in facts));
  return [
    ...changed,
    ...nullBreaks(old, now, at),
    ...others.flatMap(([name, value]) => memberBreaks(name, value, now, at)),
  ];
}

/** A parameter that may no longer be left out; a property that may be. */
function nullBreaks(old: Json, now: Json, at: string): string[] {
  const [before, after] = [old.$Nullable === true, now.$Nullable === true];
  const longest = Number(now.$MaxLength) < Number(old.$MaxLength ?? Number.POSITIVE_INFINITY);
  const bound = longest ? [`${at}: MaxLength is ${String(now.$MaxLength)}`] : [];
  if (before === after) return bound;
  const isParameter = '$Name' in old;
  if (isParameter === before) return [...bound, `${at} ${after ? 'may be null' : 'is required'}`];
  return bound;
}

function memberBreaks(name: string, value: unknown, now: Json, at: string): string[] {
  if (name === '$Nullable' || name === '$MaxLength' || name === '$Precision') return [];
  const place = name.startsWith('$')
    ? `${at} ${name.slice(1)}`
    : at === 'the document'
      ? name
      : `${at}/${name}`;
  const present = now[name];
  if (present === undefined) return [`${place} is removed`];
  if (name === '$Parameter') return parameterBreaks(listOf(value), listOf(present), at);
  if (!Array.isArray(value)) return compared(value, present, place);
  const after = listOf(present);
  return value.flatMap((each, index) =>
    after[index] === undefined ? [`${place} is removed`] : compared(each, after[index], place),
  );
}

function parameterBreaks(old: readonly unknown[], now: readonly unknown[], at: string): string[] {
  const named = (list: readonly unknown[]) =>
    new Map(list.map((each) => [String(Object(each).$Name), Object(each)]));
  const [before, after] = [named(old), named(now)];
  const kept = [...before].flatMap(([name, parameter]) =>
    after.has(name) ? compared(parameter, after.get(name), `${at}(${name})`) : [`${at}(${name}) is removed`],
  );
  const added = [...after].filter(([name, { $Nullable }]) => !before.has(name) && !$Nullable);
  return [...kept, ...added.map(([name]) => `${at}(${name}) is required`)];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
