// A table's columns as the code knows them: name, type, and how a noun gives its value. From one list come the
// statements that write many rows at once and their parameters, so that the two can't drift apart.
import type { Element, Elements, ElementType } from '../wire/packet.ts';

export interface Column<Noun> {
  readonly name: string;
  readonly type: ElementType;
  readonly of: (noun: Noun) => Element;
}

export function namesOf(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => name).join(', ');
}

/** One array a column, in their order. */
export function arraysOf<Noun>(columns: readonly Column<Noun>[], nouns: readonly Noun[]): Elements[] {
  return columns.map(({ type, of }) => ({ type, of, nouns }));
}

/** `unnest($1::smallint[], …) AS k(lane, …)`; parameters are counted from `first`. */
export function unnest(
  columns: readonly { readonly name: string; readonly type: ElementType }[],
  alias = 'k',
  first = 1,
): string {
  const parameters = columns.map(({ type }, index) => `$${first + index}::${type}[]`);
  return `unnest(${parameters.join(', ')}) AS ${alias}(${namesOf(columns)})`;
}

/** `d.lane = k.lane AND …` */
export function sameKey(columns: readonly { readonly name: string }[], left: string, right: string): string {
  return columns.map(({ name }) => `${left}.${name} = ${right}.${name}`).join(' AND ');
}
