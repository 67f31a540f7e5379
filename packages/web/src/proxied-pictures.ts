// Pictures of other sites through the hub, where its operator wants that: each is asked for with the person's token when a row shows
// it first, and is kept by this page. Until it is there its place is empty, and where it fails there is none.
import type { Requests } from '@carillon/client';
import type { Pictures } from '@carillon/inbox/core';

/** Those that were asked for the longest ago are dropped, and asked for again when a row shows them. */
const keptMax = 200;
const empty = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>';

export function openProxiedPictures(
  calls: Pick<Requests, 'send'>,
): Extract<Pictures, (...given: never) => unknown> {
  const kept = new Map<string, string | null>();
  // The hub bounds how many it asks for, and a site that does not answer holds up one turn in four.
  const turns = Array.from({ length: 4 }, () => Promise.resolve());
  addEventListener('online', () => {
    for (const [url, src] of kept) if (src === null) kept.delete(url);
  });
  return (url, path, changed) => {
    const known = kept.get(url);
    if (known !== undefined) return known;
    for (const [oldest, src] of kept) {
      if (kept.size < keptMax) break;
      kept.delete(oldest);
      if (src) URL.revokeObjectURL(src);
    }
    kept.set(url, empty);
    const load = async (): Promise<void> => {
      const answer = await calls.send('GET', `me/${path}`);
      kept.set(url, URL.createObjectURL(await answer.blob()));
    };
    const first = turns.shift() ?? Promise.resolve();
    turns.push(
      first
        .then(load)
        .catch(() => void kept.set(url, null))
        .finally(changed),
    );
    return empty;
  };
}
