// Whether a notification matches a filter: the plain meaning of each term, that the SQL of both stores must agree with.
// There are two truth values (OData 4.01, part 2, section 5.1.1.1): with null only `eq` and `ne` can be true, everything else
// is false, and `not` turns that into true.
import type { Comparison, Filter, FilteredRow } from './filter.ts';

export function matches(filter: Filter, row: FilteredRow): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.of.every((each) => matches(each, row));
    case 'or':
      return filter.of.some((each) => matches(each, row));
    case 'not':
      return !matches(filter.of, row);
    case 'text':
      return compare(filter.comparison, row[filter.property], filter.value, compareText);
    case 'date':
      return compare(filter.comparison, row[filter.property], filter.value, (a, b) => a - b);
    case 'startsWith':
      return row[filter.property]?.startsWith(filter.value) ?? false;
  }
}

/** By code point, as UTF-8 sorts: the units of JavaScript put U+E000 behind an emoji. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compare<T>(
  comparison: Comparison,
  left: T | null,
  right: T | null,
  order: (a: T, b: T) => number,
): boolean {
  const sides = left === null || right === null ? null : order(left, right);
  const isEqual = sides === null ? left === right : sides === 0;
  switch (comparison) {
    case 'eq':
      return isEqual;
    case 'ne':
      return !isEqual;
    case 'gt':
      return sides !== null && sides > 0;
    case 'ge':
      return sides !== null && sides >= 0;
    case 'lt':
      return sides !== null && sides < 0;
    case 'le':
      return sides !== null && sides <= 0;
  }
}
