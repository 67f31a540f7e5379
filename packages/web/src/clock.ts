// The only place of the page that reads the time; everything else takes it as an argument, so that a test drives it.
// Milliseconds since 1970 in UTC.
export type Now = () => number;

export const systemNow: Now = () => Date.now();

/** Calls again and again; answers how to stop. */
export function every(milliseconds: number, call: () => void): () => void {
  const timer = setInterval(call, milliseconds);
  return () => clearInterval(timer);
}

/** Resolves with the work, or without it when that takes longer. */
export function within(milliseconds: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, new Promise((resolve) => void setTimeout(resolve, milliseconds))]);
}
