// `$orderby` -> dates to sort by, each ascending unless it says `desc`, or 400 that names what it can't sort by. The id makes
// the order total, in the direction of the last date, so nobody names it.
import { invalid } from '../../model/errors.ts';
import { dateProperties } from '../../model/query/filter.ts';
import type { Sort } from '../../store/search.ts';

export function parseOrderBy(text: string, name: string): readonly Sort[] {
  const sorts: Sort[] = [];
  for (const item of text.split(',').map((part) => part.trim())) {
    const [property = '', direction = 'asc', ...more] = item.split(/\s+/);
    const by = dateProperties.find((each) => each === property);
    if (by === undefined)
      throw invalid(`${name} names "${property}": it sorts by ${dateProperties.join(', ')}.`, name);
    if (!/^(?:asc|desc)$/i.test(direction) || more.length > 0)
      throw invalid(`${name} takes asc or desc after ${by}, and a comma before the next date.`, name);
    if (sorts.some((each) => each.by === by)) throw invalid(`${name} names ${by} twice.`, name);
    sorts.push({ by, descending: direction.toLowerCase() === 'desc' });
  }
  return sorts;
}
