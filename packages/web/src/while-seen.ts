// Keeps what is shown fresh: it calls now and then while the page is seen, and at once when it is seen again or the network is
// back. A page that nobody sees asks the hub for nothing.
import { every } from './clock.ts';

/** Answers how to stop. */
export function whileSeen(milliseconds: number, call: () => void): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const look = (): void => {
    if (!document.hidden && navigator.onLine) call();
  };
  document.addEventListener('visibilitychange', look, { signal });
  addEventListener('focus', look, { signal });
  addEventListener('online', look, { signal });
  const stop = every(milliseconds, look);
  return () => {
    stop();
    ending.abort();
  };
}
