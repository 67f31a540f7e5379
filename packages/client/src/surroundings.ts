// The events of the browser around a page: it became visible or hidden, the network came back, the browser is about to
// freeze it. Node and workers have fewer of these events, and nothing here needs a DOM.
import type { Clock } from './clock.ts';

export interface SurroundingsWatcher {
  readonly clock: Clock;
  /** The next try may succeed now. An open stream may be dead where the network changed or the device may have slept. */
  readonly onWake: (mayBeDead: boolean) => void;
  /** No script runs until `onResume`: other tabs must not depend on this one meanwhile. */
  readonly onFreeze: () => void;
  readonly onResume: () => void;
}

/** A page that was hidden for longer may have slept. */
const sleptMs = 30_000;

export function isHidden(): boolean {
  return page()?.visibilityState === 'hidden';
}

/** Returns how to stop. */
export function watchSurroundings({ clock, onWake, onFreeze, onResume }: SurroundingsWatcher): () => void {
  let hiddenAt = clock.now();
  const stop = new AbortController();
  const { signal } = stop;
  const document = page();
  globalThis.addEventListener?.('online', () => onWake(true), { signal });
  globalThis.addEventListener?.('pageshow', onResume, { signal });
  const onVisibility = (): void => {
    if (isHidden()) hiddenAt = clock.now();
    else onWake(clock.now() - hiddenAt > sleptMs);
  };
  document?.addEventListener('visibilitychange', onVisibility, { signal });
  document?.addEventListener('freeze', onFreeze, { signal });
  document?.addEventListener('resume', onResume, { signal });
  return () => stop.abort();
}

function page(): Document | undefined {
  return globalThis.document;
}
