// A setting as one value: the TypeBox schema of what it takes, its default, its text, and how it is read. The options of
// the commands, the variables, the problems, `carillon serve --help` and docs/configuration.md are made from it.
import { Type } from '@carillon/protocol/schemas';
import type { Static, TSchema } from 'typebox';
import { expected, fits } from './expected.ts';

export interface Setting<T = unknown> {
  /** Type and bounds of what is given. */
  readonly schema: TSchema;
  /** What a value is, for `--name <value>`; empty: a switch. */
  readonly takes: string;
  readonly about: string;
  /** The default in words, where it is no constant. */
  readonly usual: string | null;
  readonly unit: string | null;
  /** May be given several times, or as a list with commas in a variable. */
  readonly repeatable: boolean;
  /** Never on a command line, which every process of the machine may read, and never quoted. */
  readonly secret: boolean;
  /** Takes what a source gave, or undefined for the default. Throws an Error that says what is wrong with it. */
  readonly read: (given: unknown) => T;
}

type Settings = Readonly<Record<string, Setting>>;

/** What the settings of a part came to. */
export type Values<S extends Settings> = {
  readonly [Name in keyof S]: S[Name] extends Setting<infer T> ? T : never;
};

/** What a part has at hand to say what its settings mean together. */
export interface Reading<S extends Settings> {
  /** A setting that could not be read has its default. */
  readonly values: Values<S>;
  /** Whether a source gave it, usable or not. */
  isGiven(name: keyof S & string): boolean;
  problem(name: keyof S & string, what: string): void;
}

export interface Described<S extends TSchema, Default> {
  readonly schema: S;
  readonly about: string;
  readonly takes?: string;
  /** Absent: null when the setting isn't given. */
  readonly default?: Default;
  readonly usual?: string;
  readonly unit?: string;
  readonly secret?: true;
}

export function setting<S extends TSchema, const Default extends Static<S> | null = null>(
  described: Described<S, Default>,
): Setting<Static<S> | Default>;
export function setting<S extends TSchema, T, const Default extends Static<S> | null = null>(
  described: Described<S, Default>,
  read: (value: Static<S> | Default) => T,
): Setting<T>;
export function setting<S extends TSchema>(
  { schema, about, ...more }: Described<S, Static<S> | null>,
  read: (value: Static<S> | null) => unknown = (value) => value,
): Setting {
  const { takes = '', default: fallback = null, usual = null, unit = null, secret = false } = more;
  return {
    ...{ schema, about, takes, usual, unit, secret, repeatable: Type.IsArray(schema) },
    read(given) {
      if (given === undefined) return read(fallback);
      const value = fromText(schema, given);
      if (fits(schema, value)) return read(value);
      throw new Error(expected(schema, secret ? null : given));
    },
  };
}

/** A switch, off unless it is given. */
export function flag(about: string): Setting<boolean> {
  return setting({ schema: Type.Boolean(), default: false, about });
}

/** A setting that is given once for each of its values; `read` takes one of them. */
export function repeated<T>(
  described: Omit<Described<TSchema, null>, 'schema' | 'default'>,
  read: (value: string) => T,
): Setting<readonly T[]> {
  const schema = Type.Array(Type.String({ minLength: 1 }));
  return setting({ ...described, schema }, (values) => {
    const wrong: unknown[] = [];
    const right = (values ?? []).flatMap((value) => {
      try {
        return [read(value)];
      } catch (error) {
        wrong.push(error);
        return [];
      }
    });
    if (wrong.length > 0) throw new AggregateError(wrong);
    return right;
  });
}

/** What the command line and the environment write as text, as the schema's type. */
function fromText(schema: TSchema, given: unknown): unknown {
  if (typeof given === 'number' && Type.IsString(schema)) return String(given);
  if (typeof given !== 'string') return given;
  if (Type.IsArray(schema)) return [given];
  if (Type.IsBoolean(schema) && /^(1|true|0|false)$/i.test(given)) return /^(1|true)$/i.test(given);
  if (/^\d+$/.test(given) && !Type.IsString(schema)) return Number(given);
  return given;
}
