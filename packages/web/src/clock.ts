// The page's timers: nothing else of it sets one, and a page that is left stops its own. What time it is says the hub's clock,
// sign-in/page-clock.ts.
/** Calls again and again; answers how to stop. */
export function every(milliseconds: number, call: () => void): () => void {
  const timer = setInterval(call, milliseconds);
  return () => clearInterval(timer);
}

/** Resolves with the work, or without it when that takes longer. */
export function within(milliseconds: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, new Promise((resolve) => void setTimeout(resolve, milliseconds))]);
}
