// A table's columns as the code knows them: name, SQL type, how a noun's member becomes a value and how a value becomes
// the member again. One list a table writes its rows and reads them, in either store, so that the two can't drift apart;
// a member that no column gives does not compile.
import type { ProviderAnswer } from '../model/delivery.ts';
import type { StoredResponse } from '../model/notification.ts';
import { verdictCodes } from './codes.ts';

export type Stored = number | string | Uint8Array | null;

/** How values of one kind stand in a column. `decode` throws for what can't be one. */
export interface Form<T, Type extends string> {
  readonly type: Type;
  encode(value: T): Stored;
  decode(stored: unknown): T;
}

export interface Column<Noun, Type extends string> {
  readonly name: string;
  readonly type: Type;
  readonly of: (noun: Noun) => Stored;
}

/** A member in a column of its own, or (without a form to write it) one that is read from a column of several. */
interface Member<T, Type extends string> {
  readonly column: string;
  readonly form: Form<T, Type> | { decode(stored: unknown): T };
}

type Members<Noun, Type extends string> = { readonly [K in keyof Noun]: Member<Noun[K], Type> };

interface Part {
  readonly key: string;
  readonly column: string;
  readonly at: number;
  readonly decode: (stored: unknown) => unknown;
}

/** `Given` are the members that whoever reads a row knows already, such as whose it is. */
export class Table<Noun extends object, Given extends keyof Noun, Type extends string> {
  readonly columns: readonly Column<Noun, Type>[];
  readonly #parts: readonly Part[];

  /** `beside`: columns that no single member fills. */
  constructor(members: Members<Omit<Noun, Given>, Type>, beside: readonly Column<Noun, Type>[] = []) {
    const all = Object.entries(members) as [keyof Noun & string, Member<unknown, Type>][];
    const own = all.flatMap(([key, { column, form }]): Column<Noun, Type>[] =>
      'encode' in form ? [{ name: column, type: form.type, of: (noun) => form.encode(noun[key]) }] : [],
    );
    this.columns = [...own, ...beside];
    const names = this.columns.map(({ name }) => name);
    this.#parts = all.map(([key, { column, form }]) => ({
      key,
      column,
      at: names.indexOf(column),
      decode: form.decode,
    }));
  }

  get names(): string[] {
    return this.columns.map(({ name }) => name);
  }

  valuesOf(noun: Noun): Stored[] {
    return this.columns.map(({ of }) => of(noun));
  }

  /** `values` stand in the order of the columns; more may follow them. */
  readValues(values: readonly unknown[], given: Pick<Noun, Given>): Noun {
    const noun: Record<string, unknown> = { ...given };
    for (const { key, at, decode } of this.#parts) noun[key] = decode(values[at]);
    return noun as Noun;
  }

  readRow(row: Readonly<Record<string, unknown>>, given: Pick<Noun, Given>): Noun {
    const noun: Record<string, unknown> = { ...given };
    for (const { key, column, decode } of this.#parts) noun[key] = decode(row[column]);
    return noun as Noun;
  }
}

export function decodeNumber(stored: unknown): number {
  return typeof stored === 'number' ? stored : wrong('a number', stored);
}

export function decodeText(stored: unknown): string {
  return typeof stored === 'string' ? stored : wrong('a text', stored);
}

export function decodeBytes(stored: unknown): Uint8Array {
  return stored instanceof Uint8Array ? stored : wrong('bytes', stored);
}

export function decodeBoolean(stored: unknown): boolean {
  return typeof stored === 'boolean' ? stored : wrong('a boolean', stored);
}

/** The same, where there may be nothing. */
export function optional<T, Type extends string>({
  type,
  encode,
  decode,
}: Form<T, Type>): Form<T | null, Type> {
  return {
    type,
    encode: (value) => (value === null ? null : encode(value)),
    decode: (stored) => (stored === null ? null : decode(stored)),
  };
}

/** Reads a value that is stored by its name. */
export function nameIn<Name extends string>(names: readonly Name[]): (stored: unknown) => Name {
  return (stored) => names.find((name) => name === stored) ?? wrong(`one of ${names.join(', ')}`, stored);
}

/** `verdict status at reason`. */
export function writeAnswer({ verdict, status, at, reason }: ProviderAnswer): string {
  return `${verdictCodes.encode(verdict)} ${status ?? '-'} ${at} ${reason ?? ''}`;
}

export function readAnswer(text: string): ProviderAnswer {
  const [verdict, status, at, ...reason] = text.split(' ');
  return {
    verdict: verdictCodes.decode(Number(verdict)),
    status: status === '-' ? null : Number(status),
    reason: reason.join(' ') || null,
    at: Number(at),
  };
}

/** Earlier ones are kept until they are that long; the last answer is always kept. */
const earlierCharacters = 2000;

/** The column of earlier answers once the last one has become one of them. Only an attempt after the first writes it. */
export function sqlEarlier(isReplaced: string, table = ''): string {
  const [earlier, last] = [`${table}earlier`, `${table}answer`];
  return `CASE WHEN ${last} IS NOT NULL AND ${isReplaced} AND length(coalesce(${earlier}, '')) < ${earlierCharacters}
   THEN coalesce(${earlier} || '\n', '') || ${last} ELSE ${earlier} END`;
}

/** In the order of the attempts. */
export function readEarlier(text: string): ProviderAnswer[] {
  return text.split(/\n(?=\d (?:\d+|-) \d+ )/).map(readAnswer);
}

const open = '';

export function writeResponse(response: StoredResponse | 'open'): string {
  return response === 'open' ? open : JSON.stringify(response);
}

export function readResponse(text: string): StoredResponse | 'open' {
  return text === open ? 'open' : JSON.parse(text);
}

function wrong(what: string, stored: unknown): never {
  throw new Error(
    `The database holds ${stored === null ? 'nothing' : typeof stored} where ${what} is expected.`,
  );
}
