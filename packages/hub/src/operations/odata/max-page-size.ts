// `Prefer: odata.maxpagesize=n` (OData 4.01, part 1, section 8.2.8.5): the client's bound on a page, beside the hub's own. A
// preference that makes no sense is none (RFC 7240, section 2), and one that was followed is named in the answer.
const pattern = /(?:^|[,\s])(?:odata\.)?maxpagesize\s*=\s*"?(\d{1,9})"?\s*(?=[,;]|$)/i;

export interface PageSize {
  readonly top: number;
  readonly applied?: string;
}

/** `top`: the page that `$top` asks for, or null; `fallback` and `most` are the hub's. */
export function pageSizeOf(
  prefer: string | null,
  { top, fallback, most }: { readonly top: number | null; readonly fallback: number; readonly most: number },
): PageSize {
  const preferred = Number(pattern.exec(prefer ?? '')?.[1] ?? 0);
  if (preferred === 0) return { top: top ?? fallback };
  return { top: Math.min(top ?? most, preferred), applied: `odata.maxpagesize=${preferred}` };
}
