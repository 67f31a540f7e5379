// The events of the browser around a page: it became visible or hidden, the network came back, the browser is about to
// freeze it. Node and workers have fewer of these events, and nothing here needs a DOM.

export interface SurroundingsWatcher {
  /** The next try may succeed now. */
  readonly onWake: () => void;
  /** No script runs until `onResume`: other tabs must not depend on this one meanwhile. */
  readonly onFreeze: () => void;
  readonly onResume: () => void;
}

export function isHidden(): boolean {
  return page()?.visibilityState === 'hidden';
}

/** Returns how to stop. */
export function watchSurroundings({ onWake, onFreeze, onResume }: SurroundingsWatcher): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const document = page();
  globalThis.addEventListener?.('online', onWake, { signal });
  globalThis.addEventListener?.('pageshow', onResume, { signal });
  document?.addEventListener('visibilitychange', () => isHidden() || onWake(), { signal });
  document?.addEventListener('freeze', onFreeze, { signal });
  document?.addEventListener('resume', onResume, { signal });
  return () => stop.abort();
}

function page(): Document | undefined {
  return 'document' in globalThis ? globalThis.document : undefined;
}
