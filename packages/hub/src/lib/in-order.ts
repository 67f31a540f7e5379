// Batches of this node that name the same user run one after the other. So no connection waits for a lock of another of
// this node, and answers come in the order of commits, which is the order of publishing.

/** Runs `work` once all earlier work that shares a key with it has ended. */
export type InOrder<Key> = <T>(keys: ReadonlySet<Key>, work: () => Promise<T>) => Promise<T>;

export function openInOrder<Key>(): InOrder<Key> {
  const last = new Map<Key, Promise<unknown>>();
  return async (keys, work) => {
    const before = [...keys].flatMap((key) => last.get(key) ?? []);
    const run = Promise.all(before).then(work);
    const ended = run.then(
      () => {},
      () => {},
    );
    for (const key of keys) last.set(key, ended);
    try {
      return await run;
    } finally {
      for (const key of keys) if (last.get(key) === ended) last.delete(key);
    }
  };
}
