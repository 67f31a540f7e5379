// What a page knows of where it runs: whether anybody looks at it, whether the network came back, whether the browser is
// about to freeze it. In Node and in workers there is less to know, and nothing here needs a DOM.

export interface SurroundingsWatcher {
  /** The next try may succeed now. */
  readonly onWake: () => void;
  /** No script runs until `onResume`; nothing may depend on this page meanwhile. */
  readonly onFreeze: () => void;
  readonly onResume: () => void;
}

export function isHidden(): boolean {
  return page()?.visibilityState === 'hidden';
}

/** Answers how to stop. */
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
