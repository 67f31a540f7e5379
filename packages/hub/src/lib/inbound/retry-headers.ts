// The headers of an answer that says "later": when a retry makes sense, and of what is throttled how many are allowed, by the
// names of Graph's guidelines. Nothing is left until then. One place, so that every 429 of the hub has all of them.
export interface Retry {
  readonly retryAfterMs?: number | undefined;
  /** How many are allowed, of what is throttled. */
  readonly limit?: number | undefined;
}

export function retryHeaders({ retryAfterMs, limit }: Retry): Record<string, string> {
  if (retryAfterMs === undefined) return {};
  const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
  if (limit === undefined) return { 'Retry-After': seconds };
  return {
    'Retry-After': seconds,
    'RateLimit-Limit': String(limit),
    'RateLimit-Remaining': '0',
    'RateLimit-Reset': seconds,
  };
}

/** On an answer that is written by hand. */
export function setRetryHeaders(
  answer: { setHeader(name: string, value: string): unknown },
  retry: Retry,
): void {
  for (const [name, value] of Object.entries(retryHeaders(retry))) answer.setHeader(name, value);
}
