// Query options: each operation declares those that it understands, typed; what is understood is read strictly, and what
// is not is refused by name, never ignored. The schema of each option is for documents.
import { Type } from '@carillon/protocol/schemas';
import type { TSchema } from 'typebox';
import { invalid } from '../../model/errors.ts';

/** Query options by name, as they were given. */
export type Query = ReadonlyMap<string, string>;

export interface QueryOption<T> {
  readonly schema: TSchema;
  read(text: string | undefined, name: string): T;
}

export type QueryOptions = Readonly<Record<string, QueryOption<unknown>>>;

export type QueryValues<Options extends QueryOptions> = {
  readonly [Name in keyof Options]: ReturnType<Options[Name]['read']>;
};

/** The options by their own names: the `$` may be left out (OData 4.01, part 2, section 5.1). Others are refused by name. */
export function nameOptions(options: QueryOptions, given: Query): Query {
  const named = new Map<string, string>();
  for (const [name, value] of given) {
    const own = Object.hasOwn(options, name) ? name : `$${name}`;
    if (!Object.hasOwn(options, own)) {
      const known = Object.keys(options);
      const list = known.length === 0 ? 'none is' : `supported are ${known.join(', ')}`;
      throw invalid(`The query option "${name}" is not supported here: ${list}.`, name);
    }
    if (named.has(own)) throw invalid(`The query option "${own}" is given twice.`, own);
    named.set(own, value);
  }
  return named;
}

export function readQuery<Options extends QueryOptions>(
  options: Options,
  named: Query,
): QueryValues<Options> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) values[name] = option.read(named.get(name), name);
  return values as QueryValues<Options>;
}

/** Text that the operation reads by itself, such as a token. */
export const text: QueryOption<string | undefined> = { schema: Type.String(), read: (given) => given };

interface Range {
  readonly min: number;
  readonly max: number;
  /** When it is not given. */
  readonly fallback: number;
}

export function wholeNumber({ min, max, fallback }: Range): QueryOption<number> {
  return {
    schema: Type.Integer({ minimum: min, maximum: max, default: fallback }),
    read(given, name) {
      if (given === undefined) return fallback;
      const size = /^\d{1,6}$/.test(given) ? Number(given) : Number.NaN;
      if (size >= min && size <= max) return size;
      throw invalid(`${name} must be a whole number from ${min} to ${max}.`, name);
    },
  };
}

export function top(fallback: number, max: number): QueryOption<number> {
  return wholeNumber({ min: 1, max, fallback });
}

export const count: QueryOption<boolean> = {
  schema: Type.Boolean({ default: false }),
  read(given, name) {
    if (given === undefined || given === 'false') return false;
    if (given === 'true') return true;
    throw invalid(`${name} must be true or false.`, name);
  },
};

/** Members to answer, or null for all. `id` is always among them. */
export function select(members: readonly string[]): QueryOption<ReadonlySet<string> | null> {
  return {
    schema: Type.String(),
    read(given, name) {
      if (given === undefined) return null;
      const selected = new Set(['id']);
      for (const member of given.split(',').map((part) => part.trim())) {
        if (!members.includes(member))
          throw invalid(`${name} names "${member}", which is not one of ${members.join(', ')}.`, name);
        selected.add(member);
      }
      return selected;
    },
  };
}

/** One word of a closed set, in any case; the first when it is not given. */
export function word<const Word extends string>(words: readonly [Word, ...Word[]]): QueryOption<Word> {
  return {
    schema: Type.Unsafe<Word>({ type: 'string', enum: [...words], default: words[0] }),
    read(given = words[0], name) {
      const found = words.find((each) => each.toLowerCase() === given.toLowerCase());
      if (found !== undefined) return found;
      throw invalid(`"${name}" must be ${words.join(' or ')}.`, name);
    },
  };
}

/** Annotations stay, whatever is selected. */
export function pick(body: object, selected: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => selected.has(name) || name.startsWith('@')),
  );
}
