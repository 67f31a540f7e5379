// Pages of a list: a sealed `$skiptoken` holds the key of the last row of the page before, so that pages are stable under
// writes. One more row than asked for is read, to know whether there is a next page.
import type { Seal } from '../../lib/seal.ts';
import { invalid } from '../../model/errors.ts';

export interface PageSeal {
  readonly seal: Seal;
  /** What the token is good for: another list, or another user's, does not open it. */
  readonly scope: string;
}

/** The key that a token holds, or null for the first page. */
export function readPageToken(token: string | undefined, { seal, scope }: PageSeal): string | null {
  if (token === undefined) return null;
  const key = seal.open(token, scope);
  if (key) return key.toString();
  throw invalid(
    '$skiptoken is not one that this hub gave for this list: follow @odata.nextLink as it is, or start without it.',
    '$skiptoken',
  );
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Absent on the last page. */
  readonly next: { readonly nextToken?: string };
}

/** `rows`: up to `top` + 1 of them. */
export function pageOf<Row>(
  rows: readonly Row[],
  { top, seal, scope, keyOf }: PageSeal & { readonly top: number; readonly keyOf: (row: Row) => string },
): Page<Row> {
  const page = rows.slice(0, top);
  const last = page.at(-1);
  if (rows.length <= top || last === undefined) return { rows: page, next: {} };
  return { rows: page, next: { nextToken: seal.seal(Buffer.from(keyOf(last)), scope) } };
}
