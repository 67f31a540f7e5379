// Pages of the admin lists: `$top`, and a sealed `$skiptoken` that holds the last key of the page before. One more row
// than asked for is read, to know whether there is a next page.
import { limits } from '@carillon/protocol';
import type { Seal } from '../../lib/seal.ts';
import { invalid } from '../../model/errors.ts';
import type { Query } from '../kernel/call.ts';
import { readTop } from '../kernel/query.ts';

export const pageQuery = ['$top', '$skiptoken'] as const;

export interface Paging<Key> {
  readonly top: number;
  readonly after: Key | null;
}

export function readPaging<Key>(query: Query, list: string, seal: Seal): Paging<Key> {
  const top = readTop(query, limits.listPageMax, limits.deltaPageMax);
  const token = query.get('$skiptoken');
  if (token === undefined) return { top, after: null };
  const key = seal.open(token, list);
  if (!key)
    throw invalid('$skiptoken is not one of this list: follow @odata.nextLink as it is.', '$skiptoken');
  return { top, after: JSON.parse(key.toString()) as Key };
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: Readonly<Record<string, string>> | undefined;
}

/** `rows`: up to `top` + 1 of them. */
export function pageOf<Row>(
  rows: readonly Row[],
  { query, list, seal, keyOf }: { query: Query; list: string; seal: Seal; keyOf: (row: Row) => unknown },
): Page<Row> {
  const { top } = readPaging(query, list, seal);
  const page = rows.slice(0, top);
  const last = page.at(-1);
  if (rows.length <= top || last === undefined) return { rows: page, next: undefined };
  const kept = [...query].filter(([name]) => name !== '$skiptoken');
  const token = seal.seal(Buffer.from(JSON.stringify(keyOf(last))), list);
  return { rows: page, next: { ...Object.fromEntries(kept), $skiptoken: token } };
}
